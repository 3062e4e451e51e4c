/**
 * The second wall around an interpreter process, behind Node's permission model: namespaces of its own for
 * users, processes, mounts and network, and a read-only view of just the files it needs. It takes no
 * privilege and is never required; what works here is found out once, by starting Node behind it.
 */
import { spawnSync } from "node:child_process";
import { bubblewrapCommand, namespacesCommand, preparation, tool, unshareCommand } from "./wall-commands.js";
import type { Starter } from "./wall-commands.js";
import { closedView, openView } from "./worker-view.js";
import type { View } from "./worker-view.js";

export interface Wall {
  /** in words: what it keeps away and by which means */
  readonly description: string;
  /** where the files are for a process behind it */
  view(snapshot: string | null): View;
  /** Node's command line, to be followed by Node's arguments */
  command(snapshot: string | null): string[];
}

/** Said of a process that cannot gain privileges by executing files. */
const noNewPrivileges = ", no new privileges";

const found = new Map<boolean, Wall>();

/** The strongest wall that works here; with `wanted` false, none. */
export function findWall(wanted: boolean): Wall {
  const wall = found.get(wanted) ?? (wanted ? candidates().find(works) : undefined) ?? noWall(wanted);
  found.set(wanted, wall);
  return wall;
}

/** Every wall that this system might permit, strongest first. */
export function candidates(): Wall[] {
  const [bwrap, unshare] = [tool("bwrap"), tool("unshare")];
  const starters: Starter[] = process.getuid?.() === 0 ? ["root as nobody", "root"] : ["user"];
  const closed = starters.flatMap(starter => [
    ...(bwrap === undefined ? [] : [bubblewrap(bwrap, starter)]),
    ...(unshare === undefined ? [] : [unshared(unshare, starter)]),
  ]);
  const open = unshare === undefined ? [] : namespaceFlags.map(flags => namespacesOnly(unshare, flags));
  return [...closed, ...open];
}

function bubblewrap(bwrap: string, starter: Starter): Wall {
  return {
    description: `bubblewrap: ${closedOff(starter)}${noNewPrivileges}`,
    view: closedView,
    command: snapshot => bubblewrapCommand(bwrap, starter, snapshot),
  };
}

function unshared(unshare: string, starter: Starter): Wall {
  return {
    description: `unshare: ${closedOff(starter)}${prepared()}`,
    view: closedView,
    command: snapshot => unshareCommand(unshare, starter, snapshot),
  };
}

function prepared(): string {
  return preparation("user").length > 0 ? noNewPrivileges : "";
}

function closedOff(starter: Starter): string {
  const user = starter === "root" ? "" : "user, ";
  return `own ${user}PID, mount and network namespaces, sees read-only what it needs`;
}

const others = ["--pid", "--ipc", "--uts", "--fork", "--kill-child"];
const namespaceFlags = [
  ["--net", ...others],
  ["--map-root-user", "--net", ...others],
  ["--map-root-user", "--net"],
];

function namespacesOnly(unshare: string, flags: readonly string[]): Wall {
  const spaces = flags.includes("--pid") ? "PID and network namespaces" : "network namespace";
  return {
    description: `unshare: own ${spaces}${prepared()}`,
    view: openView,
    command: () => namespacesCommand(unshare, flags),
  };
}

/** Where setpriv(1) works the process at least ends with its parent and gains no privileges. */
function noWall(wanted: boolean): Wall {
  const why = wanted ? "the system permits no namespaces" : "unshare switched off";
  const description = `network calls refused by the interpreter only (${why})`;
  const open = (command: readonly string[], gained: string) => ({
    description: `${description}${gained}`,
    view: openView,
    command: () => [...command, process.execPath],
  });
  const prefixed = open(preparation("user"), prepared());
  return works(prefixed) ? prefixed : open([], "");
}

/** Reads every file that an interpreter will read. */
const trial = `
const { accessSync, constants, readdirSync, statSync } = require("node:fs");
for (const path of process.argv.slice(1)) {
  const names = statSync(path).isDirectory() ? readdirSync(path).map(name => path + "/" + name) : [path];
  for (const name of names) accessSync(name, constants.R_OK);
}`;

/** Whether Node starts behind this wall and can read what an interpreter reads. */
export function works(wall: Wall): boolean {
  const [command, ...args] = wall.command(null);
  const files = ["package.json", "dist/lib/sandbox", "node_modules/pyodide"];
  const paths = files.map(name => `${wall.view(null).root}/${name}`);
  const options = { env: {}, stdio: "ignore", cwd: "/", timeout: 20_000, killSignal: "SIGKILL" } as const;
  return spawnSync(command, [...args, "-e", trial, ...paths], options).status === 0;
}
