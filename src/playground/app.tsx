/** The playground: a prompt, one pane or two, and what moves them. */
import { useCallback, useEffect, useMemo, useReducer, useState } from "preact/hooks";
import {
  fitting,
  linkOf,
  type HandPick,
  type LinkedScene,
  type ModelCard,
  type PaneSettings,
} from "../lib/instrument.js";
import { copy } from "./copy-row.js";
import { useRecording } from "./decoding.js";
import { Embed } from "./embed.js";
import type { Boot } from "./embedded.js";
import { firstView, isStill } from "./first-view.js";
import { Help } from "./help.js";
import { Models } from "./models.js";
import { ramp } from "./order-color.js";
import { droppedFiles, readOwnFiles } from "./own-files.js";
import { Pane } from "./pane.js";
import { PresetBar } from "./preset-bar.js";
import { presetOf, presets, type Preset } from "./presets.js";
import { PromptBar } from "./prompt-bar.js";
import { useSays } from "./says.js";
import { reduce } from "./state.js";
import { TopBar } from "./top-bar.js";
import { Transport } from "./transport.js";
import { useKeys } from "./keys.js";

/** A whole playing takes so long, whatever its steps. */
const playSeconds = 4.5;

export function App({ boot }: { readonly boot: Boot }) {
  const isPage = boot.place === "page";
  const compact = location.hash.startsWith("#embed");
  const [cards, setCards] = useState(boot.models);
  const models = useMemo(() => new Models(boot.models), []);
  const ready = useCallback((model: string) => models.ready(model), [models]);
  const [view, dispatch] = useReducer(reduce, boot, b => firstView(b, compact));
  const { say, tell, element: said } = useSays();
  const [help, setHelp] = useState(false);
  const [reading, setReading] = useState<number | null>(null);
  const { scene, at, playing } = view;

  const cardOf = (pane: PaneSettings | undefined) =>
    cards.find(({ name }) => name === pane?.model) ?? (pane === undefined ? undefined : cards[0]);
  const [a, b] = scene.panes;
  const states = [useRecording(a, scene, cardOf(a), ready), useRecording(b, scene, cardOf(b), ready)];
  const shown = states.slice(0, scene.panes.length);
  const steps = Math.max(1, ...shown.map(({ recording }) => recording?.steps ?? 0));
  const isReady = shown.every(({ recording, pending }) => recording !== null && !pending);

  useEffect(() => {
    if (!playing || !isReady) return;
    const clock = setInterval(
      () => dispatch({ do: "tick", steps }),
      (1000 * playSeconds) / Math.max(steps, 12),
    );
    return () => clearInterval(clock);
  }, [playing, isReady, steps]);

  useEffect(() => {
    if (!isPage || compact || playing) return;
    const timer = setTimeout(() => history.replaceState(null, "", `#${linkOf({ ...scene, at })}`), 300);
    return () => clearTimeout(timer);
  }, [scene, at, playing]);

  const tokens = shown.map(({ recording }) => recording?.ids.join()).join("|");
  useEffect(() => {
    if (isReady && view.change !== null) say("Decoded.");
  }, [tokens, isReady]);

  const change = (next: Partial<typeof scene>, name: string, then: "play" | "end" | "stay") =>
    dispatch({
      do: "change",
      scene: { ...scene, ...next },
      name,
      then: then === "play" && isStill() ? "end" : then,
    });
  const setPane = (index: number, pane: PaneSettings, name: string, then: "play" | "end" | "stay") =>
    change(
      { panes: scene.panes.map((one, i) => (i === index ? fitting(pane, scene.length) : one)) },
      name,
      then,
    );
  const choose = ({ name, panes, prompt = scene.prompt }: Preset) =>
    change({ panes, prompt }, `!${name}`, "play");
  const play = () =>
    dispatch(playing ? { do: "pause" } : { do: "play", from: at === null || at >= steps ? 0 : null });
  const go = (to: number | null) => {
    dispatch({ do: "go", to: to !== null && to >= steps ? null : to });
    say(`Step ${to ?? steps} of ${steps}`);
  };
  const pick = (index: number, { step, position, token }: HandPick) => {
    // What was picked later would have been picked in another decoding.
    const kept = scene.panes[index].picks.filter(one => one.step < step);
    setPane(index, { ...scene.panes[index], picks: [...kept, { step, position, token }] }, "!pick", "stay");
    if (at !== null && at <= step) dispatch({ do: "go", to: step + 1 });
  };
  const fork = (index: number) =>
    change({ panes: [scene.panes[index], scene.panes[index]] }, "!fork", "stay");
  const open = async (files: readonly File[]) => {
    try {
      setReading(0);
      const own = await readOwnFiles(files, setReading);
      const autoregressive = await models.add(own.name, own);
      const card: ModelCard = { name: own.name, title: own.name, folder: null, autoregressive };
      setCards(before => [...before.filter(({ name }) => name !== own.name), card]);
      change(
        { panes: [fitting({ ...scene.panes[0], model: own.name, picks: [] }, scene.length)] },
        "!own",
        "end",
      );
      tell(`${own.name} is loaded.`);
    } catch (error) {
      tell(error instanceof Error ? error.message : String(error));
    } finally {
      setReading(null);
    }
  };
  useKeys({
    play,
    go: by => go(by === "first" ? 0 : by === "last" ? null : Math.max(0, (at ?? steps) + by)),
    undo: () => dispatch({ do: "undo" }),
    redo: () => dispatch({ do: "redo" }),
    preset: number => isPage && !compact && number <= presets.length && choose(presets[number - 1]),
    again: () => change({ seed: scene.seed + 1 }, "!seed", "play"),
    help: () => setHelp(true),
  });

  const chosen = presetOf(scene.panes);
  const words = useCallback(
    async (text: string) =>
      (await ready(scene.panes[0].model)).ask({ kind: "words", model: scene.panes[0].model, text }),
    [ready, scene.panes[0].model],
  );
  const panes = scene.panes.map((_, index) => (
    <Pane
      key={index}
      {...{ scene, index, at, compact, say: tell, models: cards }}
      state={states[index]}
      point={chosen?.point}
      card={cardOf(scene.panes[index]) as ModelCard}
      onSet={(next, name) => setPane(index, { ...scene.panes[index], ...next }, `${index} ${name}`, "end")}
      onPick={one => pick(index, one)}
      onUnpick={() => setPane(index, { ...scene.panes[index], picks: [] }, "!unpick", "stay")}
      onFork={() => fork(index)}
      onGo={go}
    />
  ));
  const transport = (
    <Transport
      {...{ at, steps, playing, onPlay: play, onGo: go }}
      canUndo={view.past.length > 0}
      canRedo={view.future.length > 0}
      onUndo={() => dispatch({ do: "undo" })}
      onRedo={() => dispatch({ do: "redo" })}
    />
  );
  if (compact)
    return (
      <>
        <Embed
          {...{ pane: panes, transport }}
          tieRule={scene.panes[0].tieRule}
          onTieRule={tieRule => setPane(0, { ...scene.panes[0], tieRule }, "!ties", "play")}
        />
        {said}
      </>
    );

  return (
    <div
      class="page"
      onDragOver={event => event.preventDefault()}
      onDrop={event => {
        event.preventDefault();
        if (event.dataTransfer !== null) void droppedFiles(event.dataTransfer).then(open);
      }}
    >
      <TopBar
        onShare={isPage ? () => void copy(linkTo({ ...scene, at })).then(tell) : undefined}
        onFiles={files => void open(files)}
        onHelp={() => setHelp(true)}
      />
      <main>
        {isPage && (
          <div class="intro">
            <h1>Watch a diffusion model choose where to write</h1>
            <p>
              It starts from masks and commits tokens in an order of its own. Colour is that order,{" "}
              <span class="nowrap">
                first <span class="ramp" style={{ background: ramp }} aria-hidden="true" /> last
              </span>
              . The model runs in this page: change anything, and it decodes anew.
            </p>
          </div>
        )}
        <PromptBar
          prompt={scene.prompt}
          seed={scene.seed}
          length={scene.panes.some(pane => cardOf(pane)?.folder === null) ? scene.length : null}
          onLength={length =>
            change({ length, panes: scene.panes.map(one => fitting(one, length)) }, "length", "end")
          }
          onPrompt={(prompt, name) =>
            change({ prompt, panes: scene.panes.map(unpicked) }, name, name === "prompt" ? "end" : "play")
          }
          onSeed={(seed, name) => change({ seed }, name, name === "seed" ? "end" : "play")}
          words={words}
        />
        {isPage && (
          <PresetBar
            chosen={chosen}
            alone={scene.panes.length === 1}
            onChoose={choose}
            onAlone={() => change({ panes: [scene.panes[0]] }, "!one", "stay")}
          />
        )}
        {reading !== null && (
          <label class="reading">
            Reading your model <progress value={reading} max={1} />
          </label>
        )}
        <div class={scene.panes.length === 1 ? "panes one" : "panes two"}>{panes}</div>
      </main>
      {transport}
      {said}
      <footer>
        <p>
          Everything happens in this page: {isPage ? "the models (0.47 million weights each)" : "the model"},
          the decoder, which is the library's own, and your files. Nothing is sent anywhere, and nothing could
          be: the page forbids itself all connections.
        </p>
      </footer>
      <Help open={help} onClose={() => setHelp(false)} />
    </div>
  );
}

function unpicked(pane: PaneSettings): PaneSettings {
  return { ...pane, picks: [] };
}

function linkTo(scene: LinkedScene): string {
  return `${location.href.split("#")[0]}#${linkOf(scene)}`;
}
