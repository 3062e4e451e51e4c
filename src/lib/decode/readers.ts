/** Who reads the logits, as a configuration asks. To add one: its file, and its line here. */
import { cacheReading } from "../methods/kv-cache/reader.js";
import { blockCausalReading } from "./block-causal.js";
import type { Canvas } from "./canvas.js";
import { MaskedReader, type LogitReader, type ReadFor, type Reading } from "./masked-logits.js";
import type { DecodeConfig, DecodingDenoiser } from "./types.js";

const readings: readonly Reading[] = [blockCausalReading, cacheReading];

/** @throws UserError where the denoiser or the sample's states do not go with what is asked */
export function readerOf(
  denoiser: DecodingDenoiser,
  canvas: Canvas,
  config: DecodeConfig,
  of: ReadFor,
): LogitReader {
  const asked = readings.find(reading => reading.isAsked(config));
  if (asked !== undefined) return asked.reader(denoiser, canvas, config, of);
  return new MaskedReader(denoiser, canvas, config.completionLength, config, of.order);
}
