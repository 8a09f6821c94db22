/**
 * The few of ONNX's protocol buffers that a model without sub-graphs needs (onnx/onnx.proto, version 3), and its file's
 * bytes. Written field by field: protobufjs' own encoders are compiled at run time, which a page's security policy may
 * forbid.
 */
import protobuf from 'protobufjs/minimal.js';

/** Numbers of element types, `TensorProto.DataType`. */
export const ONNX_TYPE = { float32: 1, int64: 7, float16: 10 } as const;
export type OnnxType = keyof typeof ONNX_TYPE;

/** A constant of the graph. */
export interface OnnxTensor {
  readonly name: string;
  readonly type: OnnxType;
  readonly dims: readonly number[];
  /** Row-major, little-endian. */
  readonly bytes: Uint8Array;
}

/** Value of an attribute: whole numbers, a list of them, a float or a text. */
export type OnnxAttribute = number | readonly number[] | string | { readonly float: number };

/** One operation. */
export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A float32 input or output of the graph; a text is the name of a size that is open. */
export interface OnnxPort {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

/** What a file holds. */
export interface OnnxModel {
  readonly name: string;
  readonly opset: number;
  readonly producer: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Field numbers, by message. */
const MODEL = { irVersion: 1, producerName: 2, graph: 7, opsetImport: 8, metadataProps: 14 } as const;
const OPSET = { version: 2 } as const;
const ENTRY = { key: 1, value: 2 } as const;
const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12 } as const;
const NODE = { input: 1, output: 2, name: 3, opType: 4, attribute: 5 } as const;
const ATTRIBUTE = { name: 1, f: 2, i: 3, s: 4, ints: 8, type: 20 } as const;
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const;
const TENSOR = { dims: 1, dataType: 2, name: 8, rawData: 9 } as const;
const VALUE_INFO = { name: 1, type: 2 } as const;
const TYPE = { tensorType: 1 } as const;
const TENSOR_TYPE = { elemType: 1, shape: 2 } as const;
const SHAPE = { dim: 1 } as const;
const DIM = { value: 1, param: 2 } as const;

/** Wire types of protocol buffers. */
const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** The version of the file format that came with an operator set; readers of that time refuse later ones. */
const irVersion = (opset: number): number => (opset <= 14 ? 7 : opset <= 18 ? 8 : 9);

/** The bytes of a `.onnx` file. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const file = new FieldWriter();
  file.int(MODEL.irVersion, irVersion(model.opset));
  file.text(MODEL.producerName, model.producer);
  file.message(MODEL.graph, () => {
    writeGraph(file, model);
  });
  file.message(MODEL.opsetImport, () => {
    file.int(OPSET.version, model.opset);
  });
  for (const [key, value] of Object.entries(model.metadata)) {
    file.message(MODEL.metadataProps, () => {
      file.text(ENTRY.key, key);
      file.text(ENTRY.value, value);
    });
  }
  return file.finish();
}

/** Fields by number. */
class FieldWriter {
  readonly #writer = protobuf.Writer.create();

  int(field: number, value: number): void {
    this.#tag(field, VARINT).int64(value);
  }

  float(field: number, value: number): void {
    this.#tag(field, FIXED32).float(value);
  }

  text(field: number, value: string): void {
    this.#tag(field, LENGTH_DELIMITED).string(value);
  }

  bytes(field: number, value: Uint8Array): void {
    this.#tag(field, LENGTH_DELIMITED).bytes(value);
  }

  message(field: number, write: () => void): void {
    this.#tag(field, LENGTH_DELIMITED).fork();
    write();
    this.#writer.ldelim();
  }

  finish(): Uint8Array {
    return this.#writer.finish();
  }

  #tag(field: number, wireType: number): protobuf.Writer {
    return this.#writer.uint32((field << 3) | wireType);
  }
}

function writeGraph(file: FieldWriter, { name, nodes, initializers, inputs, outputs }: OnnxModel): void {
  for (const node of nodes) {
    file.message(GRAPH.node, () => {
      writeNode(file, node);
    });
  }
  file.text(GRAPH.name, name);
  for (const { name, type, dims, bytes } of initializers) {
    file.message(GRAPH.initializer, () => {
      for (const size of dims) file.int(TENSOR.dims, size);
      file.int(TENSOR.dataType, ONNX_TYPE[type]);
      file.text(TENSOR.name, name);
      file.bytes(TENSOR.rawData, bytes);
    });
  }
  for (const port of inputs) writePort(file, GRAPH.input, port);
  for (const port of outputs) writePort(file, GRAPH.output, port);
}

function writeNode(file: FieldWriter, { name, op, inputs, outputs, attributes }: OnnxNode): void {
  for (const input of inputs) file.text(NODE.input, input);
  for (const output of outputs) file.text(NODE.output, output);
  file.text(NODE.name, name);
  file.text(NODE.opType, op);
  for (const [key, value] of Object.entries(attributes)) {
    file.message(NODE.attribute, () => {
      file.text(ATTRIBUTE.name, key);
      file.int(ATTRIBUTE.type, writeAttribute(file, value));
    });
  }
}

/** @returns the number of the value's type. */
function writeAttribute(file: FieldWriter, value: OnnxAttribute): number {
  if (typeof value === 'number') {
    file.int(ATTRIBUTE.i, value);
    return ATTRIBUTE_TYPE.int;
  }
  if (typeof value === 'string') {
    file.text(ATTRIBUTE.s, value);
    return ATTRIBUTE_TYPE.string;
  }
  if ('float' in value) {
    file.float(ATTRIBUTE.f, value.float);
    return ATTRIBUTE_TYPE.float;
  }
  for (const item of value) file.int(ATTRIBUTE.ints, item);
  return ATTRIBUTE_TYPE.ints;
}

function writePort(file: FieldWriter, field: number, { name, shape }: OnnxPort): void {
  const writeShape = (): void => {
    for (const size of shape) {
      file.message(SHAPE.dim, () => {
        if (typeof size === 'number') file.int(DIM.value, size);
        else file.text(DIM.param, size);
      });
    }
  };
  file.message(field, () => {
    file.text(VALUE_INFO.name, name);
    file.message(VALUE_INFO.type, () => {
      file.message(TYPE.tensorType, () => {
        file.int(TENSOR_TYPE.elemType, ONNX_TYPE.float32);
        file.message(TENSOR_TYPE.shape, writeShape);
      });
    });
  });
}
