/** Tensors of a file put together or turned round, when their values are asked for. */
import type { WeightTensor } from '../../weights/tensor.js';

/** Tensors one below another, along the first axis; their other sizes are the first one's. */
export function joined(parts: readonly WeightTensor[]): WeightTensor {
  const [{ dtype, shape }] = parts;
  const rows = parts.reduce((sum, part) => sum + part.shape[0], 0);
  return {
    dtype,
    shape: [rows, ...shape.slice(1)],
    toFloat32() {
      const arrays = parts.map((part) => part.toFloat32());
      const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const array of arrays) {
        all.set(array, at);
        at += array.length;
      }
      return all;
    },
  };
}

/** A matrix with rows and columns exchanged. */
export function transposed(matrix: WeightTensor): WeightTensor {
  const [rows, columns] = matrix.shape;
  return {
    dtype: matrix.dtype,
    shape: [columns, rows],
    toFloat32: () => transpose(matrix.toFloat32(), rows, columns),
  };
}

/** [rows, columns] row-major to [columns, rows]. */
export function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) turned[c * rows + r] = values[r * columns + c];
  }
  return turned;
}
