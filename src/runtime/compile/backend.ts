/** The TensorFlow backend of tfjs-node, as far as graphs need it. */
import * as tf from '../tfjs.js';
import { FastSAMError } from '../../errors.js';
import { runsOnTensorFlow, TENSORFLOW_BACKEND } from '../tensorFlow.js';

/** An attribute as tfjs-node's kernels hand it to TensorFlow. `type` is one of the binding's `TF_ATTR_…` numbers. */
export interface OpAttr {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** What the library wants to know about an input of a loaded graph. */
export interface FeedInfo {
  readonly name: string;
  readonly tfDtype: string;
}

/**
 * Public methods of `NodeJSKernelBackend` (tfjs-node 4.22). Every kernel of tfjs-node ends in one of the two `execute…`
 * methods, with the name and the attributes of a TensorFlow operation.
 */
export interface TensorFlowBackend {
  readonly binding: Readonly<Record<string, number>>;
  readonly isUsingGpuDevice: boolean;
  readSync(dataId: tf.DataId): ArrayBufferView | readonly unknown[];
  executeSingleOutput(op: string, attrs: readonly OpAttr[], inputs: readonly tf.TensorInfo[]): tf.Tensor;
  executeMultipleOutputs(
    op: string,
    attrs: readonly OpAttr[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[];
  loadSavedModelMetaGraph(folder: string, tags: string): number;
  runSavedModel(
    id: number,
    inputs: readonly tf.Tensor[],
    infos: readonly FeedInfo[],
    outputs: readonly string[],
  ): tf.Tensor[];
  deleteSavedModel(id: number): void;
}

/**
 * The active backend, if it is TensorFlow's own library.
 * @throws FastSAMError `DEVICE_UNAVAILABLE` when another backend is active.
 */
export function tensorFlowBackend(): TensorFlowBackend {
  if (!runsOnTensorFlow()) {
    throw new FastSAMError(
      'DEVICE_UNAVAILABLE',
      `compiled graph: got the backend "${tf.getBackend()}", expected "${TENSORFLOW_BACKEND}"; load tfjs-node and make its backend active`,
    );
  }
  return tf.backend() as unknown as TensorFlowBackend;
}
