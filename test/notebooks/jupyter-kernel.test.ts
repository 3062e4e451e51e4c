/** What JupyterLab gets of a cell, asked through Jupyter's own protocol. */
import { readdirSync, rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromRoot } from "../../src/lib/host/package-root.js";
import { startJupyterClient, type JupyterClient, type JupyterMessage } from "./jupyter-client.js";
import { isRunning, workersOf } from "./processes.js";

let client: JupyterClient;
beforeAll(async () => {
  client = await startJupyterClient();
});
afterAll(() => client.close());

const errorsOf = (published: readonly JupyterMessage[]) =>
  published.filter(({ type }) => type === "error").map(({ content }) => content);

describe("a cell in JupyterLab", { timeout: 120_000 }, () => {
  it("that fails is an error of Jupyter's: the sentence, and the author's own line", async () => {
    const cell = [
      'import { decode, load } from "unmask";',
      "// the model, then a mistake",
      'const model = await load("instruct");',
      "const settings: { temperature: number } = {",
      "  temperature: -1,",
      "};",
      'await decode(model, "loop: take even items, squared, return sum\\n", settings);',
    ].join("\n");
    const { published, reply } = await client.execute(cell);
    const sentence = expect.stringMatching(/temperature.*-1/) as string;
    const error = {
      ename: "UserError",
      evalue: sentence,
      traceback: [
        expect.stringMatching(/^UserError: .*temperature/) as string,
        '  in line 7 of the cell: await decode(model, "loop: take even items, squared, return sum\\n", settings);',
      ],
    };
    expect(errorsOf(published)).toEqual([error]);
    expect(reply).toMatchObject({ status: "error", ...error });
    expect(published.filter(({ type }) => type === "stream")).toEqual([]);
  });

  it("that fails with what an earlier cell has named shows its own line all the same", async () => {
    await client.execute("const size = -1;");
    const { published } = await client.execute("// a cell later\nnew Array(size);");
    expect(errorsOf(published)[0]["traceback"]).toContain("  in line 2 of the cell: new Array(size);");
  });

  it("that does not compile shows the compiler's words and the line", async () => {
    const { published } = await client.execute("const one = 1;\nconst two: string = one;");
    expect(errorsOf(published)[0]).toMatchObject({
      ename: "CompileError",
      traceback: [
        "CompileError: 2:7 - Type 'number' is not assignable to type 'string'.",
        "  in line 2 of the cell: const two: string = one;",
      ],
    });
  });

  it("that fails by a fault of its own keeps its stack", async () => {
    const { published } = await client.execute(
      'function fall(): never {\n  throw new Error("down");\n}\nfall();',
    );
    const [{ ename, traceback }] = errorsOf(published);
    expect([ename, (traceback as string[])[0]]).toEqual(["Error", "Error: down"]);
    expect(traceback).toContain('  in line 2 of the cell: throw new Error("down");');
  });

  it("prints thousands of lines, all of them and in order", async () => {
    const { published } = await client.execute("for (let i = 0; i < 5000; i++) console.log(i);");
    const printed = published.filter(({ type }) => type === "stream").map(({ content }) => content["text"]);
    expect(printed.join("")).toBe(Array.from({ length: 5000 }, (_, i) => `${i}\n`).join(""));
  });

  it("shows long work as a bar with what is done and the time left; Stop stops it and its workers", async () => {
    // T 0.77 is in no shipped log: there is work to do
    const cell = [
      'import { study } from "unmask";',
      "const problems = { smoke: 3000, standard: 3000, full: 3000 };",
      "const { rows } = await study({ problems, seeds: [1], vary: [{ temperature: 0.77 }] });",
    ].join("\n");
    const bars: JupyterMessage[] = [];
    let workers: readonly number[] = [];
    const { published } = await client.execute(cell, async ({ type, content }) => {
      if (!/display_data$/.test(type)) return;
      if (bars.push({ type, content }) > 1) return;
      while (workers.length === 0) {
        workers = workersOf(client.pid);
        await new Promise(done => setTimeout(done, 50));
      }
      client.interrupt();
    });
    const [{ type, content }] = bars;
    expect(type).toBe("display_data");
    expect((content["data"] as Record<string, string>)["text/html"]).toMatch(
      /<progress max="1" value="[\d.e-]+".* of 3000 samples.* left<\/div>$/,
    );
    expect(errorsOf(published).length).toBe(1);
    await new Promise(done => setTimeout(done, 3000));
    expect(workers.filter(isRunning)).toEqual([]);
  });
});

afterAll(() => {
  const runs = fromRoot("data/runs/decode");
  for (const name of readdirSync(runs).filter(run => run.includes("0.77")))
    rmSync(`${runs}/${name}`, { recursive: true, force: true });
});
