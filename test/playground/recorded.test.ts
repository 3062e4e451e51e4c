/** What the playground shows is what the library decodes: here in Node, in Chromium `page.slow.test.ts`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkpointFolder } from "../../src/lib/checkpoints/testbed.js";
import { Rng } from "../../src/lib/core/rng.js";
import { decodeAutoregressive } from "../../src/lib/decode/autoregressive.js";
import { decode } from "../../src/lib/decode/decode.js";
import { decodeRecorded, mostProbable } from "../../src/lib/playground/decode-recorded.js";
import { engineOf, type OwnedEngine } from "../../src/lib/playground/engine.js";
import {
  configOf,
  defaultPane,
  fitting,
  plans,
  type PaneSettings,
} from "../../src/lib/playground/settings.js";
import { useBackend } from "../../src/lib/runtime/backend.js";

const small = ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"];
const folder = checkpointFolder("instruct", 1);
let engine: OwnedEngine;

beforeAll(async () => {
  await useBackend();
  engine = engineOf({
    name: folder,
    texts: Object.fromEntries(small.map(name => [name, readFileSync(join(folder, name), "utf8")])),
    weights: { "model.safetensors": readFileSync(join(folder, "model.safetensors")) },
  });
});
afterAll(() => engine.denoiser.dispose());

const promptIds = () => engine.tokenizer.encode("loop: take even items, squared, return sum\n");
const pane = (changes: Partial<PaneSettings>) => fitting({ ...defaultPane("instruct"), ...changes }, 36);
const recorded = (settings: PaneSettings) =>
  decodeRecorded(engine, { promptIds: promptIds(), config: configOf(settings, 36), seed: 5, picks: [] });

describe("a recording", () => {
  it.each(plans)("has the tokens and the order of the decoding it watches: %s", async plan => {
    const settings = pane({ plan, tieRule: "random", temperature: 0.6 });
    const config = configOf(settings, 36);
    const [plain] = await decode(engine.denoiser, [promptIds()], config, [Rng.fromSeed(5)]);
    const { ids, order, tieSteps, kinds } = await recorded(settings);
    expect(ids).toEqual([...plain.completionIds]);
    expect(order).toEqual([...plain.order]);
    expect(tieSteps).toBe(plain.tieSteps);
    if (plan !== "lookahead") expect(kinds.filter(kind => kind === "tied").length).toBe(plain.tieSteps);
  });

  it("holds the candidates of every masked position at every step, the committed one too", async () => {
    const { ids, stepOf, scores, candidates } = await recorded(pane({ temperature: 0 }));
    stepOf.forEach((step, position) => {
      expect(candidates[step][position]?.[0].id).toBe(ids[position]);
      expect(candidates.filter(row => row[position] !== null).length).toBe(step + 1);
      expect(scores[step][position]).toBeLessThanOrEqual(0);
    });
  });

  it("of a parent has the tokens of autoregressive decoding, and takes a token picked by hand", async () => {
    const parent = { ...engine, autoregressive: true };
    const config = configOf(pane({ temperature: 0 }), 36);
    const job = { promptIds: promptIds(), config, seed: 5, picks: [] };
    const [plain] = await decodeAutoregressive(engine.denoiser, [promptIds()], config, [Rng.fromSeed(5)]);
    expect((await decodeRecorded(parent, job)).ids).toEqual([...plain.completionIds]);
    const picks = [{ step: 2, position: 2, token: 50 }];
    const picked = await decodeRecorded(parent, { ...job, picks });
    expect(picked.ids.slice(0, 3)).toEqual([...plain.completionIds.slice(0, 2), 50]);
  });
});

it("the most probable tokens come the first first, the lower id among equals", () => {
  expect(mostProbable(Float32Array.of(0.1, 0.4, 0.1, 0.3, 0.1), 3)).toEqual([1, 3, 0]);
});
