/** A network's graph as a tfjs graph model: what `tf.loadGraphModel` reads, without any layer of ours. */
import { DATA_TYPE, type AttrValue, type NodeDef, type PortDef } from '../../runtime/compile/graphDef.js';
import type { ExportedFile } from '../exportedFile.js';
import type { NetworkGraph } from '../graph/networkGraph.js';
import { modelJson, weightFiles, type TfjsWeight } from './shards.js';

/** Names of TensorFlow's element types in JSON. */
const TYPE_NAME = new Map<number, string>([
  [DATA_TYPE.float32, 'DT_FLOAT'],
  [DATA_TYPE.int32, 'DT_INT32'],
]);

/** `model.json` and the shards; with `half`, weights are stored in float16. */
export function graphModelFiles(
  graph: NetworkGraph,
  half: boolean,
  metadata: Readonly<Record<string, unknown>>,
): ExportedFile[] {
  const nodes = fuseBias(graph.nodes);
  const constants = nodes.filter(({ op }) => op === 'Const');
  const { manifest, files } = weightFiles(
    constants.map((node) => weightOf(node, graph.weights)),
    half,
  );
  const ports = (all: Readonly<Record<string, PortDef>>) =>
    Object.fromEntries(Object.entries(all).map(([name, port]) => [name, portJson(port)]));
  const json = modelJson('graph-model', {
    signature: { inputs: ports(graph.inputs), outputs: ports(graph.outputs) },
    modelTopology: { node: nodes.map(nodeJson), library: {}, versions: {} },
    weightsManifest: manifest,
    userDefinedMetadata: metadata,
  });
  return [json, ...files];
}

/**
 * A convolution and the bias behind it as the one operation that tfjs has for both; TensorFlow's own optimizer finds such
 * pairs by itself.
 */
function fuseBias(nodes: readonly NodeDef[]): NodeDef[] {
  const convolutions = new Map(nodes.filter(({ op }) => op === 'Conv2D').map((node) => [node.name, node]));
  const fused = new Map<string, NodeDef>();
  const gone = new Set<string>();
  for (const { name, op, input } of nodes) {
    const convolution = op === 'BiasAdd' ? convolutions.get(input[0]) : undefined;
    if (!convolution) continue;
    gone.add(convolution.name);
    const attr = { ...convolution.attr, fused_ops: BIAS_ADD, num_args: { i: 1 }, epsilon: { f: 0 } };
    fused.set(name, { name, op: '_FusedConv2D', input: [...convolution.input, input[1]], attr });
  }
  return nodes.filter(({ name }) => !gone.has(name)).map((node) => fused.get(node.name) ?? node);
}

const BIAS_ADD: AttrValue = { list: { s: [new TextEncoder().encode('BiasAdd')] } };

function weightOf({ name, attr }: NodeDef, trained: ReadonlySet<string>): TfjsWeight {
  if (!('tensor' in attr.value)) throw new Error(`${name}: is no constant`);
  const { dtype, tensor_shape, tensor_content: bytes } = attr.value.tensor;
  const view = [bytes.buffer, bytes.byteOffset, bytes.byteLength / 4] as const;
  const values = dtype === DATA_TYPE.int32 ? new Int32Array(...view) : new Float32Array(...view);
  return { name, shape: sizesOf(tensor_shape), values, trained: trained.has(name) };
}

const sizesOf = ({ dim }: PortDef['tensor_shape']): number[] => dim.map(({ size }) => size);

function nodeJson({ name, op, input, attr }: NodeDef) {
  const entries = Object.entries(attr).map(([key, value]) => [key, attributeJson(value)]);
  return { name, op, ...(input.length > 0 && { input }), attr: Object.fromEntries(entries) as unknown };
}

/** An attribute in protobuf's JSON: 64-bit numbers as text, bytes in base 64, enumerations by name. */
function attributeJson(value: AttrValue): unknown {
  if ('s' in value) return { s: base64(value.s) };
  if ('i' in value) return { i: String(value.i) };
  if ('type' in value) return { type: typeName(value.type) };
  if ('shape' in value) return { shape: shapeJson(value.shape) };
  if ('tensor' in value) {
    const { dtype, tensor_shape } = value.tensor; // the values are in the shards
    return { tensor: { dtype: typeName(dtype), tensorShape: shapeJson(tensor_shape) } };
  }
  if ('list' in value) return { list: listJson(value.list) };
  return value;
}

function listJson({ i, s, ...rest }: Extract<AttrValue, { list: unknown }>['list']): unknown {
  return { ...rest, ...(i && { i: i.map(String) }), ...(s && { s: s.map(base64) }) };
}

const portJson = ({ name, dtype, tensor_shape }: PortDef) => ({
  name,
  dtype: typeName(dtype),
  tensorShape: shapeJson(tensor_shape),
});

const shapeJson = (shape: PortDef['tensor_shape']) => ({
  dim: sizesOf(shape).map((size) => ({ size: String(size) })),
});

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

function typeName(dtype: number): string {
  const name = TYPE_NAME.get(dtype);
  if (name === undefined) throw new Error(`element type ${dtype}: has no form in a tfjs graph`);
  return name;
}
