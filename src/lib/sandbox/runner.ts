/**
 * The Python half of the sandbox, from the `.py` files beside this one. Each list is one module whose parts
 * use each other's names: `_peer` of both interpreters, and the dialect that it holds.
 */
import { readFileSync } from "node:fs";

/** Descriptor on which a program writes a request and reads its reply; no file is behind it. */
export const pipeDescriptor = 1000;

/** Seeking on this descriptor says that the assert of the line sought for has failed. */
export const reportDescriptor = 1001;

const peer = [
  "peer",
  "asserts",
  "boundary",
  "boundary_writer",
  "boundary_reader",
  "boundary_remotes",
  "test_names",
  "runner",
] as const;

/** Python: `compile_answer(source, filename)`, a code object, and `install_library_differences(builtins)`. */
export const dialectSource = moduleOf(["dialect", "dialect_annotations", "dialect_library"]);

/** Python that installs it as module `_peer`, with built-ins of its own. */
export const installRunner = `
import builtins, sys, types
peer = types.ModuleType("_peer")
peer.__dict__["__builtins__"] = dict(vars(builtins))
peer.itself = peer  # it outlives its name in sys.modules
peer.PIPE, peer.REPORT_DESCRIPTOR = ${pipeDescriptor}, ${reportDescriptor}
peer.DIALECT = ${JSON.stringify(dialectSource)}
sys.modules["_peer"] = peer
exec(compile(${JSON.stringify(moduleOf(peer))}, "<peer>", "exec"), peer.__dict__)
del peer
`;

function moduleOf(parts: readonly string[]): string {
  return parts.map(name => readFileSync(new URL(`${name}.py`, import.meta.url), "utf8")).join("\n");
}
