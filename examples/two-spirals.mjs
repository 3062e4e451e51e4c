// node examples/two-spirals.mjs: two spirals told apart by a small network, no language model anywhere.
import { compile, registerGraphRunner } from "unmask/compile";
import { nativeGraphs } from "unmask/compile/node";
import "@tensorflow/tfjs-node-gpu";
import * as tf from "@tensorflow/tfjs-core";

registerGraphRunner(nativeGraphs);
const radii = Array.from({ length: 400 }, (_, i) => 9 * Math.sqrt(i / 400));
const angles = radii.map((r, i) => r + (i % 2) * Math.PI);
const x = tf.tensor2d(radii.map((r, i) => [r * Math.cos(angles[i]), r * Math.sin(angles[i])]));
const y = tf.tensor2d(radii.map((_, i) => [i % 2]));
const draw = (rows, columns, seed) => tf.randomNormal([rows, columns], 0, rows ** -0.5, "float32", seed);
let weights = [draw(2, 64, 1), draw(64, 64, 2), draw(64, 1, 3)];
const scores = ws => ws.slice(1).reduce((h, w) => tf.matMul(tf.sin(h), w), tf.matMul(x, ws[0]));

const step = compile((ws, rate) => {
  const lossOf = (...vs) => tf.losses.sigmoidCrossEntropy(y, scores(vs));
  const { value: loss, grads } = tf.valueAndGrads(lossOf)(ws);
  return { loss, next: ws.map((w, i) => tf.sub(w, tf.mul(rate, grads[i]))) };
});
const rate = tf.scalar(0.5);
for (let i = 0; i < 400; i++) {
  const { loss, next } = step(weights, rate);
  tf.dispose([loss, weights]);
  weights = next;
}
const right = tf.mean(tf.equal(tf.greater(scores(weights), 0), tf.cast(y, "bool")));
console.log(`${(100 * right.dataSync()[0]).toFixed(1)}% of 400 points on the right side; ${step.reason}`);
