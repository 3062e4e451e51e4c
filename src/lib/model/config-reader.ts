/**
 * Reads single values of a config.json, each with its rule;
 * what does not fit is one sentence with the file and the key.
 */
import { UserError } from "../core/errors.js";
import { isJsonObject } from "../core/json-text.js";
import { quote } from "../core/plain-text.js";

export type Json = Readonly<Record<string, unknown>>;

export interface ConfigReader {
  /** a size: a whole number from 1 to 10,000,000 */
  count(key: string, fallback?: number): number;
  positive(key: string, fallback: number): number;
  /** a token id, from generation_config.json where config.json has none; the first of a list */
  id(key: string, fallback?: number): number;
  /** all end tokens: config.json's, then generation_config.json's, then the padding id */
  ends(padTokenId: number): readonly number[];
  flag(key: string, fallback: boolean): boolean;
  /**
   * Refuses a key whose value is not among those listed.
   * @param absent what the family's public class takes where
   *   the key is left out; by default something supported
   */
  only(key: string, supported: readonly unknown[], absent?: unknown): void;
  /**
   * The base of the rotary positions, where any generation of config.json keeps it: beside or inside
   * rope_parameters or rope_scaling, which may spell out that nothing is scaled and no more.
   */
  ropeTheta(fallback: number): number;
}

/**
 * Key/value heads of the Qwen family, whose classes have 32
 * where config.json says nothing, and one a head for null.
 */
export function kvHeadsOf(json: Json, heads: number, read: ConfigReader): number {
  return json["num_key_value_heads"] === null ? heads : read.count("num_key_value_heads", 32);
}

/**
 * @param file named in errors
 * @param generation content of generation_config.json, {} where there is none
 */
export function configReader(json: Json, file: string, generation: Json): ConfigReader {
  const refuse = (key: string, value: unknown, needed: string) =>
    new UserError(
      `model: ${file} has ${key}=${quote(value)}; ${needed} is needed there, correct it or fetch the ` +
        "file again.",
    );
  const number = (key: string, value: unknown): number => {
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw refuse(key, value, "a number");
  };
  const idsOf = (source: Json, key: string): readonly number[] => {
    const value = source[key] ?? [];
    const ids: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const id of ids)
      if (!Number.isSafeInteger(id) || (id as number) < 0) throw refuse(key, value, "a token id");
    return ids as readonly number[];
  };
  const positive = (key: string, value: unknown): number => {
    if (number(key, value) > 0) return value as number;
    throw refuse(key, value, "a positive number");
  };
  const only = (key: string, value: unknown, supported: readonly unknown[]): void => {
    if (value === undefined || supported.includes(value)) return;
    throw new UserError(
      `model: ${file} sets ${key} to ${quote(value)}, of which only ` +
        `${supported.map(quote).join(" or ")} is supported; use another checkpoint.`,
    );
  };
  return {
    count(key, fallback) {
      const value = number(key, json[key] ?? fallback);
      if (Number.isInteger(value) && value >= 1 && value <= 1e7) return value;
      throw refuse(key, value, "a whole number from 1 to 10,000,000");
    },
    positive: (key, fallback) => positive(key, json[key] ?? fallback),
    id(key, fallback) {
      const id = idsOf(json, key)[0] ?? idsOf(generation, key)[0] ?? fallback;
      if (id !== undefined) return id;
      throw new UserError(
        `model: neither ${file} nor generation_config.json beside it names ${key}; add the id to ` +
          "config.json.",
      );
    },
    ends: padTokenId => [
      ...new Set([...idsOf(json, "eos_token_id"), ...idsOf(generation, "eos_token_id"), padTokenId]),
    ],
    flag(key, fallback) {
      const value = json[key] ?? fallback;
      if (typeof value === "boolean") return value;
      throw refuse(key, value, "true or false");
    },
    only(key, supported, absent) {
      only(key, json[key], supported);
      if (json[key] !== undefined || absent === undefined || supported.includes(absent)) return;
      throw new UserError(
        `model: ${file} leaves out ${key}, which the public class then takes as ${quote(absent)}; only ` +
          `${supported.map(quote).join(" or ")} is supported, add the key or use another checkpoint.`,
      );
    },
    ropeTheta(fallback) {
      const thetas = [json["rope_theta"], ...["rope_parameters", "rope_scaling"].map(key => insideRope(key))];
      const given = thetas.filter(theta => theta !== undefined && theta !== null);
      for (const theta of given) positive("rope_theta", theta);
      if (new Set(given).size > 1) throw refuse("rope_theta", given, "one value, in one place,");
      return positive("rope_theta", given[0] ?? fallback);
    },
  };

  /** rope_theta inside an object that must scale nothing. */
  function insideRope(key: string): unknown {
    const rope = json[key] ?? {};
    if (!isJsonObject(rope)) throw refuse(key, rope, "an object or null");
    const unscaled = ["rope_theta", "rope_type", "type"];
    const type = rope["rope_type"] ?? rope["type"];
    const other = Object.keys(rope).find(name => !unscaled.includes(name) && rope[name] !== null);
    if (
      [rope["rope_type"], rope["type"]].some(t => t !== undefined && t !== "default") ||
      (type === undefined && other !== undefined) ||
      (rope["partial_rotary_factor"] ?? 1) !== 1
    )
      // prettier-ignore
      throw new UserError(
        `model: ${file} sets ${key} to ${quote(rope)}, of which only null or {"rope_type":"default"} is ` + "supported; use another checkpoint.",
      );
    return rope["rope_theta"];
  }
}
