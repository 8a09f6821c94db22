/** SiLU as each backend does it best. */
import * as tf from './tfjs.js';
import type { KernelPool } from './wasm/pool.js';

/** Name of our kernel for it. */
export const SILU_KERNEL = 'FastSamSilu';
/** What our kernel takes at a time. */
export const SILU_LANES = 4;

/** Backends that have the kernel, and the threads that it runs on. */
export const siluPools = new Map<object, KernelPool>();

/** x σ(x), any shape, float32. Infinity and NaN give what PyTorch gives. */
export function silu(x: tf.Tensor): tf.Tensor {
  const fits = siluPools.has(tf.engine().backend) && x.size % SILU_LANES === 0 && x.dtype === 'float32';
  return fits ? tf.engine().runKernel<tf.Tensor>(SILU_KERNEL, { x }) : tf.mul(x, tf.sigmoid(x));
}
