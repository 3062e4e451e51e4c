/** What a run made takes its place only when all of it is there, and beside what others made before. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { JudgedClaim } from "../../src/lib/claims/claim.js";
import { packageRoot } from "../../src/lib/host/package-root.js";
import { readClaims } from "../../src/lib/notebooks/claims-store.js";
import { readMade } from "../../src/lib/notebooks/page-files.js";
import { madeBy, settle, turnedBetween } from "../../src/lib/notebooks/publishing.js";
import { readFigure } from "../../src/lib/notebooks/render.js";
import { reproduce } from "../../src/lib/notebooks/reproduce.js";
import { figuresFolder, figuresVariable, publishedFolder } from "../../src/lib/study/profile.js";
import { exampleFigures } from "../figures/example-figures.js";
import { claim } from "../page/example-page.js";

const [figure, other] = exampleFigures;
const made = madeBy("smoke", "none");
let [root, from, to] = ["", "", ""];

beforeEach(() => {
  vi.stubEnv("CHROMIUM", "/nowhere/chromium");
  root = mkdtempSync(join(tmpdir(), "publishing-"));
  [from, to] = [join(root, "from"), join(root, "to")];
  mkdirSync(from);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

function put(
  folder: string,
  claims: readonly JudgedClaim[],
  figures: readonly { readonly name: string }[],
): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "claims.json"), JSON.stringify(claims));
  for (const spec of figures) writeFileSync(join(folder, `${spec.name}.json`), JSON.stringify(spec));
}

describe("a whole run", () => {
  test("replaces what was there, names figures by what they found, and says how it was made", async () => {
    put(from, [claim], [figure]);
    put(to, [], [other]);
    await settle({ from, to, whole: true, made });
    expect(readFigure(join(to, `${figure.name}.json`))).toMatchObject({
      title: expect.stringMatching(/^Not so here: /) as string,
      topic: figure.title,
    });
    expect(existsSync(join(to, `${other.name}.json`))).toBe(false);
    expect(existsSync(from)).toBe(false);
    expect(readMade(to)).toMatchObject({ profile: "smoke", turned: [{ id: "F8", from: "none" }] });
    expect(readFileSync(join(to, "index.html"), "utf8")).toContain("Your run:");
    // the page says it above the figure, so a figure to explore does not say it again
    const explored = readFileSync(join(to, "figures.js"), "utf8");
    expect(explored).toContain(`"${figure.name}"`);
    expect(explored).not.toContain("Not so here: ");
  });
});

describe("a run of some notebooks", () => {
  test("leaves the claims and figures of the others", async () => {
    put(
      to,
      [
        { ...claim, id: "F1" },
        { ...claim, verdict: "holds" },
      ],
      [other],
    );
    put(from, [claim], [figure]);
    await settle({ from, to, whole: false, made });
    expect(readClaims(to).map(({ id, verdict }) => [id, verdict])).toEqual([
      ["F1", "does-not-hold"],
      ["F8", "does-not-hold"],
    ]);
    expect(existsSync(join(to, `${other.name}.json`))).toBe(true);
  });
});

describe("what is published", () => {
  test("is out of reach of a notebook opened by hand", () => {
    vi.stubEnv(figuresVariable, undefined);
    expect(figuresFolder().startsWith(publishedFolder)).toBe(false);
    const { status } = spawnSync("git", ["check-ignore", "-q", figuresFolder()], { cwd: packageRoot });
    expect(status, "git does not see what one makes oneself").toBe(0);
  });

  test("takes the full profile", async () => {
    const options = { retrain: false, cellSeconds: 1, saveOutputs: false, publish: true };
    await expect(reproduce({ profile: "smoke", ...options })).rejects.toThrow(
      "only the full profile is published; add --profile full to --publish",
    );
  });

  test("a verdict that turned is named with what changed: the criterion, the size, or the logs", () => {
    const now: JudgedClaim = { ...claim, verdict: "inconclusive" };
    const why = (before: Partial<JudgedClaim>) => turnedBetween([{ ...claim, ...before }], [now])[0].because;
    expect(why({ hash: "another" })).toBe("another criterion");
    expect(why({ n: 100 })).toBe("256 problems and 3 training seeds in place of 100 and 3");
    expect(why({})).toBe("other logs under the same criterion");
    expect(turnedBetween([claim], [claim])).toEqual([]);
  });
});
