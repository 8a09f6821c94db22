/** From TensorFlow's arrays back to PyTorch's: the inverse of `toHwio` and `toTransposedKernel`. */

/** A convolution's weight, [height,width,in,out] -> [out,in,height,width], which `shape` gives. */
export function fromHwio(
  values: Float32Array,
  [outputs, inputs, height, width]: readonly [number, number, number, number],
): Float32Array {
  const cells = height * width;
  const result = new Float32Array(values.length);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      const target = (o * inputs + i) * cells;
      for (let cell = 0; cell < cells; cell++) result[target + cell] = values[(cell * inputs + i) * outputs + o];
    }
  }
  return result;
}

/** The `TransposedConv` layer's weight, [in, (row, column, out)] -> [in,out,2,2]. */
export function fromTransposedKernel(values: Float32Array, inputs: number, outputs: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++) {
      for (let cell = 0; cell < 4; cell++) {
        result[(i * outputs + o) * 4 + cell] = values[(i * 4 + cell) * outputs + o];
      }
    }
  }
  return result;
}
