/** What can be known of `npm run lab` and Jupyter's kernel without a Jupyter. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { prepareLab } from "../../src/lib/setup/lab.js";
import { fromRoot } from "../../src/lib/host/package-root.js";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "lab-"));
  cpSync(fromRoot("jupyter"), join(root, "jupyter"), { recursive: true });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("the kernel says what is missing where packages or the built library are", () => {
  const spec = JSON.parse(readFileSync(fromRoot("jupyter/kernels/tslab/kernel.json"), "utf8")) as {
    argv: string[];
  };
  const folder = join(root, "jupyter/kernels/tslab");
  const [program, ...args] = spec.argv.map(arg =>
    arg.replace("{resource_dir}", folder).replace("{connection_file}", join(root, "none.json")),
  );
  const { status, stderr } = spawnSync(program, args, { encoding: "utf8" });
  expect(status).toBe(1);
  expect(stderr).toBe(
    `kernel: node_modules/tslab and node_modules/unmask and dist/lib/index.js missing in ${root}; ` +
      "run npm install and npm run lab there once.\n",
  );
});

test(
  "the kernel's transport loads from its packaged binary, which npm's install scripts need not " + "build",
  () => {
    const script = 'require("zeromq").version';
    const { stdout } = spawnSync(process.execPath, ["-p", script], { cwd: fromRoot(), encoding: "utf8" });
    expect(stdout).toMatch(/^4\.\d+\.\d+\n$/);
  },
);

test("notebooks that could not import the library are not opened", async () => {
  await expect(prepareLab(root)).rejects.toThrow(
    "the library is not built, so notebooks could not import it",
  );
  expect(existsSync(join(root, "node_modules/unmask"))).toBe(false);
});
