/**
 * The house's plan as a test: two layers, rooms, and which may import what. A new import that it forbids
 * belongs elsewhere.
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { builtinModules } from "node:module";
import { basename, dirname, join, normalize, relative } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../src/lib/host/package-root.js";

interface Room {
  readonly rooms: readonly string[];
  readonly packages: readonly string[];
}

const tfjs = "@tensorflow/tfjs-core";

/**
 * The instrument: each room imports itself, the rooms and the packages listed. It runs in a page as it does
 * in Node.
 */
const instrument: Readonly<Record<string, Room>> = {
  core: { rooms: [], packages: ["valibot"] },
  tasks: { rooms: ["core"], packages: [] },
  gguf: { rooms: ["core"], packages: [] },
  tokenizer: { rooms: ["core", "gguf"], packages: ["@huggingface/jinja", "@huggingface/tokenizers"] },
  compile: { rooms: ["core"], packages: [tfjs] },
  model: { rooms: ["core", "gguf", "compile"], packages: [tfjs] },
  diffusion: { rooms: ["core", "model"], packages: [tfjs] },
  decode: { rooms: ["core", "compile", "model"], packages: [tfjs] },
  train: { rooms: ["core", "compile", "model", "diffusion"], packages: [tfjs] },
  rl: {
    rooms: ["core", "tasks", "compile", "model", "diffusion", "decode", "train"],
    packages: [tfjs],
  },
  analysis: { rooms: ["core"], packages: ["arquero"] },
  figures: { rooms: ["core"], packages: ["arquero", "plotly.js"] },
  methods: {
    rooms: [
      ...["core", "tasks", "compile", "model", "diffusion", "decode", "train", "rl"],
      ...["analysis", "figures"],
    ],
    packages: [tfjs, "arquero"],
  },
  playground: { rooms: ["core", "tasks", "gguf", "tokenizer", "model", "decode"], packages: [tfjs] },
};

/**
 * A neighbouring method is one folder, methods/NAME. What it adds to the workbench are files of these names,
 * the room "method workbench"; all others are of the instrument, the room "methods".
 */
const methodWorkbench = [
  "checkpoint",
  "claims",
  "columns",
  "decoding",
  "measures",
  "probe",
  "recipe",
  "study",
  "training",
];

/** The lists of what there is, a line a method: outside of its folder only they know one, and the doors. */
const lists = [
  ...["claims/chapters/faster.ts", "claims/chapters/index.ts", "claims/measures.ts", "log/schemas.ts"],
  ...["decode/readers.ts", "study/decoding-parts.ts", "study/experiments.ts", "study/training-studies.ts"],
  ...["recipes/recipe-by-name.ts", "recipes/stages/second-pass.ts", "fuzz/targets.ts"],
  ...["recipes/rl/rl-studies.ts", "recipes/rl/rl-results.ts"],
];

const tensorflow = ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm", "@tensorflow/tfjs-node-gpu", tfjs];

/**
 * The workbench: each room imports the instrument, the rooms of the workbench above it, and the packages
 * listed ("node": every node: module).
 */
const workbench: Readonly<Record<string, readonly string[]>> = {
  files: ["node"],
  host: ["node"],
  claims: ["node"],
  setup: ["node", "unmask"],
  sandbox: ["node", "pyodide"],
  log: ["@uwdata/flechette", "apache-arrow", "lz4-napi", "node"],
  runtime: ["node", "protobufjs", ...tensorflow],
  checkpoints: ["node", tfjs],
  page: ["preact", "preact-render-to-string"],
  offline: ["node", "esbuild", "playwright-core"],
  recipes: ["node", tfjs],
  study: ["node", tfjs],
  "method workbench": ["node", tfjs],
  benchmarks: ["node"],
  bench: ["node", tfjs],
  notebooks: ["node", "@tslab/typescript-for-tslab", "playwright-core", "tslab"],
  session: ["node"],
  reference: ["node", tfjs],
  fuzz: ["node"],
  commands: ["node"],
};

