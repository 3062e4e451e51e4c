/**
 * What becomes of a figure where there is a browser. Apart from what draws them: a cell that imports the library
 * reads the types of this file, not the two megabytes of the browser's.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Pictures {
  /** for a page, which says title and caption itself */
  readonly svg: string;
  /** the same for phones */
  readonly narrowSvg: string;
  /** all of it, at twice its size, to stand alone */
  readonly png: Buffer;
}

/** Writes the three files of one figure. */
export function writePictures(name: string, { svg, narrowSvg, png }: Pictures, outDir: string): void {
  writeFileSync(join(outDir, `${name}.svg`), svg);
  writeFileSync(join(outDir, `${name}.narrow.svg`), narrowSvg);
  writeFileSync(join(outDir, `${name}.png`), png);
}
