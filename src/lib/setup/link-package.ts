/**
 * Lets notebooks import this project by its name: cells resolve `import ... from "unmask"` like any package,
 * from node_modules, where npm puts no link to the project itself.
 */
import { lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../core/errors.js";
import { packageRoot } from "../host/package-root.js";

const target = "..";

/**
 * Makes `node_modules/unmask` a link to the folder that holds node_modules,
 * unless it is one already; a stale link is replaced. Returns true when
 * something changed. Throws UserError when a real folder stands in its place.
 */
export function linkPackage(root: string = packageRoot): boolean {
  const link = join(root, "node_modules", "unmask");
  const found = lstatSync(link, { throwIfNoEntry: false });
  if (found !== undefined && !found.isSymbolicLink())
    throw new UserError(
      `link: ${link} is not a link to this project; remove it and run npm run setup again.`,
    );
  if (found !== undefined && readlinkSync(link) === target) return false;
  mkdirSync(join(root, "node_modules"), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(target, link, "dir");
  return true;
}
