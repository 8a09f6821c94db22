/** What of an ONNX file matters for its weights: constants, the operations that use them, metadata. */
import { invalid, unsupported } from './byteView.js';
import { DTYPE_BYTES } from './dtype.js';
import type { Fact } from './moduleFacts.js';
import { wireFields, wireInts, type WireField } from './onnxWire.js';
import { rowMajorStrides, stridedTensor } from './stridedTensor.js';
import { elementCount, type WeightDtype, type WeightTensor } from './tensor.js';

/** An operation. */
export interface OnnxFileNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Numbers, texts and lists of whole numbers. */
  readonly attributes: ReadonlyMap<string, Fact>;
}

/** The parts of a file. */
export interface OnnxFile {
  readonly nodes: readonly OnnxFileNode[];
  /** By name; read from the file's bytes when it is called. */
  readonly constants: ReadonlyMap<string, () => WeightTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Field numbers of onnx/onnx.proto. */
const MODEL = { graph: 7, metadataProps: 14 } as const;
const ENTRY = { key: 1, value: 2 } as const;
const GRAPH = { node: 1, initializer: 5 } as const;
const NODE = { input: 1, output: 2, name: 3, opType: 4, attribute: 5 } as const;
const ATTRIBUTE = { name: 1, float: 2, int: 3, text: 4, tensor: 5, ints: 8 } as const;
const TENSOR = { dims: 1, dataType: 2, floatData: 4, name: 8, rawData: 9, dataLocation: 14 } as const;
const EXTERNAL = 1;

const DTYPES: ReadonlyMap<number, WeightDtype> = new Map([
  [1, 'float32'],
  [2, 'uint8'],
  [3, 'int8'],
  [4, 'uint16'],
  [5, 'int16'],
  [6, 'int32'],
  [7, 'int64'],
  [9, 'bool'],
  [10, 'float16'],
  [11, 'float64'],
  [12, 'uint32'],
  [13, 'uint64'],
  [16, 'bfloat16'],
]);

/** Far more than the largest YOLO has; a file of empty entries could have hundreds of millions. */
const MAX_NODES = 100_000;
const MAX_CONSTANTS = 100_000;
const MAX_PORTS = 1_000;
const MAX_ENTRIES = 1_000;
const MAX_DIMENSIONS = 8;
const MAX_NAME_BYTES = 1_024;
const MAX_TEXT_BYTES = 1_000_000;

/** @throws FastSAMError `INVALID_CHECKPOINT` for damaged or hostile bytes. */
export function readOnnxFile(bytes: Uint8Array): OnnxFile {
  const nodes: OnnxFileNode[] = [];
  const constants = new Map<string, () => WeightTensor>();
  const metadata: [string, string][] = [];
  for (const field of wireFields(bytes)) {
    if (field.number === MODEL.graph) readGraph(field.bytes, nodes, constants);
    else if (field.number === MODEL.metadataProps) {
      metadata.push(readEntry(field.bytes));
      limit('strings of metadata', metadata.length, MAX_ENTRIES);
    }
  }
  return { nodes, constants, metadata: new Map(metadata) };
}

function readGraph(bytes: Uint8Array, nodes: OnnxFileNode[], constants: Map<string, () => WeightTensor>): void {
  for (const field of wireFields(bytes)) {
    if (field.number === GRAPH.node) {
      const { node, tensor } = readNode(field.bytes);
      nodes.push(node);
      if (tensor && node.op === 'Constant') for (const output of node.outputs) addConstant(constants, tensor, output);
      limit('operations', nodes.length, MAX_NODES);
    } else if (field.number === GRAPH.initializer) {
      addConstant(constants, field.bytes);
    }
  }
}

/** @param name instead of the tensor's own. */
function addConstant(constants: Map<string, () => WeightTensor>, bytes: Uint8Array, name = tensorName(bytes)): void {
  constants.set(name, () => readTensor(bytes, name));
  limit('constants', constants.size, MAX_CONSTANTS);
}

function limit(what: string, got: number, most: number): void {
  if (got > most) throw invalid(`ONNX file: got more than ${most} ${what}; refused`);
}

function readEntry(bytes: Uint8Array): [string, string] {
  let [key, value] = ['', ''];
  for (const field of wireFields(bytes)) {
    if (field.number === ENTRY.key) key = textOf(field);
    else if (field.number === ENTRY.value) value = textOf(field, MAX_TEXT_BYTES);
  }
  return [key, value];
}

function readNode(bytes: Uint8Array): { node: OnnxFileNode; tensor: Uint8Array | undefined } {
  const attributes = new Map<string, Fact>();
  const node = { name: '', op: '', inputs: [] as string[], outputs: [] as string[], attributes };
  let tensor: Uint8Array | undefined;
  for (const field of wireFields(bytes)) {
    if (field.number === NODE.name) node.name = textOf(field);
    else if (field.number === NODE.opType) node.op = textOf(field);
    else if (field.number === NODE.input) node.inputs.push(textOf(field));
    else if (field.number === NODE.output) node.outputs.push(textOf(field));
    else if (field.number === NODE.attribute) tensor = readAttribute(field.bytes, attributes) ?? tensor;
    limit('inputs and outputs of an operation', node.inputs.length + node.outputs.length, MAX_PORTS);
    limit('attributes of an operation', attributes.size, MAX_PORTS);
  }
  return { node, tensor };
}

/** Notes an attribute; a tensor is returned instead. */
function readAttribute(bytes: Uint8Array, attributes: Map<string, Fact>): Uint8Array | undefined {
  let name = '';
  let value: Fact | undefined;
  let tensor: Uint8Array | undefined;
  const ints: number[] = [];
  for (const field of wireFields(bytes)) {
    if (field.number === ATTRIBUTE.name) name = textOf(field);
    else if (field.number === ATTRIBUTE.float) value = floatOf(field);
    else if (field.number === ATTRIBUTE.int) value = field.int;
    else if (field.number === ATTRIBUTE.text) value = decoder.decode(field.bytes.subarray(0, MAX_NAME_BYTES));
    else if (field.number === ATTRIBUTE.tensor) tensor = field.bytes;
    else if (field.number === ATTRIBUTE.ints) {
      // Long lists are values, not settings.
      for (const int of wireInts(field)) if (ints.length <= MAX_SETTING) ints.push(signed(int));
    }
  }
  if (ints.length > 0 && ints.length <= MAX_SETTING) value = ints;
  if (value !== undefined) attributes.set(name, value);
  return tensor;
}

/** Longest list of an attribute that is kept. */
const MAX_SETTING = 16;

const signed = (value: number): number => (value >= 2 ** 63 ? value - 2 ** 64 : value);

function floatOf({ bytes }: WireField): number {
  return bytes.length === 4 ? new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true) : NaN;
}

