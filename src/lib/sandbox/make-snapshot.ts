/**
 * A process that writes the memory of a started interpreter
 * to the file named by its argument. No program runs here.
 */
import { renameSync, writeFileSync } from "node:fs";
import { makeSnapshot } from "./interpreter.js";

const file = process.argv[2];
const aside = `${file}.${process.pid}.tmp`;
writeFileSync(aside, await makeSnapshot());
renameSync(aside, file);
