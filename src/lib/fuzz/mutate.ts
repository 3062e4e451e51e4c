/**
 * Inputs made of the corpus, each a function of its random stream:
 * damaged bytes, joined halves, and JSON with other values in its places.
 */
import type { Rng } from "../core/rng.js";
import { isJsonObject, parseJson } from "../core/json-text.js";

/**
 * An input of this target: one of its corpus files, changed
 * once or a few times. @param corpus at least one file
 */
export function mutate(corpus: readonly Buffer[], rng: Rng): Buffer {
  const pick = rng.split("file");
  let bytes = corpus[pick.int(corpus.length)];
  const other = corpus[pick.int(corpus.length)];
  // one change mostly: a reader that stops at the first never meets the second
  const many = rng.split("count");
  const changes = many.uniform() < 0.6 ? 1 : 1 + many.int(5);
  for (let i = 0; i < changes; i++) {
    const draws = rng.split(i);
    bytes = (draws.uniform() < 0.8 ? withOtherValue(bytes, draws) : null) ?? damageBytes(bytes, other, draws);
  }
  return bytes.subarray(0, mostBytes);
}

/** Inputs stay small: what is looked for is work out of proportion to them. */
const mostBytes = 200_000;

/** Bits turned over, bytes cut, put in, doubled or exchanged with another file's. */
function damageBytes(bytes: Buffer, other: Buffer, rng: Rng): Buffer {
  const at = rng.int(bytes.length + 1);
  const length = 1 + rng.int(Math.min(64, bytes.length + 1));
  switch (rng.int(6)) {
    case 0: {
      const copy = Buffer.from(bytes);
      for (let i = rng.int(8); i >= 0 && copy.length > 0; i--) copy[rng.int(copy.length)] ^= 1 << rng.int(8);
      return copy;
    }
    case 1:
      return bytes.subarray(0, at);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), other.subarray(rng.int(other.length + 1))]);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 4: {
      const piece = bytes.subarray(at, at + length);
      const times = rng.int(4) === 0 ? 2000 : 2;
      return Buffer.concat([
        bytes.subarray(0, at),
        ...Array.from({ length: times }, () => piece),
        bytes.subarray(at),
      ]);
    }
    default: {
      const put = Buffer.from(insertions[rng.int(insertions.length)], "latin1");
      return Buffer.concat([
        bytes.subarray(0, at),
        put,
        bytes.subarray(at + (rng.int(2) === 0 ? 0 : put.length)),
      ]);
    }
  }
}

/** Bytes that numbers, texts and markup are confused by. */
const insertions = [
  ...[
    "\0\0\0\0\0\0\0\0",
    "\xff\xff\xff\xff",
    "\xff\xff\xff\x7f",
    "\xef\xbb\xbf",
    "\x1b[31m",
    "\xe2\x80\xae",
    "\r\n\r\n",
  ],
  ...[
    '"',
    "\\",
    "{",
    "[",
    "[[[[[[[[",
    "{%",
    "{{",
    "%}",
    "}}",
    "-1",
    "1e999",
    "NaN",
    "null",
    "99999999999999999999",
  ],
  ...[
    "range(999999999)",
    "|join(x)",
    "*9999999",
    "(a+)+$",
    "<a href=x>",
    "..",
    "__proto__",
    "a".repeat(3000),
  ],
  ...["\n".repeat(5000), " ".repeat(5000), '"'.repeat(2000)],
];

/** The same JSON (or one line of it) with one value exchanged; null for what is no JSON. */
function withOtherValue(bytes: Buffer, rng: Rng): Buffer | null {
  const text = bytes.toString("utf8");
  const lines = text.split("\n");
  const line = rng.int(lines.length);
  for (const [part, whole] of [
    [text, (json: string) => json],
    [lines[line], (json: string) => lines.map((kept, i) => (i === line ? json : kept)).join("\n")],
  ] as const) {
    try {
      const value = parseJson(part);
      const changed = exchangeValue(value, rng.int(1 + Math.min(1000, sizeOf(value))), rng);
      return Buffer.from(whole(JSON.stringify(changed.value) ?? ""));
    } catch {
      // no JSON, or too deep to be written again
    }
  }
  return null;
}

function sizeOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, inner) => sum + sizeOf(inner), 1);
}

/** The value with its n-th part, counted depth first, exchanged. */
function exchangeValue(
  value: unknown,
  n: number,
  rng: Rng,
): { readonly value: unknown; readonly left: number } {
  if (n === 0) return { value: otherThan(value, rng), left: -1 };
  if (typeof value !== "object" || value === null) return { value, left: n - 1 };
  let left = n - 1;
  const entries = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    if (left < 0) return [[key, inner]];
    const remove = left === 0 && rng.int(6) === 0;
    const result = exchangeValue(inner, left, rng);
    left = result.left;
    if (remove) return [];
    return left < 0 && rng.int(12) === 0
      ? [
          [key, inner],
          [`${key}x`, result.value],
        ]
      : [[key, result.value]];
  });
  return {
    value: Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries),
    left,
  };
}

/** A hostile value, a number or text near the one that was there, or the value inside itself. */
function otherThan(value: unknown, rng: Rng): unknown {
  const kind = rng.int(5);
  if (kind === 0 && typeof value === "number")
    return [-value, value + 0.5, value * 1e9, value + 1, 2 ** 31, 2 ** 53, 1e308][rng.int(7)];
  if (kind === 1 && typeof value === "string")
    return [`${value}\u001b[31m\n`, value.repeat(500), "", value.slice(1), `<a href='x'>${value}</a>`][
      rng.int(5)
    ];
  if (kind === 2 && Array.isArray(value)) return Array.from({ length: 40 }, () => value as unknown).flat();
  if (kind === 3) {
    let nested = value;
    for (let i = 300; i > 0; i--)
      nested = isJsonObject(value) ? { ...value, normalizers: [nested] } : [nested];
    return nested;
  }
  return hostile[rng.int(hostile.length)];
}

const hostile: readonly unknown[] = [
  ...[null, true, false, 0, -1, 0.5, 1e9, 2 ** 31, -(2 ** 31), 2 ** 53, 1e308, -0],
  ...[
    "",
    " ",
    "x",
    "0",
    "null",
    "\u0000",
    "\ufeff",
    "\ud800",
    "\u202e",
    "\u001b]0;t\u0007",
    "(a*)*b",
    "(",
    "..",
    "x".repeat(5000),
  ],
  ...[
    [],
    {},
    [[]],
    [null],
    { length: 1e9 },
    { type: "Sequence" },
    { Regex: "(a+)+$" },
    { String: "" },
    { __proto__: null },
  ],
  ...[Array.from({ length: 500 }, (_, i) => i), { toString: 1, valueOf: 2, constructor: 3 }],
];
