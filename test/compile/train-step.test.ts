/**
 * A whole train step of a small transformer, written in plain tfjs, compiled: the use that compile is for.
 */
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { compile } from "../../src/lib/compile/compile.js";
import { Rng } from "../../src/lib/core/rng.js";
import { hasNativeBackend } from "./native-backend.js";

const size = { batch: 3, length: 6, width: 16, heads: 2, hidden: 24, layers: 2, vocabulary: 11 };
const perLayer = ["norm1", "qkv", "out", "norm2", "gateUp", "down"] as const;

describe.skipIf(!hasNativeBackend)("a compiled train step", () => {
  test("gives the same three AdamW steps as op by op", () => {
    const rng = Rng.fromSeed(3);
    const start = initial(rng.split("weights"));
    const [ids, targets] = ["ids", "targets"].map(name => randomIds(rng.split(name)));
    const compiled = compile(trainStep, { name: "train step" });
    let [plain, replayed] = [start, start];
    for (let step = 1; step <= 3; step++) {
      const rate = tf.scalar(0.01 / step);
      const count = tf.scalar(step);
      const [loss, ...next] = trainStep(ids, targets, rate, count, ...plain);
      const [replayedLoss, ...replayedNext] = compiled(ids, targets, rate, count, ...replayed);
      expect(replayedLoss.dataSync()[0]).toBeCloseTo(loss.dataSync()[0], 5);
      [plain, replayed] = [next, replayedNext];
    }
    // Adam divides by the root of the second moment, so a rounding of 1e-7 in a small gradient grows to 1e-5.
    plain.forEach((tensor, i) =>
      expect(largestDifference(tensor, replayed[i]), `tensor ${i}`).toBeLessThan(1e-5),
    );
    expect(largestDifference(plain[0], start[0])).toBeGreaterThan(1e-3);
  });

  test("lowers the loss without leaking a tensor", () => {
    const rng = Rng.fromSeed(4);
    const [ids, targets] = ["ids", "targets"].map(name => randomIds(rng.split(name)));
    const step = compile(trainStep);
    let state = initial(rng.split("weights"));
    const losses: number[] = [];
    const before = tf.memory().numTensors;
    for (let i = 1; i <= 60; i++) {
      const scalars = [tf.scalar(0.01), tf.scalar(i)];
      const [loss, ...next] = step(ids, targets, ...scalars, ...state);
      losses.push(loss.dataSync()[0]);
      tf.dispose([loss, ...scalars, ...state]);
      state = next;
    }
    expect(tf.memory().numTensors).toBe(before);
    expect(losses[0]).toBeGreaterThan(2); // ln 11 = 2.4
    expect(losses[59]).toBeLessThan(losses[0] / 4);
  });
});

/** @returns loss, then parameters, first and second moments after one step of AdamW */
function trainStep(...[ids, targets, rate, count, ...state]: tf.Tensor[]): tf.Tensor[] {
  const n = state.length / 3;
  const [params, m, v] = [0, 1, 2].map(i => state.slice(i * n, (i + 1) * n));
  const lossOf = (...p: tf.Tensor[]): tf.Scalar => crossEntropy(forward(p, ids), targets);
  const { value, grads } = tf.valueAndGrads(lossOf)(params);
  const m2 = m.map((old, i) => old.mul(0.9).add(grads[i].mul(0.1)));
  const v2 = v.map((old, i) => old.mul(0.99).add(grads[i].square().mul(0.01)));
  const next = params.map((p, i) => {
    const direction = m2[i].div(tf.sub(1, tf.pow(0.9, count)));
    const scale = v2[i]
      .div(tf.sub(1, tf.pow(0.99, count)))
      .sqrt()
      .add(1e-6);
    return p.sub(direction.div(scale).add(p.mul(0.01)).mul(rate));
  });
  return [value, ...next, ...m2, ...v2];
}

/** Logits [B, T, V] of ids [B, T]. */
function forward([embedding, ...rest]: tf.Tensor[], ids: tf.Tensor): tf.Tensor {
  const { width, layers } = size;
  let x = tf.gather(embedding, ids);
  for (let layer = 0; layer < layers; layer++) {
    const [norm1, qkv, out, norm2, gateUp, down] = rest.slice(layer * perLayer.length);
    x = x.add(linear(attention(linear(rmsNorm(x, norm1), qkv)), out));
    const [gate, up] = tf.split(linear(rmsNorm(x, norm2), gateUp), 2, -1);
    x = x.add(linear(gate.mul(tf.sigmoid(gate)).mul(up), down));
  }
  return linear(x, tf.transpose(embedding)).mul(1 / Math.sqrt(width));
}

/** Full attention: [B, T, 3D] -> [B, T, D]. */
function attention(qkv: tf.Tensor): tf.Tensor {
  const { batch, length, width, heads } = size;
  const headsFirst = (x: tf.Tensor): tf.Tensor =>
    x.reshape([batch, length, heads, width / heads]).transpose([0, 2, 1, 3]);
  const [q, k, v] = tf.split(qkv, 3, -1).map(headsFirst);
  const weights = tf.softmax(tf.matMul(q, k, false, true).div(Math.sqrt(width / heads)));
  return tf.matMul(weights, v).transpose([0, 2, 1, 3]).reshape([batch, length, width]);
}

/** RMSNorm with its gradient written by hand. */
function rmsNorm(x: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  const normalised = tf.customGrad((input, save) => {
    const scale = (input as tf.Tensor).square().mean(-1, true).add(1e-6).rsqrt();
    const y = (input as tf.Tensor).mul(scale);
    (save as tf.GradSaveFunc)([y, scale]);
    const gradFunc = (dy: tf.Tensor, [y, scale]: tf.Tensor[]): tf.Tensor =>
      dy.sub(y.mul(dy.mul(y).mean(-1, true))).mul(scale);
    return { value: y, gradFunc };
  });
  return normalised(x).mul(weight);
}

function linear(x: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  const [rows, columns] = weight.shape;
  return tf.matMul(x.reshape([-1, rows]), weight).reshape([...x.shape.slice(0, -1), columns]);
}

function crossEntropy(logits: tf.Tensor, targets: tf.Tensor): tf.Scalar {
  return tf.logSoftmax(logits).mul(tf.oneHot(targets, size.vocabulary)).sum(-1).neg().mean();
}

function initial(rng: Rng): tf.Tensor[] {
  const { width, hidden, layers, vocabulary } = size;
  const draw = (rows: number, columns: number): tf.Tensor =>
    tf.tensor2d(
      Float32Array.from({ length: rows * columns }, () => rng.normal() / Math.sqrt(rows)),
      [rows, columns],
    );
  const params = [draw(vocabulary, width)];
  for (let layer = 0; layer < layers; layer++) {
    params.push(tf.ones([width]), draw(width, 3 * width), draw(width, width));
    params.push(tf.ones([width]), draw(width, 2 * hidden), draw(hidden, width));
  }
  return [...params, ...params.map(p => tf.zerosLike(p)), ...params.map(p => tf.zerosLike(p))];
}

function randomIds(rng: Rng): tf.Tensor {
  const { batch, length, vocabulary } = size;
  const ids = Int32Array.from({ length: batch * length }, () => rng.int(vocabulary));
  return tf.tensor2d(ids, [batch, length], "int32");
}

function largestDifference(a: tf.Tensor, b: tf.Tensor): number {
  return a.sub(b).abs().max().dataSync()[0];
}
