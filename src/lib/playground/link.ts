/** A scene as the part of an address behind "#", and back: what is not said is the default. */
import { tieRules } from "../core/records.js";
import { remaskings } from "../decode/types.js";
import { configOf, defaultPane, fitting, plans, testbedLength } from "./settings.js";
import type { PaneSettings, Scene } from "./settings.js";

/** Where the playing stands; null at the end. */
export interface LinkedScene extends Scene {
  readonly at: number | null;
}

/** @returns without "#"; readable: "prompt=...&seed=7&a=ties:random,T:1.2&at=12" */
export function linkOf({ prompt, seed, length, panes, at }: LinkedScene): string {
  const parts: [string, string][] = [["prompt", prompt.replace(/\n$/, "")]];
  parts.push(["seed", String(seed)]);
  if (length !== testbedLength) parts.push(["length", String(length)]);
  panes.forEach((pane, i) => parts.push(["ab"[i], paneText(pane, length)]));
  if (at !== null) parts.push(["at", String(at)]);
  return parts.map(([key, value]) => `${key}=${encode(value)}`).join("&");
}

/** The scene that a link means; what it does not say or says wrongly is as in `otherwise`. */
export function sceneOf(link: string, otherwise: Scene): LinkedScene {
  const query = new URLSearchParams(link.replace(/^#/, ""));
  const length = whole(query.get("length"), 1, 512) ?? otherwise.length;
  const prompt = query.get("prompt");
  const written = ["a", "b"].flatMap(key => query.get(key) ?? []);
  const { model } = otherwise.panes[0];
  return {
    prompt: prompt === null ? otherwise.prompt : `${prompt}\n`,
    seed: whole(query.get("seed"), 0, 2 ** 31 - 1) ?? otherwise.seed,
    length,
    panes: written.length === 0 ? otherwise.panes : written.map(text => readPane(text, model, length)),
    at: whole(query.get("at"), 0, length),
  };
}

/** Colons and commas stay readable; the rest that an address cannot hold is escaped. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll("%3A", ":").replaceAll("%2C", ",").replaceAll("%20", "+");
}

/** Short names of the fields that a link can carry. */
const fields = {
  model: "model",
  T: "temperature",
  p: "topP",
  steps: "steps",
  block: "blockLength",
  score: "remasking",
  ties: "tieRule",
  plan: "plan",
} as const;

function paneText(pane: PaneSettings, length: number): string {
  const usual = { ...defaultPane(""), steps: length };
  const said = Object.entries(fields).flatMap(([short, field]) =>
    pane[field] === usual[field] ? [] : [`${short}:${pane[field] ?? "none"}`],
  );
  const own = Object.entries(pane.parameters).map(([name, value]) => `with.${name}:${value}`);
  const picks = pane.picks.map(({ step, position, token }) => `pick:${step}.${position}.${token}`);
  return [...said, ...own, ...picks].join(",");
}

function readPane(text: string, model: string, length: number): PaneSettings {
  const entries = text.split(",").map(part => {
    const colon = part.indexOf(":");
    return [part.slice(0, colon), part.slice(colon + 1)] as const;
  });
  const said = new Map(entries);
  const usual = defaultPane(said.get("model") ?? model);
  const oneOf = <T extends string>(key: string, values: readonly T[], otherwise: T): T =>
    values.find(value => value === said.get(key)) ?? otherwise;
  const between = (key: string, low: number, high: number, otherwise: number): number => {
    const value = Number(said.get(key) ?? NaN);
    return value >= low && value <= high ? value : otherwise;
  };
  const pane: PaneSettings = {
    ...usual,
    temperature: between("T", 0, 10, usual.temperature),
    topP: between("p", 0.001, 1, usual.topP),
    steps: between("steps", 1, length, length),
    blockLength: whole(said.get("block") ?? null, 1, length),
    remasking: oneOf("score", remaskings, usual.remasking),
    tieRule: oneOf("ties", tieRules, usual.tieRule),
    plan: oneOf("plan", plans, usual.plan),
    parameters: Object.fromEntries(
      entries
        .filter(([key]) => key.startsWith("with."))
        .map(([key, value]) => [key.slice(5), Number.isNaN(Number(value)) ? value : Number(value)]),
    ),
    picks: entries.filter(([key]) => key === "pick").flatMap(([, value]) => readPick(value)),
  };
  return safely(pane, length);
}

function readPick(text: string): PaneSettings["picks"] {
  const numbers = text.split(".").map(part => whole(part, 0, 2 ** 31 - 1));
  const [step, position, token] = numbers;
  if (numbers.length !== 3 || step === null || position === null || token === null) return [];
  return [{ step, position, token }];
}

/** A link may name parameters that a policy does not have, or values that they cannot be: then none count. */
function safely(pane: PaneSettings, length: number): PaneSettings {
  try {
    const settings = fitting(pane, length);
    configOf(settings, length);
    return settings;
  } catch {
    return fitting({ ...pane, parameters: {} }, length);
  }
}

function whole(text: string | null, low: number, high: number): number | null {
  const value = text === null || text === "" ? NaN : Number(text);
  return Number.isInteger(value) && value >= low && value <= high ? value : null;
}
