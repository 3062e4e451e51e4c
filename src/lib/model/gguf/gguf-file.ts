/** A GGUF file: its metadata, and its tensors as floats, read and dequantised in pieces. */
import type { ByteSource } from "../../core/byte-source.js";
import { UserError } from "../../core/errors.js";
import { firstNonFinite, pageAlignedFloat32 } from "../float-formats.js";
import { readFully } from "../safetensors-header.js";
import { readGgufHeader, type GgufTensor, type Metadata } from "../../gguf/header.js";
import { dequantisers } from "./dequantise.js";
import type { Dequantise } from "./small-blocks.js";

/** Bytes read at once, as many whole blocks as fit. */
const chunk = new Uint8Array(1 << 20);

/** In memory or on a disk. Close it. */
export class GgufFile {
  readonly path: string;
  readonly metadata: Metadata;
  readonly tensors: ReadonlyMap<string, GgufTensor>;

  /**
   * Takes ownership of the source. @throws UserError when it is cut off, or its header does not describe it
   */
  constructor(private readonly source: ByteSource) {
    this.path = source.path;
    try {
      ({ metadata: this.metadata, tensors: this.tensors } = readGgufHeader(source));
    } catch (error) {
      source.close();
      throw error;
    }
  }

  /** @throws UserError when the tensor is missing or of a type that is not read */
  readable(name: string): { readonly tensor: GgufTensor; readonly dequantise: Dequantise } {
    const tensor = this.tensors.get(name);
    if (tensor === undefined)
      throw new UserError(
        `gguf: ${this.path} has no tensor ${name}, which its metadata ask for; fetch or convert the file ` +
          "again.",
      );
    const dequantise = dequantisers.get(tensor.type.name);
    if (dequantise !== undefined) return { tensor, dequantise };
    throw new UserError(
      `gguf: ${this.path}: tensor ${name} is of type ${tensor.type.name}, which is not read; use a ` +
        `file of the types ${[...dequantisers.keys()].join(", ")}.`,
    );
  }

  /** All values of a tensor. @throws UserError when one of them is NaN or infinite */
  readFloat32(name: string): Float32Array {
    const { tensor, dequantise } = this.readable(name);
    const { type, shape, begin, end } = tensor;
    const values = pageAlignedFloat32(shape.reduce((a, b) => a * b, 1));
    const step = Math.floor(chunk.length / type.bytes) * type.bytes;
    for (let at = begin, done = 0; at < end; at += step) {
      const bytes = chunk.subarray(0, Math.min(step, end - at));
      readFully(this.source, bytes, at);
      const part = values.subarray(done, done + (bytes.length / type.bytes) * type.values);
      dequantise(bytes, part);
      done += part.length;
    }
    const bad = firstNonFinite(values);
    if (bad < 0) return values;
    throw new UserError(
      `gguf: ${this.path}: tensor ${name} holds ${values[bad]} at index ${bad}; the weights are ` +
        "damaged, fetch or convert the file again.",
    );
  }

  close(): void {
    this.source.close();
  }
}
