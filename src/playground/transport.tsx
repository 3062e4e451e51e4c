/** Play, step, undo: for all panes at once. */

interface Props {
  readonly at: number | null;
  readonly steps: number;
  readonly playing: boolean;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly onPlay: () => void;
  readonly onGo: (at: number | null) => void;
  readonly onUndo: () => void;
  readonly onRedo: () => void;
}

export function Transport({ at, steps, playing, canUndo, canRedo, onPlay, onGo, onUndo, onRedo }: Props) {
  const made = at ?? steps;
  return (
    <div class="transport" role="toolbar" aria-label="Playing">
      <Tool
        name="First step"
        path="M3 3v10M13 3 5.5 8l7.5 5z"
        onClick={() => onGo(0)}
        disabled={made === 0}
      />
      <Tool
        name="Step back"
        path="M10 3 5 8l5 5"
        onClick={() => onGo(Math.max(0, made - 1))}
        disabled={made === 0}
      />
      <button type="button" class="play" onClick={onPlay} aria-label={playing ? "Pause" : "Play"}>
        <Icon path={playing ? "M5 3v10M11 3v10" : "M5 2.5 13 8l-8 5.5z"} />
      </button>
      <Tool
        name="Step"
        path="M6 3l5 5-5 5"
        onClick={() => onGo(Math.min(steps, made + 1))}
        disabled={made >= steps}
      />
      <Tool
        name="Last step"
        path="M13 3v10M3 3l7.5 5L3 13z"
        onClick={() => onGo(null)}
        disabled={made >= steps}
      />
      <span class="count">
        step <b>{made}</b> of {steps}
      </span>
      <Tool name="Undo" path="M6 3 3 6l3 3M3 6h6a4 4 0 0 1 0 8H6" onClick={onUndo} disabled={!canUndo} />
      <Tool name="Redo" path="m10 3 3 3-3 3m3-3H7a4 4 0 0 0 0 8h3" onClick={onRedo} disabled={!canRedo} />
    </div>
  );
}

function Icon({ path }: { readonly path: string }) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

function Tool({
  name,
  path,
  ...rest
}: {
  readonly name: string;
  readonly path: string;
  readonly disabled: boolean;
  readonly onClick: () => void;
}) {
  return (
    <button type="button" class="tool" aria-label={name} title={name} {...rest}>
      <Icon path={path} />
    </button>
  );
}