const above = (room: string) => Object.keys(workbench).slice(0, Object.keys(workbench).indexOf(room));
const plan: Readonly<Record<string, Room>> = {
  ...instrument,
  ...Object.fromEntries(
    Object.entries(workbench).map(([room, packages]): [string, Room] => [
      room,
      { rooms: [...Object.keys(instrument), ...above(room)], packages },
    ]),
  ),
};

const library = join(packageRoot, "src/lib");
/** What a page imports, what whoever wants nothing but `compile(fn)`, and what a notebook does. */
const instrumentDoor = join(library, "instrument.ts");
const compileDoor = join(library, "compile.ts");
const doors = [instrumentDoor, compileDoor, join(library, "index.ts")];
const sources = readdirSync(join(packageRoot, "src"), { recursive: true, encoding: "utf8" })
  .filter(name => /\.tsx?$/.test(name))
  .map(name => join(packageRoot, "src", name));
/** The playground's page and worker, which a browser runs: they are bundled, not compiled. */
const browser = join(packageRoot, "src/playground");
const browserPackages = ["@tensorflow/tfjs-backend-wasm", "preact", tfjs];

interface Import {
  readonly from: string;
  readonly specifier: string;
}

/** Every module a file names: import, export from, import(), and import() in types. */
function importsOf(file: string): readonly Import[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(file, "utf8"));
  return importedFiles.map(({ fileName }) => ({ from: file, specifier: fileName }));
}

/** The source file a relative specifier means, written in TypeScript's way with ".js". */
function resolved({ from, specifier }: Import): string {
  const stem = normalize(join(dirname(from), specifier)).replace(/\.js$/, "");
  return existsSync(`${stem}.tsx`) ? `${stem}.tsx` : `${stem}.ts`;
}

/** "decode" for src/lib/decode/x.ts; "" for a file of src/lib itself. */
function roomOf(file: string): string {
  const [room, ...rest] = relative(library, file).split("/");
  if (room === "methods" && methodWorkbench.includes(basename(file, ".ts"))) return "method workbench";
  return rest.length > 0 ? room : "";
}

/** "kv-cache" for a file of src/lib/methods/kv-cache; undefined for one of no method. */
function methodOf(file: string): string | undefined {
  const [room, method] = relative(library, file).split("/");
  return room === "methods" ? method : undefined;
}

