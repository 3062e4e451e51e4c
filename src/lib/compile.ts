/**
 * The door of `compile(fn)` alone, "unmask/compile": for functions that have nothing to do with language
 * models. It loads tfjs-core, `compile/` and what that needs of `core/`; what runs recorded graphs in Node is
 * "unmask/compile/node".
 */
export { compile, compileDefaults } from "./compile/compile.js";
export type { Compiled, CompileMode, CompileOptions, TensorFunction } from "./compile/compile.js";
export { nativeBackend, registerGraphRunner, type GraphRunner } from "./compile/native.js";
export { hasNativeOperation, nativeOperation } from "./compile/native-operation.js";
export { perCore, type PerCore } from "./compile/parts.js";
export { precisions, type Precision } from "./compile/precision.js";
export { mapTree, tensorsOf, tidyTree } from "./compile/trees.js";
