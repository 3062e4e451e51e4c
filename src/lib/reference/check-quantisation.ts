/** Blocks of every GGUF type against the values that the format's own library made of them. */
import { tensorTypes } from "../gguf/tensor-types.js";
import { dequantisers } from "../model/gguf/dequantise.js";
import type { SafetensorsFile } from "../model/safetensors.js";
import type { CaseFile, CheckResult } from "./case-file.js";
import type { Fields } from "./fields.js";
import { countDifferent, differenceOfLargest, tolerances } from "./finding.js";
import { openSafetensors } from "../checkpoints/safetensors-file.js";

/** Of one product or none: nothing is left to rounding. */
const exactTypes = new Set(["F32", "F16", "BF16", "Q8_0", "Q4_0", "Q5_0"]);

export function checkQuantisation({ path, name, fields }: CaseFile): CheckResult[] {
  const file = openSafetensors(path.replace(/\.json$/, ".safetensors"));
  try {
    return fields.list("cases").map(c => checkCase(name, c, file));
  } finally {
    file.close();
  }
}

function checkCase(name: string, c: Fields, file: SafetensorsFile): CheckResult {
  const at = `${name} ${c.text("name")}`;
  const type = tensorTypes.get(c.number("type_id"));
  const dequantise = dequantisers.get(type?.name ?? "");
  if (type?.name !== c.text("type") || dequantise === undefined)
    return { name: at, reason: `blocks of type ${c.text("type")} are not read` };
  const [rows, columns] = [c.number("rows"), c.number("columns")];
  const ours = new Float32Array(rows * columns);
  // A copy at the start of a buffer of its own: floats are read in place.
  dequantise(Uint8Array.from(Buffer.from(c.text("raw_base64"), "base64")), ours);
  const reference = file.readFloat32(c.text("values"));
  const quantity = `${rows} x ${columns} values`;
  if (exactTypes.has(type.name))
    return {
      name: at,
      quantity,
      difference: countDifferent(ours, reference),
      tolerance: tolerances.identical,
    };
  const byRow = Array.from({ length: rows }, (_, row) => {
    const of = (values: Float32Array) => values.subarray(row * columns, (row + 1) * columns);
    return differenceOfLargest(of(ours), of(reference));
  });
  return { name: at, quantity, difference: Math.max(...byRow), tolerance: tolerances.dequantised };
}
