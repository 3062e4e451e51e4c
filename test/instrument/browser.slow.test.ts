/**
 * The instrument without Node: bundled, opened in headless Chromium, and asked for the tokens that Node
 * decodes.
 */
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { build } from "esbuild";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadDenoiser } from "../../src/lib/checkpoints/checkpoint.js";
import { checkpointFolder, problemsOf, testbedTokenizer } from "../../src/lib/checkpoints/testbed.js";
import { localArness } from "../../src/lib/analysis/ar-ness.js";
import { Rng } from "../../src/lib/core/rng.js";
import { decodeConfig } from "../../src/lib/decode/config.js";
import { decode } from "../../src/lib/decode/decode.js";
import { fromRoot } from "../../src/lib/host/package-root.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { chromiumFlags, findChromium } from "../../src/lib/setup/chromium.js";
import { hasNativeBackend } from "../compile/native-backend.js";
import type { Decoded, Job } from "./decode-from-bytes.js";

const executablePath = findChromium();
const checkpoint = checkpointFolder("instruct", 1);
const wasm = fromRoot("node_modules/@tensorflow/tfjs-backend-wasm/wasm-out");
const prompts = problemsOf("minipy", "test", 2).map(({ prompt }) => prompt);
/** Cold and warm: at 0.2 nearly the surest tokens, at 1 draws decide. */
const settings = [{ temperature: 0.2 }, { temperature: 1, topP: 1 }] as const;

/** The bundle of an entry beside this test, one script without imports. */
async function bundle(entry: string): Promise<Buffer> {
  const { outputFiles } = await build({
    entryPoints: [fromRoot("test/instrument", entry)],
    ...{ bundle: true, write: false, format: "iife", platform: "browser", target: "es2022" },
    logLevel: "error",
  });
  return Buffer.from(outputFiles[0].contents);
}

const types: Readonly<Record<string, string>> = {
  ...{ html: "text/html", js: "text/javascript", wasm: "application/wasm", json: "application/json" },
};

/** Serves the bundles, the checkpoint and the WebAssembly; a page of this origin reaches nothing else. */
async function serve(files: ReadonlyMap<string, Buffer>): Promise<Server> {
  const server = createServer(({ url = "" }, response) => {
    const [, folder, name] = /^\/(?:(checkpoint|wasm)\/)?([\w.-]*)$/.exec(url) ?? [];
    const root = folder === "checkpoint" ? checkpoint : wasm;
    const body = folder === undefined ? files.get(name) : readFileSync(join(root, name));
    response.setHeader("Content-Type", types[name?.split(".").at(-1) ?? ""] ?? "application/octet-stream");
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** The same in Node, on the backend that is in use. */
async function decodeInNode(overrides: Job["overrides"]): Promise<Omit<Decoded, "backend">[]> {
  const [denoiser, tokenizer] = [loadDenoiser(checkpoint), testbedTokenizer()];
  const results: Omit<Decoded, "backend">[] = [];
  for (const [seed, prompt] of prompts.entries()) {
    const config = decodeConfig(36, overrides);
    const [sample] = await decode(denoiser, [tokenizer.encode(prompt)], config, [Rng.fromSeed(seed)]);
    results.push({
      text: tokenizer.decode(sample.completionIds, { skipSpecial: true }),
      ids: [...sample.completionIds],
      order: [...sample.order],
      localArness: localArness(sample.order, 1),
    });
  }
  denoiser.dispose();
  return results;
}

/**
 * In the page itself, and in a worker that it starts. What is evaluated runs there: only its source gets
 * there.
 */
const places: Readonly<Record<string, (page: Page, job: Job) => Promise<Decoded[]>>> = {
  "a page": (page, job) =>
    page.evaluate(asked => {
      const bundled = globalThis as unknown as { decodeFromBytes(job: Job): Promise<Decoded[]> };
      return bundled.decodeFromBytes(asked);
    }, job),
  "a worker": (page, job) =>
    page.evaluate(async asked => {
      const worker = new Worker("/worker.js");
      const answer = await new Promise<{ result: Decoded[]; error?: string }>((resolve, reject) => {
        worker.onmessage = ({ data }: { data: { result: Decoded[]; error?: string } }) => resolve(data);
        worker.onerror = ({ message }: { message: string }) => reject(new Error(message));
        worker.postMessage(asked);
      });
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer.result;
    }, job),
};

describe.skipIf(executablePath === undefined)("a bundle of the instrument in headless Chromium", () => {
  let [server, browser, page]: [Server?, Browser?, Page?] = [];
  const inNode: { overrides: Job["overrides"]; decoded: Omit<Decoded, "backend">[] }[] = [];

  beforeAll(async () => {
    const files = new Map([
      ["index.html", Buffer.from('<!doctype html><meta charset="utf-8"><script src="/page.js"></script>')],
      ["page.js", await bundle("page.ts")],
      ["worker.js", await bundle("worker.ts")],
    ]);
    server = await serve(files);
    browser = await chromium.launch({ executablePath, args: chromiumFlags });
    page = await browser.newPage();
    for (const backend of hasNativeBackend ? (["wasm", "native"] as const) : (["wasm"] as const)) {
      await useBackend(backend);
      for (const overrides of settings) inNode.push({ overrides, decoded: await decodeInNode(overrides) });
    }
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/index.html`);
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  it.each(Object.keys(places))("decodes the tokens that Node decodes: %s", async place => {
    const origin = `http://127.0.0.1:${(server?.address() as AddressInfo).port}`;
    for (const overrides of settings) {
      const job = { checkpoint: `${origin}/checkpoint/`, wasm: `${origin}/wasm/`, prompts, overrides };
      const found = await places[place](page as Page, job);
      expect(found.map(({ backend }) => backend)).toEqual(prompts.map(() => "wasm"));
      const same = inNode.filter(run => run.overrides === overrides);
      expect(same.length).toBe(hasNativeBackend ? 2 : 1);
      for (const { decoded } of same) expect(found).toMatchObject(decoded);
    }
  });
});