/** "apache-arrow" for "apache-arrow/x", "@a/b" for "@a/b/c", "node" for "node:fs". */
function packageOf(specifier: string): string {
  if (specifier.startsWith("node:")) return "node";
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function isAllowed(room: Room, own: string, imported: Import): boolean {
  if (!imported.specifier.startsWith(".")) return room.packages.includes(packageOf(imported.specifier));
  const target = resolved(imported);
  const knows = methodOf(target) !== undefined && lists.includes(relative(library, imported.from));
  return knows || [own, ...room.rooms].includes(roomOf(target));
}

function inWords({ from, specifier }: Import): string {
  return `${relative(packageRoot, from)} imports ${specifier}`;
}

const inPackage = (file: string) => relative(packageRoot, file);

const imports = sources.flatMap(importsOf);
const inRoom = (room: string) => sources.filter(file => file.startsWith(library) && roomOf(file) === room);

describe("a room imports only what the plan allows", () => {
  it.each(Object.entries(plan))("%s", (name, room) => {
    const broken = inRoom(name)
      .flatMap(importsOf)
      .filter(imported => !isAllowed(room, name, imported));
    expect(broken.map(inWords)).toEqual([]);
  });

  it("the instrument imports no node: module and nothing that does, type imports included", () => {
    const reached = reachedFrom(...Object.keys(instrument).flatMap(inRoom), instrumentDoor);
    const broken = [...reached].flatMap(importsOf).filter(({ specifier }) => needsNode(specifier));
    expect(broken.map(inWords)).toEqual([]);
    const outside = [...reached].filter(file => !(roomOf(file) in instrument) && file !== instrumentDoor);
    expect(outside.map(inPackage)).toEqual([]);
  });

  it("compile(fn) loads no room but its own and the core, and in Node three files of the runtime more", () => {
    const roomsOf = (door: string) => new Set([...reachedFrom(door)].map(roomOf));
    expect(roomsOf(compileDoor)).toEqual(new Set(["", "compile", "core"]));
    const runner = join(library, "runtime/native-graph.ts");
    expect(roomsOf(runner)).toEqual(new Set(["runtime", "compile", "core"]));
    const ofRuntime = [...reachedFrom(runner)].filter(file => roomOf(file) === "runtime").map(inPackage);
    expect(ofRuntime).toEqual(
      ["native-graph", "saved-model", "output-names"].map(name => `src/lib/runtime/${name}.ts`),
    );
  });

  it("the instrument names nothing that only Node has as a global", () => {
    const broken = Object.keys(instrument).flatMap(inRoom).flatMap(nodeGlobalsOf);
    expect(broken).toEqual([]);
  });

  it("a method is known to its own folder and to the lists alone", () => {
    const broken = imports.filter(imported => {
      const target = imported.specifier.startsWith(".") ? methodOf(resolved(imported)) : undefined;
      if (target === undefined || methodOf(imported.from) === target) return false;
      return ![...lists.map(name => join(library, name)), ...doors].includes(imported.from);
    });
    expect(broken.map(inWords)).toEqual([]);
  });

  it("every room is in the plan", () => {
    const rooms = new Set(sources.filter(file => file.startsWith(library)).map(roomOf));
    expect([...rooms].filter(room => !["", ...Object.keys(plan)].includes(room))).toEqual([]);
  });

  it("only the doors stand above the rooms: nobody below imports them", () => {
    const upward = imports.filter(
      imported =>
        imported.from.startsWith(library) &&
        imported.specifier.startsWith(".") &&
        doors.includes(resolved(imported)),
    );
    expect(upward.map(inWords)).toEqual([]);
  });

  it("the playground imports the instrument's door, itself, and what draws and computes in a page", () => {
    const own = imports.filter(({ from }) => from.startsWith(browser));
    const broken = own.filter(imported => {
      if (!imported.specifier.startsWith("."))
        return !browserPackages.includes(packageOf(imported.specifier));
      const target = resolved(imported);
      return target !== instrumentDoor && !target.startsWith(browser);
    });
    expect(broken.map(inWords)).toEqual([]);
  });

  it("a command imports rooms of the workbench and the errors, nothing else", () => {
    const commands = imports.filter(({ from }) => from.startsWith(join(packageRoot, "src/cli")));
    const broken = commands.filter(imported => {
      if (!imported.specifier.startsWith(".")) return true;
      const target = resolved(imported);
      return !(roomOf(target) in workbench) && target !== join(library, "core/errors.ts");
    });
    expect(broken.map(inWords)).toEqual([]);
  });
});

describe("files", () => {
  it("no import goes in a circle, type imports included", () => {
    expect(circles(sources)).toEqual([]);
  });

  it("no file only passes on what others export, but the doors", () => {
    const barrels = sources.filter(file => !doors.includes(file) && onlyReexports(file));
    expect(barrels.map(file => relative(packageRoot, file))).toEqual([]);
  });

  it("the build needs no development package: an installation for production builds and runs", () => {
    interface Locked {
      readonly dev?: boolean;
      readonly devOptional?: boolean;
    }
    const { packages } = JSON.parse(readFileSync(join(packageRoot, "package-lock.json"), "utf8")) as {
      packages: Record<string, Locked | undefined>;
    };
    const isThere = (name: string) => {
      const found = packages[`node_modules/${name}`];
      return found !== undefined && found.dev !== true && found.devOptional !== true;
    };
    const names = imports.map(({ specifier }) => (specifier.startsWith(".") ? "node" : packageOf(specifier)));
    const wanted = [...new Set(names)].filter(name => name !== "node");
    expect(wanted.filter(name => !isThere(name) && !isThere(`@types/${name}`))).toEqual([]);
    expect(isThere("@types/node") && isThere("typescript") && !isThere("vitest")).toBe(true);
  });

  it("no file is named after nothing in particular", () => {
    const vague = /^(utils?|helpers?|misc|common)\.ts$/;
    expect(sources.filter(file => vague.test(basename(file)))).toEqual([]);
  });

  it("a command is at most 30 lines", () => {
    const long = sources
      .filter(file => file.startsWith(join(packageRoot, "src/cli")))
      .filter(file => readFileSync(file, "utf8").trimEnd().split("\n").length > 30);
    expect(long.map(file => relative(packageRoot, file))).toEqual([]);
  });
});

describe("the plan's own reading", () => {
  it("sees a forbidden room, a forbidden package and a circle", () => {
    const from = join(library, "analysis/x.ts");
    expect(isAllowed(plan.analysis, "analysis", { from, specifier: "../model/config.js" })).toBe(false);
    expect(isAllowed(plan.analysis, "analysis", { from, specifier: `${tfjs}/dist/x.js` })).toBe(false);
    expect(isAllowed(plan.analysis, "analysis", { from, specifier: "../core/rng.js" })).toBe(true);
    expect(["node:fs", "fs", "fs/promises", "pyodide", "lz4-napi"].every(needsNode)).toBe(true);
    expect(["arquero", tfjs, "./fs.js"].some(needsNode)).toBe(false);
    const edges = { a: ["b"], b: ["c"], c: ["a"], d: ["a"] };
    expect(circlesIn(new Map(Object.entries(edges)))).toEqual(["a > b > c > a"]);
  });
});

/** True when a file has statements and each is `export ... from`. */
function onlyReexports(file: string): boolean {
  const { statements } = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022);
  const passesOn = (statement: ts.Statement) =>
    ts.isExportDeclaration(statement) && !!statement.moduleSpecifier;
  return statements.length > 0 && statements.every(passesOn);
}

