/** Recordings of panes, decoded when a scene changes and remembered, so that going back is immediate. */
import { useEffect, useState } from "preact/hooks";
import {
  configOf,
  type ModelCard,
  type PaneSettings,
  type Recording,
  type Scene,
} from "../lib/instrument.js";
import type { Client } from "./client.js";

export interface PaneState {
  /** of these settings, or while they are decoded the one before */
  readonly recording: Recording | null;
  readonly pending: boolean;
  /** of the pending one that is done */
  readonly share: number;
  readonly error: string | null;
}

type Asked = Pick<Scene, "prompt" | "seed" | "length">;

const remembered = new Map<string, Recording>();
const mostRemembered = 80;

export function keyOf(pane: PaneSettings, { prompt, seed, length }: Asked): string {
  return JSON.stringify([pane, prompt, seed, length]);
}

export function remember(key: string, recording: Recording): void {
  remembered.delete(key);
  remembered.set(key, recording);
  for (const oldest of remembered.keys()) {
    if (remembered.size <= mostRemembered) return;
    remembered.delete(oldest);
  }
}

/** Gives a model to the worker before it is asked about. */
export type Ready = (model: string) => Promise<Client>;

/**
 * The recording of a pane; absent one shows nothing. A slider asks for many settings a second: what is no
 * longer wanted is given up.
 */
export function useRecording(
  pane: PaneSettings | undefined,
  { prompt, seed, length }: Asked,
  card: ModelCard | undefined,
  ready: Ready,
): PaneState {
  const [state, setState] = useState<PaneState>({ recording: null, pending: true, share: 0, error: null });
  const key = pane === undefined ? null : keyOf(pane, { prompt, seed, length });
  const known = key === null ? undefined : remembered.get(key);
  useEffect(() => {
    if (pane === undefined || key === null || card === undefined) return;
    if (known !== undefined) return setState({ recording: known, pending: false, share: 1, error: null });
    const abort = new AbortController();
    setState(before => ({ ...before, pending: true, share: 0, error: null }));
    const decode = async () => {
      const { signal } = abort;
      const client = await ready(pane.model);
      signal.throwIfAborted();
      const { autoregressive } = card;
      const ask = { kind: "decode", model: pane.model, autoregressive, prompt, seed } as const;
      const config = configOf(pane, length);
      const onShare = (share: number) => setState(before => ({ ...before, share }));
      const recording = await client.ask({ ...ask, config, picks: pane.picks }, { signal, onShare });
      remember(key, recording);
      setState({ recording, pending: false, share: 1, error: null });
    };
    decode().catch((error: unknown) => {
      if (abort.signal.aborted) return;
      const sentence = error instanceof Error ? error.message : String(error);
      setState(before => ({ ...before, pending: false, error: sentence }));
    });
    return () => abort.abort();
  }, [key, card?.name, ready]);
  // What is known is shown in the same frame.
  return known === undefined ? state : { recording: known, pending: false, share: 1, error: null };
}
