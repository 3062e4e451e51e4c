/** The small files of a folder by their names, wherever they lie: on a disk, or fetched by a page. */
import { causeOf, UserError } from "./errors.js";
import { isJsonObject, parseJson, withoutByteOrderMark } from "./json-text.js";

export interface FolderFiles {
  /** what errors call it */
  readonly folder: string;
  pathOf(name: string): string;
  /** Undefined where it is not there. @throws UserError when it cannot be read */
  text(name: string): string | undefined;
  /** The same. @throws UserError also when it holds no JSON object */
  json(name: string): Record<string, unknown> | undefined;
}

/** @param texts by the names of their files */
export function filesInMemory(texts: Readonly<Record<string, string>>, folder: string): FolderFiles {
  const text = (name: string) => (Object.hasOwn(texts, name) ? withoutByteOrderMark(texts[name]) : undefined);
  const pathOf = (name: string) => `${folder}/${name}`;
  const refuse = (name: string, what: string) =>
    new UserError(`checkpoint: ${pathOf(name)} ${what}; fetch it again.`);
  return {
    folder,
    pathOf,
    text,
    json(name) {
      const found = text(name);
      if (found === undefined) return undefined;
      let value: unknown;
      try {
        value = parseJson(found);
      } catch (error) {
        throw refuse(name, `cannot be read as JSON (${causeOf(error)})`);
      }
      if (isJsonObject(value)) return value;
      throw refuse(name, "does not hold a JSON object");
    },
  };
}
