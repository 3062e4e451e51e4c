/** What the page shows: a scene with its past, and where its playing stands. */
import type { Scene } from "../lib/instrument.js";

export interface View {
  readonly scene: Scene;
  readonly past: readonly Scene[];
  readonly future: readonly Scene[];
  /** steps that have been made; null: all of them */
  readonly at: number | null;
  readonly playing: boolean;
  /** name of the last change: the next of the same name is part of it, as a slider's moves are */
  readonly change: string | null;
}

export type Action =
  /** another scene; it plays, shows its end, or stays where it is */
  | {
      readonly do: "change";
      readonly scene: Scene;
      readonly name: string;
      readonly then: "play" | "end" | "stay";
    }
  | { readonly do: "undo" }
  | { readonly do: "redo" }
  | { readonly do: "go"; readonly to: number | null }
  | { readonly do: "play"; readonly from: number | null }
  | { readonly do: "pause" }
  /** a step of the playing, of so many */
  | { readonly do: "tick"; readonly steps: number };

/** Changes of a slider within one drag are one; names that start so are never merged. */
const apart = "!";
const longestPast = 100;

export function reduce(view: View, action: Action): View {
  switch (action.do) {
    case "change": {
      const { scene, name, then } = action;
      const isSame = name === view.change && !name.startsWith(apart);
      const past = isSame ? view.past : [...view.past, view.scene].slice(-longestPast);
      const place = then === "stay" ? view.at : then === "play" ? 0 : null;
      return { scene, past, future: [], at: place, playing: then === "play", change: name };
    }
    case "undo": {
      const scene = view.past.at(-1);
      if (scene === undefined) return view;
      const future = [view.scene, ...view.future];
      return { ...view, scene, past: view.past.slice(0, -1), future, playing: false, change: null };
    }
    case "redo": {
      const [scene, ...future] = view.future;
      if (scene === undefined) return view;
      return { ...view, scene, past: [...view.past, view.scene], future, playing: false, change: null };
    }
    case "go":
      return { ...view, at: action.to, playing: false };
    case "play":
      return { ...view, at: action.from ?? view.at, playing: true };
    case "pause":
      return { ...view, playing: false };
    case "tick": {
      const next = (view.at ?? action.steps) + 1;
      return next >= action.steps ? { ...view, at: null, playing: false } : { ...view, at: next };
    }
  }
}
