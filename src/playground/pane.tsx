/** One decoding: its program, its order, its numbers, a token looked at closely, and its settings. */
import { useEffect, useState } from "preact/hooks";
import type { HandPick, ModelCard, PaneSettings, Recording, Scene } from "../lib/instrument.js";
import { Code } from "./code.js";
import { CopyRow } from "./copy-row.js";
import type { PaneState } from "./decoding.js";
import { Inspector } from "./inspector.js";
import { MeasuresRow } from "./measures-row.js";
import { OrderMap } from "./order-map.js";
import { SettingsPanel } from "./settings-panel.js";
import { Timeline } from "./timeline.js";
import { titleOf } from "./title.js";

export interface PaneProps {
  readonly scene: Scene;
  readonly index: number;
  readonly state: PaneState;
  readonly card: ModelCard;
  readonly models: readonly ModelCard[];
  /** steps made; null: all */
  readonly at: number | null;
  readonly compact: boolean;
  /** tokens of which the first that is written is looked at */
  readonly point: readonly string[] | undefined;
  readonly onSet: (change: Partial<PaneSettings>, name: string) => void;
  readonly onPick: (pick: HandPick) => void;
  readonly onUnpick: () => void;
  readonly onFork: () => void;
  readonly onGo: (at: number) => void;
  readonly say: (sentence: string) => void;
}

export function Pane(props: PaneProps) {
  const { scene, index, state, card, at, compact, onGo } = props;
  const { recording, pending, share, error } = state;
  const pane = scene.panes[index];
  const { look, onLook } = useLook(recording, props.point);
  const title = titleOf(scene, index, props.models);
  const made = recording === null ? 0 : Math.min(at ?? recording.steps, recording.steps);
  if (recording === null)
    return (
      <article class="pane" aria-label={title}>
        <h2>{title}</h2>
        <p class="waiting">{error ?? "Unpacking the model …"}</p>
      </article>
    );
  const picked = new Set(pane.picks.map(({ position }) => position));
  return (
    <article
      class="pane"
      aria-label={title}
      data-pane={index}
      data-pending={pending}
      data-tokens={recording.ids.join(" ")}
    >
      <header>
        <h2>{title}</h2>
        <p class="cost">
          {recording.calls} calls
          {recording.milliseconds > 0 && `, ${(recording.milliseconds / 1000).toFixed(2)} s`}
        </p>
      </header>
      <span class="share" style={{ width: pending ? `${100 * share}%` : 0 }} aria-hidden="true" />
      {error !== null && <p class="error">{error}</p>}
      <Code {...{ recording, made, pending, picked, onLook, label: title }} focus={look.position} />
      <Timeline {...{ recording, made, onGo, label: title }} />
      <MeasuresRow {...{ recording, made }} autoregressive={card.autoregressive} />
      {!compact && (
        <>
          <div class="close-up">
            <OrderMap {...{ recording, made, onLook }} focus={look.position} />
            <Inspector {...{ recording, made, onPick: props.onPick }} position={look.position} />
          </div>
          <PickNote picks={pane.picks} onUnpick={props.onUnpick} />
          <details class="fold" open={innerWidth > 700}>
            <summary>Settings</summary>
            <SettingsPanel
              {...{ pane, length: scene.length, models: props.models, onSet: props.onSet }}
              other={scene.panes.find((_, i) => i !== index)}
              autoregressive={card.autoregressive}
            />
          </details>
          <div class="foot">
            <CopyRow {...{ scene, pane, card, recording, say: props.say }} />
            <button type="button" class="quiet fork" onClick={props.onFork}>
              {scene.panes.length === 1 ? "Fork into a second pane" : "Fork into the other pane"}
            </button>
          </div>
        </>
      )}
    </article>
  );
}

interface Look {
  readonly position: number | null;
  readonly kept: boolean;
}

/** The token looked at: a click keeps it, so that the pointer can go to its candidates. */
function useLook(recording: Recording | null, point: readonly string[] | undefined) {
  const [look, setLook] = useState<Look>({ position: null, kept: false });
  const tokens = recording?.ids.join();
  useEffect(() => {
    const found = recording?.tokens.findIndex(token => point?.includes(token.trim())) ?? -1;
    if (found >= 0) setLook({ position: found, kept: true });
    else setLook(({ position }) => ({ position, kept: position !== null }));
  }, [tokens, point]);
  const onLook = (position: number | null, keep: boolean) =>
    setLook(before => {
      if (keep) return { position, kept: !(before.kept && before.position === position) };
      // What was looked at last stays until another is: its candidates are on the way of the pointer.
      return before.kept || position === null ? before : { position, kept: false };
    });
  return { look, onLook };
}

function PickNote({
  picks,
  onUnpick,
}: {
  readonly picks: readonly HandPick[];
  readonly onUnpick: () => void;
}) {
  if (picks.length === 0) return null;
  const words = picks.length === 1 ? "One token is" : `${picks.length} tokens are`;
  return (
    <p class="picks">
      {words} picked by hand.{" "}
      <button type="button" class="quiet" onClick={onUnpick}>
        Let the model choose again
      </button>
    </p>
  );
}
