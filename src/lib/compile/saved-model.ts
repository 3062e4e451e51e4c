/**
 * Writes a graph as TensorFlow's SavedModel message. The definitions below are the fields in use, with the
 * names and numbers of tensorflow/core/protobuf/{saved_model,meta_graph}.proto and
 * tensorflow/core/framework/{graph,node_def,attr_value,tensor,tensor_shape,versions}.proto.
 */
import protobuf from "protobufjs";
import type { Graph, GraphNode } from "./graph.js";

const definitions = `
  syntax = "proto3";
  message SavedModel { int64 saved_model_schema_version = 1; repeated MetaGraphDef meta_graphs = 2; }
  message MetaGraphDef { MetaInfoDef meta_info_def = 1; GraphDef graph_def = 2; }
  message MetaInfoDef { repeated string tags = 4; }
  message GraphDef { repeated NodeDef node = 1; VersionDef versions = 4; }
  message VersionDef { int32 producer = 1; }
  message NodeDef { string name = 1; string op = 2; repeated string input = 3; map<string, AttrValue> attr = 5; }
  message AttrValue {
    oneof value {
      ListValue list = 1; bytes s = 2; int64 i = 3; float f = 4; bool b = 5;
      int32 type = 6; TensorShapeProto shape = 7; TensorProto tensor = 8;
    }
  }
  message ListValue { repeated int64 i = 3; repeated float f = 4; repeated bool b = 5; }
  message TensorShapeProto { repeated Dim dim = 2; message Dim { int64 size = 1; } }
  message TensorProto { int32 dtype = 1; TensorShapeProto tensor_shape = 2; bytes tensor_content = 4; }
`;

const savedModelMessage = protobuf.parse(definitions).root.lookupType("SavedModel");

/** The tag under which the graph is found when loading. */
export const servingTag = "serve";

/** Graph version of TensorFlow 2.9, the oldest that tfjs-node 4 binds: newer ones accept it too. */
const producer = 1087;

/** The bytes of `saved_model.pb`. */
export function encodeSavedModel(graph: Graph): Uint8Array {
  const names = new Map<GraphNode, string>();
  graph.nodes.forEach((node, i) => names.set(node, `n${i}`));
  graph.placeholders.forEach((node, i) => names.set(node, inputName(i)));
  graph.outputs.forEach((node, i) => names.set(node, outputName(i)));
  const node = graph.nodes.map(({ op, attrs, inputs }, i) => ({
    name: names.get(graph.nodes[i]),
    op,
    input: inputs.map(edge => `${names.get(edge.node)}:${edge.output}`),
    attr: attrs,
  }));
  const metaGraph = { metaInfoDef: { tags: [servingTag] }, graphDef: { node, versions: { producer } } };
  return savedModelMessage.encode({ savedModelSchemaVersion: 1, metaGraphs: [metaGraph] }).finish();
}

export const inputName = (i: number): string => `in${i}`;
export const outputName = (i: number): string => `out${i}`;
