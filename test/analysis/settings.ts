/** The columns of a samples log that name a setting, for rows made up by tests. */
import type { Setting } from "../../src/lib/analysis/setting.js";

/**
 * Written as `settingInWords` writes it: "threshold tau=0.8
 * blocks=12 cache=dual"; a bare word is a head's recipe, or "soft".
 */
export function settingColumns(words: string): Omit<Setting, "remasking" | "steps"> {
  const [policy, ...rest] = words.split(" ");
  const given = rest.filter(word => word.includes("=")).map(word => word.split("="));
  const {
    blocks = null,
    cache = null,
    ...parameters
  } = Object.fromEntries(
    given.map(([key, value]) => [key, Number.isNaN(Number(value)) ? value : Number(value)]),
  ) as Readonly<Record<string, number | string>>;
  return {
    ...{ spacing: 0, theta: 0 },
    ...parameters,
    policy,
    blockLength: blocks as number | null,
    kvCache: cache as string | null,
    head: rest.find(word => !word.includes("=") && word !== "soft") ?? null,
    softMasks: rest.includes("soft"),
  };
}

/** A sample without an order. */
export const noOrder = { order: [], completionLength: 0 } as const;
