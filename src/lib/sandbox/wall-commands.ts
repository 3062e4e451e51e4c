/**
 * Command lines that start Node behind a wall of Linux namespaces, without privilege: bubblewrap, or
 * unshare(1) with a few mounts. Root either becomes nobody first, or, where nobody may not read the package,
 * keeps what it takes to become nobody once everything is loaded.
 */
import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { nobody } from "./confine.js";
import { shownFiles } from "./worker-view.js";
import type { Shown } from "./worker-view.js";

/** Who starts the process: an ordinary user, root that becomes nobody before, or root that does so inside. */
export type Starter = "user" | "root as nobody" | "root";

/** The command line of a program of this system, or undefined where it is not installed. */
export function tool(name: string): string | undefined {
  const folders = ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"];
  return folders.map(folder => join(folder, name)).find(existsSync);
}

/**
 * Ends the process with the one that started it, keeps it from gaining privileges by executing files, and,
 * for root as nobody, changes its user. Empty where setpriv(1) is missing: the walls stand without it.
 */
export function preparation(starter: Starter): string[] {
  const setpriv = tool("setpriv");
  if (setpriv === undefined) return [];
  const user = [`--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"];
  return [setpriv, "--no-new-privs", "--pdeathsig=KILL", ...(starter === "root as nobody" ? user : []), "--"];
}

/** Node behind bubblewrap, to be followed by Node's arguments. */
export function bubblewrapCommand(bwrap: string, starter: Starter, snapshot: string | null): string[] {
  const spaces = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"];
  const user =
    starter === "root"
      ? ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
      : ["--unshare-user", "--uid", `${nobody}`, "--gid", `${nobody}`];
  const binds = shownFiles(snapshot).flatMap(({ from, to }) => ["--ro-bind", from, to]);
  const life = ["--die-with-parent", "--new-session", "--chdir", "/"];
  const wall = [...spaces, "--cap-drop", "ALL", ...user, ...binds, "--remount-ro", "/", ...life];
  // A bubblewrap that is installed with set-uid bits may
  // have to gain privileges, and gives them up by itself.
  const become = starter === "root as nobody" ? preparation(starter) : [];
  return [...become, bwrap, ...wall, "--", process.execPath];
}

/** Node behind unshare(1) with its own read-only root, to be followed by Node's arguments. */
export function unshareCommand(unshare: string, starter: Starter, snapshot: string | null): string[] {
  const files = shownFiles(snapshot);
  const root = mountPoint(files);
  const user = starter === "root" ? [] : ["--user", "--map-root-user"];
  const spaces = ["--mount", "--pid", "--net", "--ipc", "--uts", "--cgroup", "--fork", "--kill-child"];
  return [
    ...preparation(starter),
    ...[unshare, ...user, ...spaces, "--", "sh", "-c", mountScript(root, files), "sh"],
    ...["setsid", ...lastStep(unshare, starter), `--root=${root}`, "--wd=/", "--", process.execPath],
  ];
}

/**
 * Mounts the files under a new root and runs the command that follows. The
 * shell stays as the first process of its process namespace: the kernel keeps
 * signals of its own from such a process, and Node is to be able to end itself.
 */
function mountScript(root: string, files: readonly Shown[]): string {
  const isFolder = files.map(({ from }) => statSync(from).isDirectory());
  const folders = new Set(files.map(({ to }, i) => quoted(root + (isFolder[i] ? to : dirname(to)))));
  const mounts = files.flatMap(({ from, to, executable }, i) => [
    ...(isFolder[i] ? [] : [`: > ${quoted(root + to)}`]),
    // A mount from outside a user namespace keeps the restrictions it has, so they must all be asked for.
    `mount -o bind,ro,nosuid,nodev${executable ? "" : ",noexec"} ${quoted(from)} ${quoted(root + to)}`,
  ]);
  return [
    "set -e",
    "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
    `mount -t tmpfs -o size=1m,mode=755,nosuid,nodev none ${root}`,
    `mkdir -p ${[...folders].join(" ")}`,
    ...mounts,
    `mount -o remount,bind,ro,nosuid,nodev ${root}`,
    '"$@"',
    "exit $?",
  ].join("\n");
}

/** A path as one word for the shell. */
function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}

/** The command without mounts, for systems that permit no mounts to whoever is not root. */
export function namespacesCommand(unshare: string, flags: readonly string[]): string[] {
  const shell = flags.includes("--pid") ? ["sh", "-c", '"$@"\nexit $?', "sh", "setsid"] : [];
  return [...preparation("user"), unshare, ...flags, "--", ...shell, process.execPath];
}

/** Into the new root, leaving behind every capability but those that root needs to become nobody later. */
function lastStep(unshare: string, starter: Starter): string[] {
  if (starter !== "root") return [unshare, "--user", `--map-user=${nobody}`, `--map-group=${nobody}`];
  const setpriv = tool("setpriv");
  const kept = "--bounding-set=-all,+setuid,+setgid,+sys_chroot";
  return setpriv === undefined ? [unshare] : [setpriv, kept, "--inh-caps=-all", "--", unshare];
}

/** An existing folder to mount over that holds none of the files. */
function mountPoint(files: readonly Shown[]): string {
  const free = (folder: string) => !files.some(({ from }) => from.startsWith(`${folder}/`));
  const folders = ["/mnt", "/media", "/srv", "/opt", "/home", "/sys"].filter(existsSync);
  return folders.map(folder => realpathSync(folder)).find(free) ?? "/sys";
}
