/** Folders named alike on every machine. */
import { relative } from "node:path";
import { packageRoot } from "../host/package-root.js";

/** Relative to the project, where cells run: the same study has the same name on every machine. */
export function portable(folder: string): string {
  const inside = relative(packageRoot, folder).split("\\").join("/");
  return inside.startsWith("..") ? folder : inside;
}
