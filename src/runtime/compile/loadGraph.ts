/** From the bytes of a graph to a graph that runs. */
import * as tf from '../tfjs.js';
import { FastSAMError, invalidArgument, throwIfAborted } from '../../errors.js';
import { platform } from '../../platform/platform.js';
import { tensorFlowBackend, type TensorFlowBackend } from './backend.js';
import { CompiledGraph, messageOf, type NamedTensors } from './compiledGraph.js';
import { onDevice } from '../onDevice.js';
import { cpuHasBfloat16 } from './cpuFeatures.js';
import { DATA_TYPE, decodeSavedModel, TAG, type GraphFile } from './graphDef.js';

/** The name that TensorFlow expects in the folder. */
const FILE_NAME = 'saved_model.pb';

/** Inputs whose names begin so are fed by the graph itself. */
export const FED_PREFIX = 'fed/';

/** How to load a graph. */
export interface LoadGraphOptions {
  /**
   * The tensors that the graph was encoded without (see `EncodeOptions.feed`), by name; others may be there too. The graph
   * keeps its own handles: the caller may dispose these.
   */
  readonly feed?: Readonly<Record<string, tf.Tensor>>;
  /** Cancels before TensorFlow is called. */
  readonly signal?: AbortSignal;
}

/**
 * Loads a graph that `encodeGraph` wrote, in this process or an earlier one. The types of its inputs and outputs are the
 * caller's word; `run` checks names, types and sizes. A SavedModel is a program: load bytes of your own making only.
 * @throws FastSAMError `NOT_COMPILABLE` for bytes that are no such graph or that TensorFlow refuses; `INVALID_ARGUMENT` for
 *   missing or wrong tensors in `feed`; `DEVICE_UNAVAILABLE` when the graph computes in bfloat16 and the CPU does not, or
 *   TensorFlow's backend is not active; `ABORTED`; `WRITE_FAILED`.
 */
export async function loadGraph<I extends NamedTensors<I>, O extends NamedTensors<O>>(
  bytes: Uint8Array,
  { feed = {}, signal }: LoadGraphOptions = {},
): Promise<CompiledGraph<I, O>> {
  throwIfAborted(signal);
  const backend = tensorFlowBackend();
  const file = decodeSavedModel(bytes);
  if (!file) {
    throw new FastSAMError(
      'NOT_COMPILABLE',
      `graph: got ${bytes.length} bytes that are no graph, expected what encodeGraph wrote; encode it again`,
    );
  }
  if (usesBfloat16(file)) await requireBfloat16(backend);
  throwIfAborted(signal);
  checkFeed(file, feed);
  const fed = onDevice(() => keepFeed(file, feed));
  try {
    const session = await openSession(backend, bytes);
    return new CompiledGraph<I, O>({ backend, session, inputs: file.inputs, outputs: file.outputs, fed });
  } catch (error) {
    for (const tensor of fed.values()) tensor.dispose();
    throw error;
  }
}

/**
 * Refuses bfloat16 on a CPU without it.
 * @throws FastSAMError `DEVICE_UNAVAILABLE`
 */
export async function requireBfloat16(backend: TensorFlowBackend): Promise<void> {
  if (backend.isUsingGpuDevice || (await cpuHasBfloat16())) return;
  throw new FastSAMError(
    'DEVICE_UNAVAILABLE',
    "precision 'bf16': got a CPU without AVX512_BF16 or AMX_BF16, expected one that has either (elsewhere it is slower " +
      "than float32); use 'fp32' or 'auto'",
  );
}

const usesBfloat16 = ({ nodes }: GraphFile): boolean =>
  nodes.some(({ attr }) => Object.values(attr).some((value) => 'type' in value && value.type === DATA_TYPE.bfloat16));

async function openSession(backend: TensorFlowBackend, bytes: Uint8Array): Promise<number> {
  const session = platform().withTempFolder?.(FILE_NAME, bytes, (folder) => {
    try {
      return backend.loadSavedModelMetaGraph(folder, TAG);
    } catch (error) {
      throw new FastSAMError('NOT_COMPILABLE', `graph: TensorFlow could not load it: ${messageOf(error)}`, {
        cause: error,
      });
    }
  });
  if (!session) throw new FastSAMError('DEVICE_UNAVAILABLE', 'graph: got a platform without files, expected Node.js');
  return session;
}

type Feed = Readonly<Record<string, tf.Tensor | undefined>>;

const fedNames = ({ inputs }: GraphFile): string[] => Object.keys(inputs).filter((name) => name.startsWith(FED_PREFIX));

function checkFeed(file: GraphFile, feed: Feed): void {
  for (const name of fedNames(file)) {
    const tensor = feed[name.slice(FED_PREFIX.length)];
    const shape = file.inputs[name].tensor_shape.dim.map(({ size }) => size);
    if (tensor?.shape.length === shape.length && shape.every((size, i) => size === tensor.shape[i])) continue;
    throw invalidArgument(
      `graph, feed "${name.slice(FED_PREFIX.length)}": got ${tensor ? `[${tensor.shape.join(', ')}]` : 'nothing'}, ` +
        `expected a tensor [${shape.join(', ')}]; give the tensors with which the graph was encoded`,
    );
  }
}

/** Handles of the graph's own, which live until it is disposed. */
function keepFeed(file: GraphFile, feed: Feed): Map<string, tf.Tensor> {
  return new Map(
    fedNames(file).map((name) => [name, tf.keep((feed[name.slice(FED_PREFIX.length)] as tf.Tensor).clone())]),
  );
}
