/**
 * An AR parent that becomes a masked-diffusion model by an adapter: a tiny Llama with random weights, trained
 * on a folder of text, killed and resumed, opened again, and what is refused.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readAdapter } from "../../src/lib/checkpoints/adapter-files.js";
import { readConfig } from "../../src/lib/checkpoints/checkpoint.js";
import { loadModel } from "../../src/lib/checkpoints/load-model.js";
import { openSafetensors } from "../../src/lib/checkpoints/safetensors-file.js";
import { loadTokenizer } from "../../src/lib/checkpoints/tokenizer-file.js";
import { UserError } from "../../src/lib/core/errors.js";
import { readLog } from "../../src/lib/log/log-reader.js";
import { corpusFiles, corpusSplits, pythonLibrary, splitOf } from "../../src/lib/recipes/adapter/corpus.js";
import { adaptLora, type AdapterRecipe } from "../../src/lib/recipes/adapter/recipe.js";
import { sequencesOf } from "../../src/lib/recipes/adapter/sequences.js";
import { recipe as recipeByName } from "../../src/lib/recipes/recipe-by-name.js";
import { trainRun } from "../../src/lib/recipes/train-run.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { tinyGguf, writeGguf } from "../model/gguf/write-gguf.js";
import * as tf from "@tensorflow/tfjs-core";

const root = mkdtempSync(join(tmpdir(), "unmask-adapter-"));
const [parent, corpus] = [join(root, "parent.gguf"), join(root, "corpus")];
const tiny: AdapterRecipe = {
  ...adaptLora,
  ...{ parent, corpus, maskToken: "<tool>", window: 16, rank: 4, alpha: 8, steps: 60, batch: 4 },
  rate: { peak: 0.05, warmupSteps: 5, floor: 0.1 },
  annealSteps: 5,
  checkpointEvery: 10,
  heldOut: { after: [0, 30, 60], windows: 4 },
  snapshots: [20],
};

beforeAll(async () => {
  await useBackend();
  writeGguf(parent, tinyGguf("llama"));
  mkdirSync(corpus);
  // two letters that take turns: what stands between two others follows from them
  for (let i = 0; i < 80; i++) writeFileSync(join(corpus, `m${i}.txt`), "a b ".repeat(20));
});
afterAll(() => rmSync(root, { recursive: true }));

const run = (out: string, signal?: AbortSignal, progress?: (share: number) => void) =>
  trainRun({ recipe: tiny, seed: 1, out: join(root, out), resume: true, signal, progress });
const weights = (out: string) => readFileSync(join(root, out, "adapter_model.safetensors"));
const lossesOf = (out: string) => readLog(join(root, out, "windows.arrow"), "windows").rows();

async function said(changes: Partial<AdapterRecipe>): Promise<string> {
  try {
    await trainRun({ recipe: { ...tiny, ...changes }, seed: 1, out: join(root, "refused"), resume: false });
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).not.toContain("\n");
    return (error as Error).message;
  }
  return "accepted";
}

describe("an adapter in training", () => {
  it("lowers the loss of held-out windows at every mask ratio", async () => {
    const tensors = tf.memory().numTensors;
    expect(await run("whole")).toBe("trained");
    expect(tf.memory().numTensors).toBe(tensors);
    const rows = lossesOf("whole");
    expect(rows.length).toBe(3 * 3 * 4);
    const mean = (step: number, t: number) => {
      const here = rows.filter(row => row.step === step && row.t === t);
      return here.reduce((a, { lossSum }) => a + lossSum, 0) / here.reduce((a, { masked }) => a + masked, 0);
    };
    for (const t of [0.15, 0.5, 0.85]) expect(mean(60, t), `t=${t}`).toBeLessThan(mean(0, t) - 0.25);
  });

  it("that is stopped and resumed ends with the same bits and the same rows", async () => {
    const stop = new AbortController();
    const stopping = (share: number) => {
      if (share > 0.6) stop.abort();
    };
    await expect(run("cut", stop.signal, stopping)).rejects.toThrow();
    expect(await run("cut")).toBe("trained");
    expect(weights("cut").equals(weights("whole"))).toBe(true);
    expect(lossesOf("cut")).toEqual(lossesOf("whole"));
    expect(weights("cut/step-20").equals(weights("whole/step-20"))).toBe(true);
    expect(weights("whole/step-20").equals(weights("whole"))).toBe(false);
  });

  it("opens as a masked-diffusion model with its parent's tokenizer, and says where it comes from", () => {
    const { denoiser, tokenizer, autoregressive } = loadModel(join(root, "whole"));
    const { shift, maskTokenId, modelType } = denoiser.config;
    expect({ autoregressive, shift, maskTokenId, modelType }).toEqual({
      ...{ autoregressive: false, shift: true, maskTokenId: 6, modelType: "Dream" },
    });
    expect(tokenizer.special.maskId).toBe(6);
    denoiser.dispose();
    const file = openSafetensors(join(root, "whole", "adapter_model.safetensors"));
    file.close();
    expect(Object.keys(file.metadata).sort()).toEqual(
      ["commit", "dirty", "format", "parent", "parent_sha256", "recipe", "seed", "step"].sort(),
    );
    expect(new Set([...file.tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(["BF16"]));
    const adapter = readAdapter(join(root, "whole"), readConfig(parent));
    // seven products of one layer and the mask's row
    expect(adapter.changes.map(({ kind }) => kind).sort()).toEqual([
      ...Array.from({ length: 7 }, () => "low-rank"),
      "rows",
    ]);
    tf.dispose([...adapter.tensors.values()]);
  });
});

describe("an adapter that is trained further", () => {
  const pairs = join(root, "pairs");
  // a body whose letters stand the other way round than in all that the parent of the adapter has read
  const text = 'def a(b):\n    "a"\n    b a b a\n';
  const recipe: AdapterRecipe = {
    ...tiny,
    ...{ name: "adapt-instruct", parent: join(root, "whole"), corpus: pairs, sequences: "functions" },
    ...{ window: 24, steps: 40, annealSteps: 0, heldOut: { after: [0, 40], windows: 4 }, snapshots: [20] },
  };

  it("learns from openings to bodies, begins as it was, and stands on the same base", async () => {
    mkdirSync(pairs);
    for (let i = 0; i < 80; i++) writeFileSync(join(pairs, `m${i}.py`), text);
    const out = join(root, "further");
    await trainRun({ recipe, seed: 1, out, resume: false });
    const losses = lossesOf("further");
    const sum = (step: number) =>
      losses.filter(row => row.step === step).reduce((total, { lossSum }) => total + lossSum, 0);
    expect(sum(40)).toBeLessThan(0.98 * sum(0));
    const named = (folder: string) =>
      (JSON.parse(readFileSync(join(root, folder, "adapter_config.json"), "utf8")) as Record<string, unknown>)
        .base_model_name_or_path;
    expect(named("further")).toBe(named("whole"));
    const { denoiser } = loadModel(out);
    denoiser.dispose();
  });

  it("masks neither signature nor docstring, but the body and end tokens to the window's end", () => {
    const tokenizer = loadTokenizer(parent, { mask: "optional" });
    const { ids, maskable } = sequencesOf(recipe, "validation", tokenizer)[0];
    const [opening, body] = ['def a(b):\n    "a"\n', "    b a b a\n"].map(part => tokenizer.encode(part));
    const padding = Array<number>(24 - opening.length - body.length).fill(tokenizer.special.eosId);
    expect([...ids]).toEqual([...opening, ...body, ...padding]);
    expect([...maskable]).toEqual([...opening.map(() => 0), ...body.map(() => 1), ...padding.map(() => 1)]);
  });

  it("is refused where rank or scale are others than it has", async () => {
    const out = join(root, "refused");
    for (const changes of [{ rank: 8 }, { alpha: 9 }])
      await expect(
        trainRun({ recipe: { ...recipe, ...changes }, seed: 1, out, resume: false }),
      ).rejects.toThrow(/is not of rank \d and alpha \d on all products .* cannot be trained further/);
  });

  it("is refused where no function of the corpus fits", async () => {
    const out = join(root, "refused");
    await expect(
      trainRun({ recipe: { ...recipe, ...{ corpus } }, seed: 1, out, resume: false }),
    ).rejects.toThrow(/has for train no Python function with a docstring that fits 24 tokens/);
  });
});

describe("a corpus", () => {
  it("is split by what lies at its top, whatever else is there", () => {
    expect(splitOf("json/decoder.py")).toBe(splitOf("json/tool/deep.py"));
    expect(splitOf("bisect.py")).toBe(splitOf("bisect/more.py"));
    // as it was when the shipped adapter was trained
    const held = corpusFiles(pythonLibrary, "validation").map(({ path }) => path.split("/")[0]);
    expect([...new Set(held)]).toEqual([
      ...["_markupbase.py", "_py_warnings.py", "bz2.py", "difflib.py", "html", "imaplib.py", "io.py"],
      ...["pickletools.py", "pkgutil.py", "poplib.py", "socketserver.py", "tabnanny.py", "types.py"],
    ]);
  });

  it("gives every file to one split, tables of encodings to none", () => {
    const paths = corpusSplits.flatMap(split => corpusFiles(pythonLibrary, split).map(({ path }) => path));
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths.length).toBeGreaterThan(400);
    expect(paths.some(path => path.startsWith("encodings/"))).toBe(false);
  });

  it("of one's own leaves out what is no text", () => {
    const own = join(root, "own");
    mkdirSync(join(own, ".git"), { recursive: true });
    for (let i = 0; i < 80; i++) writeFileSync(join(own, `f${i}`), "a");
    writeFileSync(join(own, "f80"), Uint8Array.of(255, 254, 0, 1));
    writeFileSync(join(own, ".git", "f81"), "a");
    expect(corpusSplits.flatMap(split => corpusFiles(own, split)).length).toBe(80);
  });
});

describe("is refused in one sentence:", () => {
  it.each<[string, Partial<AdapterRecipe>, RegExp]>([
    ["a corpus that is not there", { corpus: "/nowhere/at/all" }, /\/nowhere\/at\/all cannot be read/],
    ["a mask that the vocabulary lacks", { maskToken: "<none>" }, /has no token "<none>"; name a spare one/],
    ["a window longer than the text", { window: 4096 }, /less than one window of 4096; name a larger one/],
    ["a parent that is not there", { parent: "/nowhere.gguf" }, /nowhere\.gguf/],
    ["a snapshot after the end", { snapshots: [61] }, /snapshots has 61, after the last of 60 steps/],
  ])("%s", async (_, changes, message) => {
    expect(await said(changes)).toMatch(message);
  });

  it("a parent that is a masked-diffusion model already", async () => {
    const dream = join(root, "dream.gguf");
    writeGguf(dream, tinyGguf("dream", {}, { bias: true }));
    expect(await said({ parent: dream })).toMatch(/is no AR parent but of type Dream/);
  });

  it("a parent named by --from", async () => {
    const out = join(root, "refused");
    await expect(trainRun({ recipe: tiny, seed: 1, out, resume: false, from: parent })).rejects.toThrow(
      /starts from the parent of its recipe; name it with --checkpoint .*parent\.gguf\.$/,
    );
  });

  it("a corpus too small to be split, and one for a recipe that has none", async () => {
    const small = join(root, "small");
    mkdirSync(small);
    writeFileSync(join(small, "one.txt"), "a b ".repeat(20));
    expect(await said({ corpus: small })).toMatch(/has no text for .* of which it has 1; name a folder/);
    expect(() => recipeByName("stage1", { corpus: small })).toThrow(/unknown key "corpus"/);
  });
});
