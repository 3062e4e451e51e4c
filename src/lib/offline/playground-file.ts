/**
 * The playground as one HTML file that needs nothing else: the page's code, the worker's, WebAssembly, models
 * and a recording that plays until the worker is ready, packed. What stands in it is bundled from
 * `src/playground` and the library's own sources.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { fromRoot } from "../host/package-root.js";
import type { ModelCard } from "../playground/copy.js";
import type { Recording } from "../playground/recording.js";
import type { Scene } from "../playground/settings.js";

/** A model whose weights stand in the file. */
export interface PackedModel {
  readonly card: ModelCard;
  /** config.json and the tokenizer's files */
  readonly texts: Readonly<Record<string, string>>;
  /** a safetensors file */
  readonly weights: Uint8Array;
}

export interface PlaygroundContent {
  readonly models: readonly PackedModel[];
  readonly scene: Scene;
  /** of the scene's panes; none: the page decodes them before it plays */
  readonly recorded: readonly Recording[];
  readonly place: "page" | "cell";
}

/**
 * Nothing that the page does may reach the network, whatever a model's files hold: it has no connections, and
 * its code and its worker's are its own.
 */
const policy = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:",
  "worker-src blob:",
  "style-src 'unsafe-inline'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

export async function playgroundHtml({ models, scene, recorded, place }: PlaygroundContent): Promise<string> {
  const [page, worker] = await Promise.all([bundled("main.tsx"), bundled("worker.ts")]);
  const style = readFileSync(fromRoot("src/playground/style.css"), "utf8");
  const boot = { models: models.map(({ card }) => card), scene, recorded: recorded.map(rounded), place };
  const parts = [
    data("boot", JSON.stringify(boot)),
    data("worker", packed(Buffer.from(worker))),
    data("wasm", packed(webAssembly())),
    ...models.flatMap(({ card, texts, weights }) => [
      data(`texts-${card.name}`, JSON.stringify(texts)),
      data(`weights-${card.name}`, packed(weights)),
    ]),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Unmask playground: watch a diffusion model choose where to write</title>
<style>
${style}</style>
</head>
<body>
<div id="app"><noscript>This page decodes with a model that is inside it, and needs scripts.</noscript></div>
${parts.join("\n")}
<script>
${page}</script>
</body>
</html>
`;
}

async function bundled(entry: string): Promise<string> {
  const { build } = await import("esbuild"); // a notebook that shows no page need not load it
  const { outputFiles } = await build({
    entryPoints: [fromRoot("src/playground", entry)],
    ...{ bundle: true, write: false, minify: true, format: "iife", platform: "browser", target: "es2022" },
    ...{ jsx: "automatic", jsxImportSource: "preact", charset: "utf8", legalComments: "none" },
    logLevel: "error",
  });
  return outputFiles[0].text;
}

/** The binary for browsers with SIMD, which all of this decade are; threads are not had from a file. */
function webAssembly(): Uint8Array {
  const package_ = createRequire(fromRoot("package.json")).resolve("@tensorflow/tfjs-backend-wasm");
  return readFileSync(join(dirname(package_), "../wasm-out/tfjs-backend-wasm-simd.wasm"));
}

function packed(bytes: Uint8Array): string {
  return gzipSync(bytes, { level: 9 }).toString("base64");
}

/** Text that no HTML parser reads as anything else. */
function data(id: string, text: string): string {
  return `<script type="text/plain" id="${id}">${text.replaceAll("<", "\\u003c")}</script>`;
}

/** Four digits are more than a bar or a curve can show; how long it took here is no one's concern. */
function rounded(recording: Recording): Recording {
  const short = (_: string, value: unknown): unknown =>
    typeof value === "number" ? Number(value.toPrecision(4)) : value;
  return JSON.parse(JSON.stringify({ ...recording, milliseconds: 0 }, short)) as Recording;
}
