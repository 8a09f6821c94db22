/** Convolutions on wasm by Winograd's algorithm: the same numbers as those of the definition, and nothing left behind. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { compareActivations } from '../../../src/model/compare.js';
import { transformFilter } from '../../../src/runtime/winograd/filter.js';
import { useOwnKernels } from '../../../src/runtime/wasmKernels/kernels.js';
import { tinyFile, tinyNetwork } from '../../support/tinyNetwork.js';
import type { Tolerance } from '../../support/allclose.js';

/** Relative to the largest value; float32 has 6e-8, and the transforms multiply by up to 64. */
const TOLERANCE: Tolerance = { rtol: 2e-5, relativeTo: 'largest' };

interface Size {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly filters: number;
}

/** Numbers from -1 to 1 that look random. */
const noise = (count: number, seed: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => (Math.sin((i + 1) * (seed + 12.9898)) * 43758.5453) % 1);

function tensorsOf({ batch, height, width, channels, filters }: Size): [tf.Tensor4D, tf.Tensor4D, tf.Tensor1D] {
  return [
    tf.tensor4d(noise(batch * height * width * channels, 1), [batch, height, width, channels]),
    tf.tensor4d(noise(9 * channels * filters, 2), [3, 3, channels, filters]),
    tf.tensor1d(noise(filters, 3)),
  ];
}

/** The definition of a 3x3 convolution with a border of zeros, in double precision. */
function reference(
  { batch, height, width, channels, filters }: Size,
  [x, f, b]: readonly Float32Array[],
): Float64Array {
  const out = new Float64Array(batch * height * width * filters);
  for (let i = 0; i < out.length; i++) {
    const o = i % filters;
    const column = Math.floor(i / filters) % width;
    const row = Math.floor(i / (filters * width)) % height;
    const image = Math.floor(i / (filters * width * height));
    let sum = b[o];
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        const [y, xx] = [row + dy, column + dx];
        if (y < 0 || y >= height || xx < 0 || xx >= width) continue;
        for (let c = 0; c < channels; c++) {
          const value = x[((image * height + y) * width + xx) * channels + c];
          sum += value * f[((3 * (dy + 1) + dx + 1) * channels + c) * filters + o];
        }
      }
    }
    out[i] = sum;
  }
  return out;
}

const dataIds = (): number => (tf.backend() as unknown as { numDataIds(): number }).numDataIds();

interface Convolution {
  readonly values: ArrayLike<number>;
  readonly expected: ArrayLike<number>;
  readonly transformed: boolean;
}

/** Runs a convolution; `transformed` says whether Winograd's algorithm did it. */
async function convolve(size: Size, options: object = {}): Promise<Convolution> {
  const tensors = tensorsOf(size);
  const [x, filter, bias] = tensors;
  const before = dataIds();
  const y = tf.fused.conv2d({ x, filter, bias, strides: 1, pad: 'same', ...options });
  const transformed = dataIds() === before + 2; // the output and the transformed filter
  const values = await y.data();
  const expected = reference(size, (await Promise.all(tensors.map((t) => t.data()))) as Float32Array[]);
  tf.dispose([y, ...tensors]);
  return { values, expected, transformed };
}

const SIZE: Size = { batch: 1, height: 32, width: 32, channels: 8, filters: 8 };

beforeAll(async () => {
  await tf.setBackend('wasm');
  await tf.ready();
  await useOwnKernels([]);
  await useOwnKernels([]); // once more changes nothing
});

