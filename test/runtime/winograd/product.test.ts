/** The product of matrices against its definition. */
import { describe, expect, test } from 'vitest';
import { moduleBytes } from '../../../src/runtime/assembler.js';
import { matrixProduct, packPanels } from '../../../src/runtime/winograd/product.js';

describe('panels', () => {
  test('are eight columns after eight columns, row by row', () => {
    const matrix = Float32Array.from({ length: 32 }, (_, i) => i); // [2,16]
    expect(Array.from(packPanels(matrix, 16))).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30,
      31,
    ]);
  });
});

describe('the product', () => {
  test.each([
    [4, 4, 8],
    [12, 20, 24],
    [8, 64, 16],
  ])('of [%i,%i] and [..,%i]', async (rows, depth, columns) => {
    const memory = new WebAssembly.Memory({ initial: 4 });
    const module = await WebAssembly.compile(moduleBytes({ product: matrixProduct() }, { shared: false }));
    const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
    const values = new Float32Array(memory.buffer);
    // Small whole numbers: every sum is exact.
    const a = Float32Array.from({ length: rows * depth }, (_, i) => ((i * 7) % 11) - 5);
    const b = Float32Array.from({ length: depth * columns }, (_, i) => ((i * 5) % 13) - 6);
    const [atB, atStart] = [a.length, a.length + b.length];
    const atOut = atStart + columns;
    const start = Float32Array.from({ length: columns }, (_, i) => i - 3);
    const end = atOut + rows * columns;
    values.set(a);
    values.set(packPanels(b, columns), atB);
    values.set(start, atStart);
    values[end] = 99;
    (exports.product as (...args: number[]) => void)(
      0,
      4 * atB,
      4 * atOut,
      rows,
      4 * depth,
      4 * columns,
      1,
      4 * atStart,
    );
    const expected = Array.from({ length: rows * columns }, (_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      return Array.from({ length: depth }, (_, k) => a[row * depth + k] * b[k * columns + column]).reduce(
        (s, v) => s + v,
        start[column],
      );
    });
    expect(Array.from(values.subarray(atOut, end))).toEqual(expected);
    expect(values[end]).toBe(99); // nothing is written behind the end
  });
});
