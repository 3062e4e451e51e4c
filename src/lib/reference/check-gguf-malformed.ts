/** Damaged GGUF files: each is refused in a sentence that names it, at the stage where the case wants it. */
import { dirname, join } from "node:path";
import { UserError } from "../core/errors.js";
import { readConfig } from "../checkpoints/checkpoint.js";
import type { CaseFile, CheckResult } from "./case-file.js";
import type { Fields } from "./fields.js";
import { tolerances } from "./finding.js";
import { openGguf } from "../checkpoints/gguf-files.js";

export function checkMalformed({ path, name, fields }: CaseFile): CheckResult[] {
  return fields.list("cases").map(c => ({
    name: `${name} ${c.text("file")}`,
    quantity: `${c.text("expect")}: ${c.text("what")}`,
    difference: behavesAs(c, join(dirname(path), c.text("file"))) ? 0 : 1,
    tolerance: tolerances.identical,
  }));
}

function behavesAs(c: Fields, file: string): boolean {
  const opened = refusal(file, () => openGguf(file).close());
  switch (c.text("expect")) {
    case "accept":
      return opened === null;
    case "reject":
      return opened === "in a sentence";
    case "either":
      return opened !== "otherwise";
    case "reject-as-model":
      return opened === null && refusal(file, () => readConfig(file)) === "in a sentence";
    default:
      return false;
  }
}

/** Whether it was refused with one sentence that names the file. */
function refusal(file: string, read: () => unknown): "in a sentence" | "otherwise" | null {
  try {
    read();
    return null;
  } catch (error) {
    const isSentence =
      error instanceof UserError && error.message.includes(file) && !/\n/.test(error.message);
    return isSentence ? "in a sentence" : "otherwise";
  }
}
