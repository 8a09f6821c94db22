/** The records in which every weights reader hands over its tensors. */

/** Element types that are read. All of them convert to float32. */
export type WeightDtype =
  | 'float64'
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint64'
  | 'uint32'
  | 'uint16'
  | 'uint8'
  | 'bool';

/** One tensor of a weights file; its values stay in the file's bytes until they are asked for. */
export interface WeightTensor {
  /** Element type in the file. */
  readonly dtype: WeightDtype;
  /** Sizes, outermost first, as in PyTorch (convolutions are [out, in, height, width]); [] is a scalar. */
  readonly shape: readonly number[];
  /**
   * The values as float32, row-major and contiguous. A float32 tensor may come as a view of the file's bytes: do not
   * write into it.
   */
  toFloat32(): Float32Array;
}

/** Tensors by their Ultralytics (PyTorch) name, such as `model.0.conv.weight`. */
export type StateDict = ReadonlyMap<string, WeightTensor>;

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Numbers as a tensor of weights. */
export const float32Tensor = (shape: readonly number[], values: Float32Array): WeightTensor => ({
  dtype: 'float32',
  shape,
  toFloat32: () => values,
});