/** Packages that load in Node only. */
const nodePackages = [
  ...["@tensorflow/tfjs-node-gpu", "@tslab/typescript-for-tslab", "apache-arrow", "lz4-napi"],
  ...["playwright-core", "pyodide", "tslab", "unmask"],
];

/** "node:fs", "fs" and "fs/promises", or a package that needs them. */
function needsNode(specifier: string): boolean {
  return specifier.startsWith("node:") || [...builtinModules, ...nodePackages].includes(packageOf(specifier));
}

const nodeGlobals = [
  "process",
  "Buffer",
  "NodeJS",
  "require",
  "__dirname",
  "__filename",
  "global",
  "setImmediate",
];

/**
 * Names that stand for something in Node alone, where they are no one's property and declared nowhere in the
 * file.
 */
function nodeGlobalsOf(file: string): readonly string[] {
  const text = readFileSync(file, "utf8");
  if (!nodeGlobals.some(name => text.includes(name))) return [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const used = new Set<string>();
  const declared = new Set<string>();
  const walk = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      const isName = "name" in parent && parent.name === node;
      if (isName && !ts.isPropertyAccessExpression(parent)) declared.add(node.text);
      else if (!isName && nodeGlobals.includes(node.text)) used.add(node.text);
    }
    ts.forEachChild(node, walk);
  };
  walk(source);
  return [...used].filter(name => !declared.has(name)).map(name => `${inPackage(file)} uses ${name}`);
}

/** Circles among all imports, those of types too. */
function circles(files: readonly string[]): readonly string[] {
  const edges = files.map((file): [string, readonly string[]] => [file, relativeTargets(file)]);
  return circlesIn(new Map(edges)).map(circle => circle.replaceAll(`${packageRoot}/`, ""));
}

/** These files and all that they load, one through the other. */
function reachedFrom(...files: readonly string[]): ReadonlySet<string> {
  const reached = new Set(files);
  for (const file of reached) for (const next of relativeTargets(file)) reached.add(next);
  return reached;
}

function relativeTargets(file: string): readonly string[] {
  return importsOf(file)
    .filter(({ specifier }) => specifier.startsWith("."))
    .map(resolved);
}

/** Each circle of a directed graph once, as "a > b > a", found by walking depth first. */
function circlesIn(edges: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (node: string, path: readonly string[]): void => {
    if (path.includes(node)) found.push([...path.slice(path.indexOf(node)), node].join(" > "));
    if (path.includes(node) || done.has(node)) return;
    for (const next of edges.get(node) ?? []) walk(next, [...path, node]);
    done.add(node);
  };
  for (const node of edges.keys()) walk(node, []);
  return found;
}
