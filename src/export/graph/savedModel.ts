/** A network's graph as TensorFlow's SavedModel. */
import { DATA_TYPE, encodeSavedModel, type NodeDef } from '../../runtime/compile/graphDef.js';
import { toFloat16 } from '../../geometry/half.js';
import { requireProtobufSize } from '../protobufSize.js';
import { FLOAT } from './graphWriter.js';
import type { NetworkGraph } from './networkGraph.js';

/** The name that TensorFlow expects in the folder. */
export const SAVED_MODEL_FILE = 'saved_model.pb';

/**
 * The bytes of `saved_model.pb`: tag `serve`, signature `serving_default`, no variables.
 * @param half stores weights in float16; they are widened when the model is loaded, and computed with in float32.
 * @throws FastSAMError `INVALID_ARGUMENT` for a model beyond the 2 GB of a protobuf file.
 */
export function savedModelBytes(graph: NetworkGraph, half: boolean): Uint8Array {
  const nodes = half
    ? graph.nodes.flatMap((node) => (graph.weights.has(node.name) ? halved(node) : [node]))
    : graph.nodes;
  requireProtobufSize(
    nodes.flatMap(({ attr }) => ('value' in attr && 'tensor' in attr.value ? [attr.value.tensor.tensor_content] : [])),
  );
  return encodeSavedModel({ ...graph, nodes });
}

/** A float32 constant as a float16 one and a cast that takes its name. */
function halved({ name, attr }: NodeDef): NodeDef[] {
  if (!('tensor' in attr.value)) throw new Error(`${name}: is no constant`);
  const { tensor_shape, tensor_content } = attr.value.tensor;
  const type = { type: DATA_TYPE.float16 };
  const tensor = { dtype: DATA_TYPE.float16, tensor_shape, tensor_content: halfBytes(tensor_content) };
  return [
    { name: `${name}/half`, op: 'Const', input: [], attr: { dtype: type, value: { tensor } } },
    { name, op: 'Cast', input: [`${name}/half`], attr: { SrcT: type, DstT: FLOAT } },
  ];
}

/** Little-endian float32 as float16. */
function halfBytes(bytes: Uint8Array): Uint8Array {
  const halves = toFloat16(new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4));
  return new Uint8Array(halves.buffer);
}
