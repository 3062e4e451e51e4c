/**
 * A config.json as a table of keys, each with its schema and what the public class takes where it is left
 * out; what does not fit is one sentence with the file and the key. Rules of several keys are functions.
 */
import { UserError } from "../core/errors.js";
import { isJsonObject, type JsonObject } from "../core/json-text.js";
import { quote } from "../core/plain-text.js";
import { list, value, whole, wrongIn, type Value } from "../core/schema.js";

const again = "correct it or fetch the file again";
/** A size. */
export const size = whole(1, 1e7, again);
export const positive = value<number, undefined>(undefined, input =>
  typeof input === "number" && Number.isFinite(input) && input > 0 ? null : `is no positive number; ${again}`,
);
const tokenIds = list(whole(0, undefined, `token ids are needed, ${again}`));

/** A key of config.json. Left out or null it is `absent`; one without `absent` must be there. */
export interface Key<T> {
  readonly name: string;
  readonly schema: Value<T, unknown>;
  readonly absent?: T;
}

export function key<T>(name: string, schema: Value<T, unknown>, absent?: T): Key<T> {
  return { name, schema, absent };
}

type Keys = Readonly<Record<string, Key<unknown>>>;
/** What a table of keys reads. */
export type ValuesOf<K extends Keys> = { readonly [P in keyof K]: K[P] extends Key<infer T> ? T : never };

/**
 * @param where the part of the program that says it
 * @throws UserError for the first value that does not fit, or is not there
 */
export function readKeys<K extends Keys>(
  where: string,
  json: JsonObject,
  file: string,
  keys: K,
): ValuesOf<K> {
  const entries = Object.entries(keys).map(([field, { name, schema, absent }]) => {
    const given = json[name] ?? absent;
    if (given === undefined) throw new UserError(`${where}: ${file} has no ${name}; ${again}.`);
    checkValue(`${where}: ${file}`, name, schema, given);
    return [field, given];
  });
  return Object.fromEntries(entries) as ValuesOf<K>;
}

function checkValue(where: string, name: string, schema: Value<unknown, unknown>, given: unknown): void {
  const wrong = wrongIn(name, schema, given);
  if (wrong !== undefined) throw new UserError(`${where}: ${wrong}.`);
}

export interface ConfigReader {
  /** the values of a table's keys, by the names that they have here */
  all<K extends Keys>(keys: K): ValuesOf<K>;
  /** a token id, from generation_config.json where config.json has none; the first of a list */
  id(name: string, absent?: number): number;
  /** all end tokens: config.json's, then generation_config.json's, then the padding id */
  ends(padTokenId: number): readonly number[];
  /**
   * Refuses a key whose value is not among those listed.
   * @param absent what the family's public class takes where
   *   the key is left out; by default something supported
   */
  only(name: string, supported: readonly unknown[], absent?: unknown): void;
  /**
   * The base of the rotary positions, where any generation of config.json keeps it: beside or inside
   * rope_parameters or rope_scaling, which may spell out that nothing is scaled and no more.
   */
  ropeTheta(absent: number): number;
}

/**
 * @param file named in errors
 * @param generation content of generation_config.json, {} where there is none
 */
export function configReader(json: JsonObject, file: string, generation: JsonObject): ConfigReader {
  const checked = <T>(name: string, schema: Value<T, unknown>, given: unknown): T => {
    checkValue(`model: ${file}`, name, schema, given);
    return given as T;
  };
  const idsOf = (source: JsonObject, name: string): readonly number[] => {
    const given = source[name] ?? [];
    return checked(name, tokenIds, Array.isArray(given) ? given : [given]);
  };
  const only = (name: string, given: unknown, supported: readonly unknown[]): void => {
    if (given === undefined || supported.includes(given)) return;
    throw new UserError(
      `model: ${file} sets ${name} to ${quote(given)}, of which only ` +
        `${supported.map(quote).join(" or ")} is supported; use another checkpoint.`,
    );
  };
  return {
    all: keys => readKeys("model", json, file, keys),
    id(name, absent) {
      const id = idsOf(json, name)[0] ?? idsOf(generation, name)[0] ?? absent;
      if (id !== undefined) return id;
      throw new UserError(
        `model: neither ${file} nor generation_config.json beside it names ${name}; add the id to ` +
          "config.json.",
      );
    },
    ends: padTokenId => [
      ...new Set([...idsOf(json, "eos_token_id"), ...idsOf(generation, "eos_token_id"), padTokenId]),
    ],
    only(name, supported, absent) {
      only(name, json[name], supported);
      if (json[name] !== undefined || absent === undefined || supported.includes(absent)) return;
      throw new UserError(
        `model: ${file} leaves out ${name}, which the public class then takes as ${quote(absent)}; only ` +
          `${supported.map(quote).join(" or ")} is supported, add the key or use another checkpoint.`,
      );
    },
    ropeTheta(absent) {
      const thetas = [json["rope_theta"], ...["rope_parameters", "rope_scaling"].map(insideRope)];
      const given = thetas.filter(theta => theta !== undefined && theta !== null);
      for (const theta of given) checked("rope_theta", positive, theta);
      if (new Set(given).size > 1)
        throw new UserError(
          `model: ${file} has rope_theta=${quote(given)}; one value in one place is needed, ${again}.`,
        );
      return checked("rope_theta", positive, given[0] ?? absent);
    },
  };

  /** rope_theta inside an object that must scale nothing. */
  function insideRope(name: string): unknown {
    const rope = json[name] ?? {};
    if (!isJsonObject(rope))
      throw new UserError(
        `model: ${file} has ${name}=${quote(rope)}; an object or null is needed, ${again}.`,
      );
    const unscaled = ["rope_theta", "rope_type", "type"];
    const type = rope["rope_type"] ?? rope["type"];
    const other = Object.keys(rope).find(part => !unscaled.includes(part) && rope[part] !== null);
    if (
      [rope["rope_type"], rope["type"]].some(t => t !== undefined && t !== "default") ||
      (type === undefined && other !== undefined) ||
      (rope["partial_rotary_factor"] ?? 1) !== 1
    )
      throw new UserError(
        `model: ${file} sets ${name} to ${quote(rope)}, of which only null or ` +
          '{"rope_type":"default"} is supported; use another checkpoint.',
      );
    return rope["rope_theta"];
  }
}