function tensorName(bytes: Uint8Array): string {
  for (const field of wireFields(bytes)) if (field.number === TENSOR.name) return textOf(field);
  return '';
}

function readTensor(bytes: Uint8Array, name: string): WeightTensor {
  const shape: number[] = [];
  let type = 0;
  let data: Uint8Array = new Uint8Array(0);
  for (const field of wireFields(bytes)) {
    if (field.number === TENSOR.dims) readDims(field, shape, name);
    else if (field.number === TENSOR.dataType) type = field.int;
    else if (field.number === TENSOR.rawData || field.number === TENSOR.floatData) data = field.bytes;
    else if (field.number === TENSOR.dataLocation && field.int === EXTERNAL) {
      throw unsupported(
        `ONNX tensor ${name}: its values lie in another file, expected them inside; export the model again as one file`,
      );
    }
  }
  const dtype = DTYPES.get(type);
  if (dtype === undefined) throw unsupported(`ONNX tensor ${name}: got the element type ${type}, which is not read`);
  const expected = elementCount(shape) * DTYPE_BYTES[dtype];
  if (data.length !== expected) {
    throw invalid(
      `ONNX tensor ${name}: got ${data.length} bytes, expected ${expected} for [${shape.join(', ')}] of ` +
        `${dtype}; the file is damaged, get it again`,
    );
  }
  return stridedTensor({ dtype, shape, strides: rowMajorStrides(shape), offset: 0, bytes: data }, name);
}

function readDims(field: WireField, shape: number[], name: string): void {
  for (const size of wireInts(field)) {
    if (shape.length >= MAX_DIMENSIONS || !Number.isSafeInteger(size) || size < 0) {
      throw invalid(`ONNX tensor ${name}: got a shape that no tensor has; the file is damaged, get it again`);
    }
    shape.push(size);
  }
}

const decoder = new TextDecoder();

function textOf({ bytes }: WireField, most = MAX_NAME_BYTES): string {
  if (bytes.length > most) throw invalid(`ONNX file: got a name or text of ${bytes.length} bytes; refused`);
  return decoder.decode(bytes);
}
