/** A state dict whose values can be changed. */
import type { StateDict, WeightTensor } from './tensor.js';

/** A tensor of a state dict with values of its own. */
export interface StateTensor extends WeightTensor {
  readonly dtype: 'float32';
  /** Row-major, for the caller to read and to change. */
  readonly values: Float32Array;
}

/** A copy of all tensors as float32. */
export function copyState(tensors: StateDict): Map<string, StateTensor> {
  return new Map([...tensors].map(([name, tensor]) => [name, stateTensor(tensor.shape, tensor.toFloat32())]));
}

/** A copy of a tensor. */
export function stateTensor(shape: readonly number[], from: Float32Array): StateTensor {
  const values = Float32Array.from(from);
  return { dtype: 'float32', shape: [...shape], values, toFloat32: () => values };
}
