/**
 * From PyTorch's arrays to TensorFlow's: order of axes, and batch norm folded into the convolution before it. Sums are
 * made in float64 and rounded to float32 once.
 */

/** What a batch norm does to each of its channels: `scale · x + shift`. */
export interface ChannelMap {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** The arrays of a batch norm, one value per channel. */
export interface BatchNormArrays {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/** γ/√(variance+ε) and β − mean·γ/√(variance+ε) of each channel. */
export function batchNormMap({ weight, bias, mean, variance }: BatchNormArrays, epsilon: number): ChannelMap {
  const scale = Float64Array.from(weight, (gamma, c) => gamma / Math.sqrt(variance[c] + epsilon));
  const shift = scale.map((s, c) => bias[c] - mean[c] * s);
  return { scale, shift };
}

/** Output channels handled together: their rows of the source stay in the cache. */
const CHANNEL_BLOCK = 16;

/**
 * A convolution's weight, [out,in,height,width] -> [height,width,in,out].
 * @param scale factor of each output channel.
 */
export function toHwio(
  values: Float32Array,
  [outputs, inputs, height, width]: readonly [number, number, number, number],
  scale?: Float64Array,
): Float32Array {
  const cells = height * width;
  const rowLength = inputs * cells;
  const result = new Float32Array(values.length);
  for (let block = 0; block < outputs; block += CHANNEL_BLOCK) {
    const end = Math.min(block + CHANNEL_BLOCK, outputs);
    for (let i = 0; i < rowLength; i++) {
      const cell = i % cells;
      const target = (cell * inputs + (i - cell) / cells) * outputs;
      for (let o = block; o < end; o++) {
        const value = values[o * rowLength + i];
        result[target + o] = scale ? value * scale[o] : value;
      }
    }
  }
  return result;
}

/** A 2x2 transposed convolution's weight, [in,out,2,2] -> the `TransposedConv` layer's [in, (row, column, out)]. */
export function toTransposedKernel(values: Float32Array, inputs: number, outputs: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++) {
      for (let cell = 0; cell < 4; cell++) {
        result[(i * 4 + cell) * outputs + o] = values[(i * outputs + o) * 4 + cell];
      }
    }
  }
  return result;
}
