/**
 * Writes a graph as TensorFlow's SavedModel message. The definitions below are the fields in use, with the
 * names and numbers of tensorflow/core/protobuf/{saved_model,meta_graph}.proto and
 * tensorflow/core/framework/{graph,node_def,op_def,function,attr_value,tensor,tensor_shape,versions}.proto.
 */
import protobuf from "protobufjs";
import type { Edge, Graph, GraphNode } from "../compile/graph.js";
import { outputNameOf } from "./output-names.js";

const definitions = `
  syntax = "proto3";
  message SavedModel { int64 saved_model_schema_version = 1; repeated MetaGraphDef meta_graphs = 2; }
  message MetaGraphDef { MetaInfoDef meta_info_def = 1; GraphDef graph_def = 2; }
  message MetaInfoDef { repeated string tags = 4; }
  message GraphDef { repeated NodeDef node = 1; FunctionDefLibrary library = 2; VersionDef versions = 4; }
  message FunctionDefLibrary { repeated FunctionDef function = 1; }
  message FunctionDef {
    OpDef signature = 1; repeated NodeDef node_def = 3; map<string, string> ret = 4; map<string, AttrValue> attr = 5;
  }
  message OpDef { string name = 1; repeated ArgDef input_arg = 2; repeated ArgDef output_arg = 3; }
  message ArgDef { string name = 1; int32 type = 3; }
  message VersionDef { int32 producer = 1; }
  message NodeDef { string name = 1; string op = 2; repeated string input = 3; map<string, AttrValue> attr = 5; }
  message AttrValue {
    oneof value {
      ListValue list = 1; bytes s = 2; int64 i = 3; float f = 4; bool b = 5;
      int32 type = 6; TensorShapeProto shape = 7; TensorProto tensor = 8; NameAttrList func = 10;
    }
  }
  message NameAttrList { string name = 1; }
  message ListValue { repeated int64 i = 3; repeated float f = 4; repeated bool b = 5; repeated int32 type = 6; }
  message TensorShapeProto { repeated Dim dim = 2; message Dim { int64 size = 1; } }
  message TensorProto { int32 dtype = 1; TensorShapeProto tensor_shape = 2; bytes tensor_content = 4; }
`;

const savedModelMessage = protobuf.parse(definitions).root.lookupType("SavedModel");

/** The tag under which the graph is found when loading. */
export const servingTag = "serve";

/** Graph version of TensorFlow 2.9, the oldest that tfjs-node 4 binds: newer ones accept it too. */
const producer = 1087;

/** The bytes of `saved_model.pb`: the nodes as they are. */
export function encodeSavedModel(graph: Graph): Uint8Array {
  const names = nodeNames(graph);
  return encode({ node: nodesOf(graph.nodes, names, edge => `${names.get(edge.node)}:${edge.output}`) });
}

/**
 * The same with all computation in one function that XLA compiles.
 * @param unknown called with an operation whose outputs have no known name; it throws
 */
export function encodeForXla(graph: Graph, unknown: (op: string) => never): Uint8Array {
  const names = nodeNames(graph);
  const placeholders = new Set(graph.placeholders);
  const edgeName = ({ node, output }: Edge): string =>
    placeholders.has(node)
      ? `${names.get(node)}`
      : `${names.get(node)}:${outputNameOf(node.op, output) ?? unknown(node.op)}`;
  const arg = (name: string, type: number) => ({ name, type });
  const typeOf = (node: GraphNode) => (node.attrs["T"] as { type: number }).type;
  const inputTypes = graph.placeholders.map(node => (node.attrs["dtype"] as { type: number }).type);
  const outputTypes = graph.outputs.map(typeOf);
  const inner = graph.nodes.filter(node => !placeholders.has(node));
  const compiled = { [mustCompile]: { b: true } };
  const body = {
    signature: {
      name: functionName,
      inputArg: inputTypes.map((type, i) => arg(inputName(i), type)),
      outputArg: outputTypes.map((type, i) => arg(`result${i}`, type)),
    },
    nodeDef: nodesOf(inner, names, edgeName),
    ret: Object.fromEntries(graph.outputs.map((_, i) => [`result${i}`, `${outputName(i)}:output:0`])),
    attr: compiled,
  };
  const call = {
    name: "call",
    op: "StatefulPartitionedCall",
    input: inputTypes.map((_, i) => inputName(i)),
    attr: {
      ...compiled,
      Tin: { list: { type: inputTypes } },
      Tout: { list: { type: outputTypes } },
      f: { func: { name: functionName } },
    },
  };
  const ends = graph.outputs.map((node, i) => ({
    name: outputName(i),
    op: "Identity",
    input: [`call:${i}`],
    attr: { T: { type: typeOf(node) } },
  }));
  const outer = nodesOf(graph.placeholders, names, edgeName);
  return encode({ node: [...outer, call, ...ends], library: { function: [body] } });
}

const functionName = "recorded";
const mustCompile = "_XlaMustCompile";

function encode(graphDef: object): Uint8Array {
  const metaGraph = {
    metaInfoDef: { tags: [servingTag] },
    graphDef: { ...graphDef, versions: { producer } },
  };
  return savedModelMessage.encode({ savedModelSchemaVersion: 1, metaGraphs: [metaGraph] }).finish();
}

function nodesOf(
  nodes: readonly GraphNode[],
  names: ReadonlyMap<GraphNode, string>,
  edge: (edge: Edge) => string,
) {
  const waits = ({ after = [] }: GraphNode) => [...new Set(after)].map(other => `^${names.get(other)}`);
  return nodes.map(node => ({
    name: names.get(node),
    op: node.op,
    input: [...node.inputs.map(edge), ...waits(node)],
    attr: node.attrs,
  }));
}

function nodeNames(graph: Graph): Map<GraphNode, string> {
  const names = new Map<GraphNode, string>();
  graph.nodes.forEach((node, i) => names.set(node, `n${i}`));
  graph.placeholders.forEach((node, i) => names.set(node, inputName(i)));
  graph.outputs.forEach((node, i) => names.set(node, outputName(i)));
  return names;
}

export const inputName = (i: number): string => `in${i}`;
export const outputName = (i: number): string => `out${i}`;
