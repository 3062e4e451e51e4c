import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { fromRoot } from "../../src/lib/host/package-root.js";
import { readNotebook, sourceOf } from "../../src/lib/notebooks/notebook-format.js";

const names = readdirSync(fromRoot("notebooks")).filter(name => name.endsWith(".ipynb"));
const cellsOf = (name: string) => readNotebook(fromRoot("notebooks", name)).cells;

it("the table of contents names every notebook, and no other", () => {
  const text = cellsOf("contents.ipynb").map(sourceOf).join("\n");
  const linked = [...text.matchAll(/\((\d\d-[\w-]+\.ipynb)\)/g)].map(([, name]) => name);
  expect([...new Set(linked)].sort()).toEqual(names.filter(name => name !== "contents.ipynb").sort());
});

it("no line of a cell's code runs off the screen", () => {
  const code = names.flatMap(cellsOf).filter(cell => cell.cell_type === "code");
  expect(code.flatMap(cell => sourceOf(cell).split("\n")).filter(line => line.length > 110)).toEqual([]);
});

it("a verdict stands before the query of the numbers behind it", () => {
  for (const name of names) {
    const sources = cellsOf(name).map(sourceOf);
    const query = sources.findIndex(text => text.includes("```sql"));
    const verdict = sources.findIndex(text => /claims\.publish\(/.test(text));
    if (query >= 0 && verdict >= 0) expect([name, verdict < query]).toEqual([name, true]);
  }
});
