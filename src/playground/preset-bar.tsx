/** Pairs to compare, and what to look at. */
import { presets, type Preset } from "./presets.js";

interface Props {
  readonly chosen: Preset | undefined;
  readonly alone: boolean;
  readonly onChoose: (preset: Preset) => void;
  readonly onAlone: () => void;
}

export function PresetBar({ chosen, alone, onChoose, onAlone }: Props) {
  return (
    <>
      <nav class="presets" aria-label="Pairs to compare">
        {presets.map(preset => (
          <button
            key={preset.name}
            type="button"
            data-preset={preset.name}
            aria-pressed={preset === chosen}
            onClick={() => onChoose(preset)}
          >
            {preset.title}
          </button>
        ))}
        <button type="button" aria-pressed={alone} onClick={onAlone}>
          One pane
        </button>
      </nav>
      <p class="look">{chosen?.look ?? ""}</p>
    </>
  );
}
