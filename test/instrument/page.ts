/** The bundle of a page: what the test calls stands on `globalThis`. */
import { decodeFromBytes } from "./decode-from-bytes.js";

Object.assign(globalThis, { decodeFromBytes });
