/**
 * Which precision a command takes: the rule of "auto" on
 * given timings, and what is said where there is no bfloat16.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/core/errors.js";
import { tensorflowInUse, useBackend } from "../../src/lib/runtime/backend.js";
import {
  backendLine,
  choosePrecision,
  gpuRefusal,
  layerProduct,
  measuredSpeedup,
  precisionField,
  processorRefusal,
  type ProductSpeeds,
} from "../../src/lib/runtime/precision.js";

beforeAll(async () => {
  await useBackend();
});

const shape = { rows: 4096, inner: 96, outer: 256 };
const speeds = (speedup: number, refusal?: string): ProductSpeeds => ({
  refusal: () => refusal,
  speedup: () => speedup,
});
const chosen = (setting: "float32" | "bfloat16" | "auto", given: ProductSpeeds) =>
  choosePrecision("train", setting, () => shape, given);

describe("the choice of a precision", () => {
  it("is float32 unless asked otherwise, and then nothing is timed or said", async () => {
    const never: ProductSpeeds = {
      refusal: () => expect.unreachable(),
      speedup: () => expect.unreachable(),
    };
    const choice = chosen("float32", never);
    expect(choice).toEqual({ precision: "float32", reason: null });
    expect(precisionField(choice)).toEqual({});
    const backend = await useBackend();
    expect(backendLine(backend, choice)).toBe(backend.describe());
  });

  it("by auto is bfloat16 from 1.3 times the speed on, and says what was measured", async () => {
    expect(chosen("auto", speeds(1.3))).toEqual({
      precision: "bfloat16",
      reason: "1.30 times as fast in bfloat16 at 4096 x 96 x 256",
    });
    const slower = chosen("auto", speeds(1.29));
    expect(slower).toEqual({
      precision: "float32",
      reason: "1.29 times as fast in bfloat16 at 4096 x 96 x 256, and 1.3 is the least",
    });
    const backend = await useBackend();
    expect(backendLine(backend, slower)).toBe(`${backend.describe()}; products in float32: ${slower.reason}`);
    expect(precisionField(chosen("auto", speeds(2)))).toEqual({ precision: "bfloat16" });
  });

  it(
    "without the arithmetic is float32 by auto, with the reason, and one sentence where bfloat16 was " +
      "asked for",
    () => {
      const none = processorRefusal(["avx2", "avx512f"]);
      expect(chosen("auto", speeds(9, none))).toEqual({ precision: "float32", reason: none });
      expect(() => chosen("bfloat16", speeds(9, none))).toThrow(
        new UserError(
          "train: --precision bfloat16 cannot be had, because this processor has no arithmetic for " +
            "bfloat16 (neither AVX-512 BF16 nor AMX); leave it at float32, or pass auto.",
        ),
      );
      expect(chosen("bfloat16", speeds(0.5))).toEqual({ precision: "bfloat16", reason: "asked for" });
    },
  );

  it("goes by what processors and GPUs say of themselves", () => {
    expect(processorRefusal(["avx512f", "avx512_bf16"])).toBeUndefined();
    expect(processorRefusal(["amx_bf16"])).toBeUndefined();
    expect(processorRefusal(undefined)).toContain("does not say");
    expect(["8.0", "9.0", "12.0"].map(gpuRefusal)).toEqual([undefined, undefined, undefined]);
    expect(gpuRefusal("7.5")).toContain("its compute capability is 7.5, and 8.0 is needed");
    expect(gpuRefusal(undefined)).toContain("nvidia-smi does not say");
  });

  it("WebAssembly declines, whatever the processor", async () => {
    await useBackend("wasm");
    try {
      expect(choosePrecision("decode", "auto", () => shape)).toEqual({
        precision: "float32",
        reason: "WebAssembly has no products in bfloat16",
      });
      expect(() => choosePrecision("decode", "bfloat16", () => shape)).toThrow(/^decode: .*WebAssembly.*\.$/);
    } finally {
      await useBackend();
    }
  });

  it("times a product of the model's own shape: the largest of a layer", () => {
    expect(layerProduct({ hiddenSize: 96, intermediateSize: 256 }, 5000)).toEqual(shape);
    expect(layerProduct({ hiddenSize: 96, intermediateSize: 256 }, 36).rows).toBe(32);
    if (tensorflowInUse() !== null)
      expect(measuredSpeedup({ rows: 256, inner: 96, outer: 256 })).toBeGreaterThan(0.01);
  });
});
