import { describe, expect, test } from 'vitest';
import { batchNormMap, toHwio, toTransposedKernel } from '../../src/weights/fold.js';

describe('weights from PyTorch to TensorFlow', () => {
  test('a convolution [out,in,h,w] becomes [h,w,in,out]', () => {
    // value = 1000·out + 100·in + 10·row + column
    const shape = [2, 3, 2, 2] as const;
    const values: number[] = [];
    for (let o = 0; o < 2; o++)
      for (let i = 0; i < 3; i++)
        for (let y = 0; y < 2; y++) for (let x = 0; x < 2; x++) values.push(1000 * o + 100 * i + 10 * y + x);
    expect([...toHwio(Float32Array.from(values), shape)]).toEqual([
      ...[0, 1000, 100, 1100, 200, 1200], // row 0, column 0
      ...[1, 1001, 101, 1101, 201, 1201],
      ...[10, 1010, 110, 1110, 210, 1210],
      ...[11, 1011, 111, 1111, 211, 1211],
    ]);
  });

  test('more output channels than are handled together', () => {
    const values = Float32Array.from({ length: 35 * 2 }, (_, i) => i);
    const result = toHwio(values, [35, 2, 1, 1]);
    for (let o = 0; o < 35; o++) for (let i = 0; i < 2; i++) expect(result[i * 35 + o]).toBe(o * 2 + i);
  });

  test('each output channel is scaled by its own factor', () => {
    expect([...toHwio(Float32Array.of(1, 2, 3, 4), [2, 2, 1, 1], Float64Array.of(10, 100))]).toEqual([
      10, 300, 20, 400,
    ]);
  });

  test('a transposed convolution [in,out,2,2] becomes [in, (row, column, out)]', () => {
    // value = 100·in + 10·out + cell
    const values = Float32Array.of(0, 1, 2, 3, 10, 11, 12, 13, 100, 101, 102, 103, 110, 111, 112, 113);
    expect([...toTransposedKernel(values, 2, 2)]).toEqual([
      ...[0, 10, 1, 11, 2, 12, 3, 13],
      ...[100, 110, 101, 111, 102, 112, 103, 113],
    ]);
  });

  test('batch norm becomes a factor and a summand, in float64', () => {
    const { scale, shift } = batchNormMap(
      {
        weight: Float32Array.of(2, 1),
        bias: Float32Array.of(0.5, 0),
        mean: Float32Array.of(3, 0),
        variance: Float32Array.of(3.999, 0),
      },
      1e-3,
    );
    const variance = Math.fround(3.999);
    expect(scale[0]).toBe(2 / Math.sqrt(variance + 1e-3));
    expect(shift[0]).toBe(0.5 - 3 * (2 / Math.sqrt(variance + 1e-3)));
    expect(scale[0]).toBeCloseTo(1, 6);
    expect(shift[0]).toBeCloseTo(-2.5, 6);
    expect(scale[1]).toBeCloseTo(1 / Math.sqrt(1e-3), 9); // a dead channel stays finite
  });
});
