/** The few of TensorFlow's protocol buffers that a SavedModel without variables needs, and its file's bytes. */
import protobuf from 'protobufjs';

/** Field numbers as in tensorflow/core/protobuf/{saved_model,meta_graph}.proto and core/framework/*.proto. */
const SCHEMA = `
  syntax = "proto3";
  package tensorflow;

  message SavedModel { int64 saved_model_schema_version = 1; repeated MetaGraphDef meta_graphs = 2; }
  message MetaGraphDef {
    message MetaInfoDef { repeated string tags = 4; }
    MetaInfoDef meta_info_def = 1;
    GraphDef graph_def = 2;
    map<string, SignatureDef> signature_def = 5;
  }
  message SignatureDef {
    map<string, TensorInfo> inputs = 1;
    map<string, TensorInfo> outputs = 2;
    string method_name = 3;
  }
  message TensorInfo { string name = 1; int32 dtype = 2; TensorShapeProto tensor_shape = 3; }
  message GraphDef { repeated NodeDef node = 1; VersionDef versions = 4; }
  message VersionDef { int32 producer = 1; }
  message NodeDef { string name = 1; string op = 2; repeated string input = 3; map<string, AttrValue> attr = 5; }
  message AttrValue {
    message ListValue { repeated bytes s = 2; repeated int64 i = 3; repeated float f = 4; repeated bool b = 5; repeated int32 type = 6; }
    oneof value {
      ListValue list = 1;
      bytes s = 2;
      int64 i = 3;
      float f = 4;
      bool b = 5;
      int32 type = 6;
      TensorShapeProto shape = 7;
      TensorProto tensor = 8;
    }
  }
  message TensorShapeProto {
    message Dim { int64 size = 1; }
    repeated Dim dim = 2;
  }
  message TensorProto { int32 dtype = 1; TensorShapeProto tensor_shape = 2; bytes tensor_content = 4; }
`;

const SavedModel = protobuf.parse(SCHEMA, { keepCase: true }).root.lookupType('tensorflow.SavedModel');

/** TensorFlow's numbers of the element types that a graph written here may hold. */
export const DATA_TYPE = { float32: 1, int32: 3, uint8: 4, bool: 10, bfloat16: 14, float16: 19 } as const;
export type DataTypeName = keyof typeof DATA_TYPE;

/** A shape; -1 stands for any size. */
export interface ShapeProto {
  readonly dim: readonly { readonly size: number }[];
}

export interface TensorProto {
  readonly dtype: number;
  readonly tensor_shape: ShapeProto;
  readonly tensor_content: Uint8Array;
}

/** The value of one attribute of an operation. */
export type AttrValue =
  | { readonly s: Uint8Array }
  | { readonly i: number }
  | { readonly f: number }
  | { readonly b: boolean }
  | { readonly type: number }
  | { readonly shape: ShapeProto }
  | { readonly tensor: TensorProto }
  | {
      readonly list: {
        readonly s?: readonly Uint8Array[];
        readonly i?: readonly number[];
        readonly f?: readonly number[];
        readonly b?: readonly boolean[];
      };
    };

export interface NodeDef {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, AttrValue>>;
}

/** One input or output of a signature; `name` is `node:output`. */
export interface PortDef {
  readonly name: string;
  readonly dtype: number;
  readonly tensor_shape: ShapeProto;
}

/** What the file of a graph with one signature holds. */
export interface GraphFile {
  readonly nodes: readonly NodeDef[];
  readonly inputs: Readonly<Record<string, PortDef>>;
  readonly outputs: Readonly<Record<string, PortDef>>;
}

const SIGNATURE = 'serving_default';
/** Tag under which TensorFlow finds the graph in the file. */
export const TAG = 'serve';
/** Version of graph semantics (core/public/version.h) of the TensorFlow release that the writer was tested with, 2.21. */
const PRODUCER = 1882;

export const shapeProto = (shape: readonly number[]): ShapeProto => ({ dim: shape.map((size) => ({ size })) });

/** The bytes of `saved_model.pb`. */
export function encodeSavedModel({ nodes, inputs, outputs }: GraphFile): Uint8Array {
  return SavedModel.encode({
    saved_model_schema_version: 1,
    meta_graphs: [
      {
        meta_info_def: { tags: [TAG] },
        graph_def: { versions: { producer: PRODUCER }, node: nodes },
        signature_def: { [SIGNATURE]: { inputs, outputs, method_name: 'tensorflow/serving/predict' } },
      },
    ],
  }).finish();
}

/**
 * Reads back what `encodeSavedModel` wrote; constants are views of `bytes`.
 * @returns undefined for bytes that are no such file.
 */
export function decodeSavedModel(bytes: Uint8Array): GraphFile | undefined {
  let file: DecodedFile;
  try {
    file = SavedModel.toObject(SavedModel.decode(bytes), { longs: Number, defaults: true }) as DecodedFile;
  } catch {
    return undefined;
  }
  const meta = file.meta_graphs.at(0);
  const signature = meta?.signature_def[SIGNATURE];
  if (!meta?.graph_def || !signature) return undefined;
  return { nodes: meta.graph_def.node, inputs: signature.inputs, outputs: signature.outputs };
}

/** A decoded file. With `defaults` lists and maps are there even when empty; messages may be missing. */
interface DecodedFile {
  readonly meta_graphs: readonly {
    readonly graph_def: { readonly node: readonly NodeDef[] } | null;
    readonly signature_def: Readonly<Record<string, Omit<GraphFile, 'nodes'> | undefined>>;
  }[];
}
