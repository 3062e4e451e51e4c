/**
 * Batches are compressed, buffer by buffer, with LZ4 frames, as Arrow's format
 * has it: pyarrow, DuckDB's and R's readers open them unasked. Each frame
 * carries a checksum of its content, so that a damaged buffer is an error.
 */
import { setCompressionCodec } from "@uwdata/flechette";
import { CompressionType, RecordBatchStreamWriter, compressionRegistry } from "apache-arrow";
import { compressFrameSync, decompressFrameSync } from "lz4-napi";

const lz4 = {
  encode: (bytes: Uint8Array): Uint8Array => compressFrameSync(asBuffer(bytes), { contentChecksum: true }),
  // copied: a view of numbers must start at a multiple of their size
  decode: (bytes: Uint8Array): Uint8Array => new Uint8Array(decompressFrameSync(asBuffer(bytes))),
};
compressionRegistry.set(CompressionType.LZ4_FRAME, lz4);
setCompressionCodec(CompressionType.LZ4_FRAME, lz4); // for Arquero's fromArrow

/** Marks a buffer that is stored as it is, since it would grow. */
const notCompressed = -1n;

/**
 * In front of a compressed buffer stands its length uncompressed;
 * Arrow 21.2 writes the compressed one, which other readers refuse.
 */
export class CompressedStreamWriter extends RecordBatchStreamWriter {
  constructor() {
    super({ compressionType: CompressionType.LZ4_FRAME });
  }

  /** @returns a prefix and a body for each of these buffers */
  protected override _compressBodyBuffers(buffers: ArrayBufferView[]) {
    const compressed = super._compressBodyBuffers(buffers);
    buffers.forEach(({ byteLength }, i) => {
      const { buffer, byteOffset, byteLength: bytes } = compressed.buffers[2 * i];
      const prefix = new DataView(buffer, byteOffset, bytes);
      if (bytes > 0 && prefix.getBigInt64(0, true) !== notCompressed)
        prefix.setBigInt64(0, BigInt(byteLength), true);
    });
    return compressed;
  }
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
