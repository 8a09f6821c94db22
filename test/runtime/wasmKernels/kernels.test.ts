/** Our kernels on tfjs' wasm backend against their definitions, and tfjs' own kernels back in their place. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leaveOwnKernels, useOwnKernels } from '../../../src/runtime/wasmKernels/kernels.js';
import { silu } from '../../../src/runtime/silu.js';

const NAMES = ['FusedConv2D', 'Concat', 'Slice'];
const kernels = () => NAMES.map((name) => tf.getKernel(name, 'wasm'));
let before: tf.KernelConfig[] = [];

beforeAll(async () => {
  await tf.setBackend('wasm');
  await tf.ready();
  before = kernels();
  await useOwnKernels([]);
});

afterAll(() => {
  leaveOwnKernels();
});

describe('SiLU', () => {
  /** The definition in double precision. */
  const definition = (x: number): number => x / (1 + Math.exp(-x));
  /** Below x = -88 the result is zero. */
  const SMALLEST = 1e-29;
  const kernelsOf = async (work: () => tf.Tensor): Promise<string[]> =>
    (await tf.profile(() => tf.tidy(work))).kernelNames;

  test('is its definition from -110 to 110, and near zero', async () => {
    const values = Float32Array.from({ length: 44_000 }, (_, i) => (i - 22_000) / 200 + 1e-4);
    const small = Float32Array.from({ length: 400 }, (_, i) => (i % 2 ? 1 : -1) * 10 ** (-i / 10));
    for (const x of [values, small]) {
      const y = Array.from(await silu(tf.tensor1d(x)).data());
      const errors = y.map((value, i) => {
        const expected = definition(x[i]);
        return Math.abs(value - expected) / Math.max(Math.abs(expected), SMALLEST);
      });
      const worst = Math.max(...errors);
      expect(worst).toBeLessThan(4e-7); // a float32 has 6e-8
    }
  });

  test('of numbers that are none, or as large as can be, is what PyTorch makes of them', async () => {
    const x = tf.tensor1d([NaN, Infinity, -Infinity, 3.4e38, -3.4e38, 0, -88.4, -104]);
    expect(await kernelsOf(() => silu(x))).toEqual(['FastSamSilu']);
    const expected = [NaN, Infinity, NaN, 3.4e38, 0, 0, 0, 0];
    const found = Array.from(await silu(x).data());
    expect(
      found.map((value, i) =>
        expected[i] === 0 ? Math.abs(value) < 1e-35 : Object.is(value, Math.fround(expected[i])),
      ),
    ).toEqual(expected.map(() => true));
  });

  test('of a size that is no whole number of vectors is left to tfjs', async () => {
    const x = tf.tensor1d([1, -2, 3]);
    expect(await kernelsOf(() => silu(x))).not.toContain('FastSamSilu');
    const y = Array.from(await silu(x).data());
    expect(y).toBeAllclose([1, -2, 3].map(definition), { rtol: 1e-6, atol: 0 });
  });

  test('has the derivative of its definition', async () => {
    const values = Float32Array.from({ length: 400 }, (_, i) => (i - 200) / 10);
    const slope = await tf
      .grad((x: tf.Tensor) => silu(x))(tf.tensor1d(values))
      .data();
    const expected = Array.from(values, (x) => (definition(x + 1e-5) - definition(x - 1e-5)) / 2e-5);
    expect(Array.from(slope)).toBeAllclose(expected, { rtol: 1e-4, atol: 1e-5 });
  });
});

/** Shapes of tensors that differ along one axis alone. */
const shapes = fc
  .record({
    shape: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
    sides: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 4 }),
    axis: fc.nat(),
  })
  .map(({ shape, sides, axis }) => ({ shape, sides, axis: axis % shape.length }));

const numbered = (shape: number[], start = 0): tf.Tensor => {
  const size = shape.reduce((product, side) => product * side, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => start + i),
    shape,
  );
};

describe('copies of rows', () => {
  test('concat is what the definition says, whatever the sizes', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async ({ shape, sides, axis }) => {
        const parts = sides.map((side, i) =>
          numbered(
            shape.map((s, at) => (at === axis ? side : s)),
            1000 * i,
          ),
        );
        const whole = tf.concat(parts, axis);
        const outer = shape.slice(0, axis).reduce((product, side) => product * side, 1);
        const values = parts.map((part) => part.dataSync());
        const expected = Array.from({ length: outer }, (_, row) =>
          values.flatMap((v) => Array.from(v.slice((row * v.length) / outer, ((row + 1) * v.length) / outer))),
        ).flat();
        expect(Array.from(await whole.data())).toEqual(expected);
        expect(whole.shape[axis]).toBe(sides.reduce((sum, side) => sum + side, 0));
        tf.dispose([whole, ...parts]);
      }),
    );
  });

  test('slice is what the definition says, whatever the sizes', async () => {
    const cut = shapes.chain(({ shape }) =>
      fc.record({
        shape: fc.constant<number[]>([...shape.slice(0, -1), 4 * shape[shape.length - 1]]),
        first: fc.integer({ min: 0, max: 4 * shape[shape.length - 1] - 1 }),
        share: fc.integer({ min: 1, max: 100 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(cut, async ({ shape, first, share }) => {
        const last = shape.length - 1;
        const count = Math.max(1, Math.floor(((shape[last] - first) * share) / 100));
        const x = numbered(shape);
        const begin = shape.map((_, i) => (i === last ? first : 0));
        const part = tf.slice(
          x,
          begin,
          shape.map((side, i) => (i === last ? count : side)),
        );
        const expected = Array.from(x.dataSync()).filter((_, i) => {
          const at = i % shape[last];
          return at >= first && at < first + count;
        });
        expect(Array.from(await part.data())).toEqual(expected);
        tf.dispose([x, part]);
      }),
    );
  });

  test('other types and wrong shapes are as tfjs has them', async () => {
    const flags = tf.concat(
      [tf.tensor2d([[1, 0, 1, 1]], [1, 4], 'bool'), tf.tensor2d([[0, 0, 1, 0]], [1, 4], 'bool')],
      1,
    );
    expect(Array.from(await flags.data())).toEqual([1, 0, 1, 1, 0, 0, 1, 0]);
    expect(() => tf.concat([tf.zeros([2, 4]), tf.zeros([3, 4])], 1)).toThrow(/does not match/);
  });
});

test("tfjs' own kernels are back afterwards", async () => {
  expect(kernels()).not.toEqual(before);
  leaveOwnKernels();
  expect(kernels()).toEqual(before);
  expect(Array.from(await silu(tf.tensor1d([0, 1, 2, 3])).data())).toHaveLength(4);
  await useOwnKernels([]);
});