describe('a convolution', () => {
  test.each<Size>([
    { batch: 1, height: 16, width: 16, channels: 4, filters: 8 },
    { batch: 1, height: 13, width: 22, channels: 12, filters: 24 }, // not whole tiles
    { batch: 1, height: 1, width: 61, channels: 4, filters: 8 }, // one row
    { batch: 1, height: 63, width: 2, channels: 8, filters: 8 },
    { batch: 3, height: 7, width: 9, channels: 8, filters: 8 }, // several images
    { batch: 1, height: 20, width: 20, channels: 128, filters: 64 },
  ])('is that of the definition: %o', async (size) => {
    const { values, expected, transformed } = await convolve(size);
    expect(transformed).toBe(true);
    expect(values).toBeAllclose(expected, TOLERANCE);
  });

  test('of any size is that of the definition', async () => {
    const size = fc.record({
      batch: fc.integer({ min: 1, max: 3 }),
      height: fc.integer({ min: 1, max: 24 }),
      width: fc.integer({ min: 1, max: 24 }),
      channels: fc.integer({ min: 1, max: 12 }),
      filters: fc.integer({ min: 1, max: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(size, async (s) => {
        const { values, expected, transformed } = await convolve(s);
        const tiles = s.batch * Math.ceil(s.height / 4) * Math.ceil(s.width / 4);
        expect(transformed).toBe(tiles >= 16 && s.channels % 4 === 0 && s.filters % 8 === 0);
        expect(values).toBeAllclose(expected, TOLERANCE);
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ['stride 2', { strides: 2 }],
    ['without border', { pad: 'valid' }],
    [
      'explicit border',
      {
        pad: [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ],
      },
    ],
    ['dilated', { dilations: 2 }],
    ['with an activation', { activation: 'relu' }],
    ['without bias', { bias: undefined }],
  ])('%s is left to tfjs', async (_, options) => {
    expect((await convolve(SIZE, options)).transformed).toBe(false);
  });

  test('NaN and infinity are not lost', async () => {
    const [x, filter, bias] = tensorsOf(SIZE);
    const values = await x.data();
    values[(10 * 32 + 10) * 8] = NaN;
    const y = tf.fused.conv2d({ x: tf.tensor4d(values, x.shape), filter, bias, strides: 1, pad: 'same' });
    expect((await y.data()).some(Number.isNaN)).toBe(true);
  });
});

describe('the transformed filter', () => {
  test('is made once and goes with its filter', () => {
    const before = dataIds();
    const [x, filter, bias] = tensorsOf({ batch: 1, height: 16, width: 16, channels: 4, filters: 8 });
    const conv = () => {
      tf.fused.conv2d({ x, filter, bias, strides: 1, pad: 'same' }).dispose();
    };
    conv();
    expect(dataIds()).toBe(before + 3 + 1);
    for (let i = 0; i < 5; i++) conv();
    filter.dispose();
    expect(dataIds()).toBe(before + 2);
    tf.dispose([x, bias]);
    expect(dataIds()).toBe(before);
  });

  test('of one value is the outer product of its points, hand-worked', () => {
    const filter = new Float32Array(9);
    filter[4] = 24; // the centre
    const matrices = transformFilter(filter, 1).map(([value]) => value);
    const column = [0, -1 / 6, 1 / 6, 1 / 12, -1 / 12, 0];
    const expected = column.flatMap((a) => column.map((b) => 24 * a * b));
    expect(matrices.map((value, i) => Math.abs(value - expected[i])).filter((difference) => difference > 1e-7)).toEqual(
      [],
    );
    expect(matrices).toHaveLength(36);
  });
});

describe('a network with it', () => {
  test.each(['tiny', 'tiny-3-classes'] as const)('every layer of %s is what PyTorch computes', async (name) => {
    const tensors = tf.memory().numTensors;
    const before = dataIds();
    const network = tinyNetwork(name);
    const weights = dataIds();
    const rows = await compareActivations(network, tinyFile(`${name}.reference`));
    expect(dataIds()).toBeGreaterThan(weights); // it took part
    expect(rows.length).toBeGreaterThan(23);
    expect(rows.filter(({ relative }) => !(relative <= 1e-4))).toEqual([]);
    network.model.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
    expect(dataIds()).toBe(before);
  });
});
