// The perceptron of `npm run bench:compile -- --figure` in jax-js, on its WebAssembly backend: Node has no WebGPU.
// Requests and answers are those of serve.py: {work, width, steps} -> {seconds, cpu_seconds}.
import { createInterface } from "node:readline";
import {
  blockUntilReady,
  defaultDevice,
  init,
  jit,
  nn,
  numpy as np,
  random,
  valueAndGrad,
} from "@jax-js/jax";

await init("wasm"); // by name: asking for all devices fails where there is no `navigator`
defaultDevice("wasm");

function lossOf(weights, x, y) {
  const [first, second, third] = weights;
  const hidden = nn.relu(np.matmul(nn.relu(np.matmul(x, first)), second));
  return np.mean(np.sum(y.mul(nn.logSoftmax(np.matmul(hidden, third))), 1)).neg();
}

/** One step of gradient descent; arrays are consumed unless `.ref` keeps them. */
const step = jit((weights, x, y) => {
  const [loss, gradients] = valueAndGrad(lossOf)(
    weights.map(w => w.ref),
    x,
    y,
  );
  return [loss, weights.map((w, i) => w.sub(gradients[i].mul(0.1)))];
});

function work({ width, steps }) {
  const draw = (seed, rows, columns) => random.normal(random.key(seed), [rows, columns]).mul(1 / 16);
  let weights = [draw(1, 64, width), draw(2, width, width), draw(3, width, 10)];
  const x = draw(4, 256, 64);
  const y = nn.oneHot(
    np.array(
      Array.from({ length: 256 }, (_, i) => i % 10),
      { dtype: np.int32 },
    ),
    10,
  );
  return async () => {
    for (let i = 0; i < steps; i++) {
      const [loss, next] = step(weights, x.ref, y.ref);
      loss.dispose();
      weights = next;
    }
    await blockUntilReady(weights.map(w => w.ref));
  };
}

const made = new Map();
console.log(JSON.stringify({ version: "jax-js" }));
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  if (!made.has(line)) made.set(line, work(request));
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  await made.get(line)();
  const { user, system } = process.cpuUsage(cpu);
  const answer = { seconds: (performance.now() - started) / 1000, cpu_seconds: (user + system) / 1e6 };
  console.log(JSON.stringify(answer));
}
