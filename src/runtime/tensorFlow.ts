/** Whether TensorFlow's own library computes. */
import * as tf from './tfjs.js';

/** Name of tfjs-node's backend. */
export const TENSORFLOW_BACKEND = 'tensorflow';

/**
 * Whether the active backend is TensorFlow's library. There a function can be compiled into a graph, and operations with
 * sizes in their arguments are avoided, so that the graph holds for images of any size.
 */
export function runsOnTensorFlow(): boolean {
  return tf.getBackend() === TENSORFLOW_BACKEND;
}
