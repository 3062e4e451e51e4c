/** Reads single values of a config.json, each with its rule; what does not fit is one sentence with the file and the key. */
import { UserError } from "../core/errors.js";

export type Json = Readonly<Record<string, unknown>>;

export interface ConfigReader {
  /** a size: a whole number from 1 to 10,000,000 */
  count(key: string, fallback?: number): number;
  positive(key: string, fallback: number): number;
  /** a token id, from generation_config.json where config.json has none; the first of a list */
  id(key: string, fallback?: number): number;
  /** all end tokens: config.json's, then generation_config.json's, then the padding id */
  ends(padTokenId: number): readonly number[];
  /** refuses a key whose value is not among those listed; absent counts as supported */
  only(key: string, supported: readonly unknown[]): void;
  /** the base of the rotary positions, where either generation of config.json keeps it */
  ropeTheta(fallback: number): number;
}

/**
 * @param file named in errors
 * @param generation content of generation_config.json, {} where there is none
 */
export function configReader(json: Json, file: string, generation: Json): ConfigReader {
  const refuse = (key: string, value: unknown, needed: string) =>
    new UserError(
      `model: ${file} has ${key}=${JSON.stringify(value)}; ${needed} is needed there, correct it or fetch the file again.`,
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
      `model: ${file} sets ${key} to ${JSON.stringify(value)}, of which only ${supported.map(v => JSON.stringify(v)).join(" or ")} is supported; use another checkpoint.`,
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
        `model: neither ${file} nor generation_config.json beside it names ${key}; add the id to config.json.`,
      );
    },
    ends: padTokenId => [
      ...new Set([...idsOf(json, "eos_token_id"), ...idsOf(generation, "eos_token_id"), padTokenId]),
    ],
    only: (key, supported) => only(key, json[key], supported),
    ropeTheta(fallback) {
      const parameters = (json["rope_parameters"] ?? {}) as Json;
      only("rope_parameters.rope_type", parameters["rope_type"], ["default"]);
      return positive("rope_theta", json["rope_theta"] ?? parameters["rope_theta"] ?? fallback);
    },
  };
}
