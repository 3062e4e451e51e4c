/**
 * What a function may not do while it is recorded, because a graph would silently repeat what happened once:
 * read numbers that depend on the inputs, draw random numbers, assign variables.
 */
import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../core/errors.js";

/** An object, the name of a method of it, and what takes the method's place. */
export type Replacement = readonly [object: object, key: string, value: unknown];

/**
 * Replacements that throw UserError.
 * @param dependsOnRun whether a tensor's data was computed by the function being recorded
 */
export function refusals(where: string, dependsOnRun: (dataId: tf.DataId) => boolean): Replacement[] {
  const engine = tf.engine();
  const refuse = (what: string, remedy: string): never => {
    throw new UserError(`${where}: the function ${what}, which a recorded graph cannot repeat; ${remedy}.`);
  };
  const unlessDependent = (key: "read" | "readSync"): Replacement => {
    const original = engine[key].bind(engine);
    const guarded = (dataId: tf.DataId) =>
      dependsOnRun(dataId)
        ? refuse(
            "is data-dependent: it reads values computed inside it",
            "return the tensor and read it outside",
          )
        : original(dataId);
    return [engine, key, guarded];
  };
  const random = () => refuse("draws random numbers", "draw outside and pass them as an input tensor");
  const assign = () => refuse("assigns a variable", "return the new value instead");
  return [
    unlessDependent("readSync"),
    unlessDependent("read"),
    [Math, "random", random],
    [tf.Variable.prototype, "assign", assign],
  ];
}

const randomOperation = /^Multinomial$/;
const dataDependentShape = /^(Where|Unique|NonMaxSuppression)/;

/** Throws UserError for a native operation that a graph of fixed shapes cannot repeat. */
export function refuseOperation(where: string, op: string): void {
  if (randomOperation.test(op)) {
    throw new UserError(
      `${where}: ${op} draws random numbers; draw outside and pass them as an input tensor.`,
    );
  }
  if (dataDependentShape.test(op)) {
    throw new UserError(`${where}: the shape of the result of ${op} is data-dependent; call it outside.`);
  }
}

/** Runs `body` with the replacements in place; afterwards, also after an error, everything is as before. */
export function withReplaced<T>(replacements: readonly Replacement[], body: () => T): T {
  const before = replacements.map(([object, key]) => Object.getOwnPropertyDescriptor(object, key));
  try {
    for (const [object, key, value] of replacements) {
      Object.defineProperty(object, key, { value, configurable: true, writable: true, enumerable: false });
    }
    return body();
  } finally {
    replacements.forEach(([object, key], i) => {
      const descriptor = before[i];
      if (descriptor === undefined) Reflect.deleteProperty(object, key);
      else Object.defineProperty(object, key, descriptor);
    });
  }
}
