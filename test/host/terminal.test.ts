/** Colours and cursor movements go only where they are wanted. */
import { describe, expect, it } from "vitest";
import { movesCursor, showsColours } from "../../src/lib/host/terminal.js";

const [terminal, file] = [{ isTTY: true }, {}];

describe("colours", () => {
  it.each([
    ["a terminal has them", terminal, {}, true],
    ["a file has none", file, {}, false],
    ["NO_COLOR takes them away", terminal, { NO_COLOR: "1" }, false],
    ["NO_COLOR takes them away whatever its value", terminal, { NO_COLOR: "0" }, false],
    ["an empty NO_COLOR counts as unset", terminal, { NO_COLOR: "" }, true],
    ["TERM=dumb takes them away", terminal, { TERM: "dumb" }, false],
    ["FORCE_COLOR brings them into a file", file, { FORCE_COLOR: "1" }, true],
    ["an empty FORCE_COLOR brings them, as in Node", file, { FORCE_COLOR: "" }, true],
    [
      "FORCE_COLOR goes before NO_COLOR and TERM, as in Node",
      file,
      { FORCE_COLOR: "3", NO_COLOR: "1", TERM: "dumb" },
      true,
    ],
    ["FORCE_COLOR=0 takes them away", terminal, { FORCE_COLOR: "0" }, false],
    ["FORCE_COLOR=false takes them away", terminal, { FORCE_COLOR: "false" }, false],
  ])("%s", (_, output, environment, expected) => {
    expect(showsColours(output, environment)).toBe(expected);
  });
});

it("a line is written over on a terminal that is not dumb, coloured or not", () => {
  expect(movesCursor(terminal, { NO_COLOR: "1", TERM: "xterm" })).toBe(true);
  expect(movesCursor(terminal, { TERM: "dumb" })).toBe(false);
  expect(movesCursor(file, { FORCE_COLOR: "1" })).toBe(false);
});
