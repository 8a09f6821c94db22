/** The layers of CLIP on small literal rows, and how images and texts become rows. */
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { toPatches } from '../../src/clip/encoders/imageEncoder.js';
import type { ClipConfig } from '../../src/clip/weights/config.js';
import { ClassAndPositions, TokenEmbedding } from '../../src/clip/layers/embeddings.js';
import { Gelu } from '../../src/clip/layers/gelu.js';
import { LayerNorm } from '../../src/clip/layers/layerNorm.js';
import { Linear } from '../../src/clip/layers/linear.js';
import { SelfAttention } from '../../src/clip/layers/selfAttention.js';
import { endOf, packTexts } from '../../src/clip/encoders/textEncoder.js';
import { describeOnBackends } from '../support/devices.js';

function run(layer: tf.layers.Layer, x: tf.Tensor | tf.Tensor[], weights: tf.Tensor[] = []): number[] {
  layer.build(Array.isArray(x) ? x.map(({ shape }) => shape) : x.shape);
  layer.setWeights(weights);
  return Array.from((layer.apply(x) as tf.Tensor).dataSync());
}

const closeTo = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5) as number);

describeOnBackends('layers of CLIP', ['wasm', 'native', 'plain JavaScript'], () => {
  test('Linear is x·W + b', () => {
    const weights = [tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]), tf.tensor1d([10, 20, 30])];
    expect(run(new Linear({ units: 3 }), tf.tensor2d([1, 1, 0, 2], [2, 2]), weights)).toEqual([15, 27, 39, 18, 30, 42]);
    expect(run(new Linear({ units: 1, useBias: false }), tf.tensor2d([[1, 2]]), [tf.tensor2d([[3], [4]])])).toEqual([
      11,
    ]);
  });

  test('LayerNorm takes each row apart, with the variance over n', () => {
    // rows 1, 3 and 10, 10: mean 2, deviation 1; mean 10, deviation 0
    const weights = [tf.tensor1d([2, 2]), tf.tensor1d([0, 1])];
    const y = run(new LayerNorm({}), tf.tensor2d([1, 3, 10, 10], [2, 2]), weights);
    const unit = 1 / Math.sqrt(1 + 1e-5);
    expect(y).toEqual(closeTo([-2 * unit, 2 * unit + 1, 0, 1]));
  });

  test('Gelu has the two forms', () => {
    const x = tf.tensor1d([-1, 0, 1, 3]);
    // 1·σ(1.702) = 0.845796; 1·Φ(1) = 0.841345
    expect(run(new Gelu({ kind: 'quick_gelu' }), x)).toEqual(closeTo([-0.154204, 0, 0.845796, 2.981928]));
    expect(run(new Gelu({ kind: 'gelu' }), x)).toEqual(closeTo([-0.158655, 0, 0.841345, 2.99595]));
  });

  /** Queries are 0: every row is the mean of the values that it sees, doubled by the last matrix. */
  const meanWeights = (): tf.Tensor[] => [
    tf.tensor2d([0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1], [2, 6]),
    tf.zeros([6]),
    tf.tensor2d([2, 0, 0, 2], [2, 2]),
    tf.tensor1d([0, 100]),
  ];

  test('SelfAttention mixes the rows of one sequence, not of others', () => {
    const x = tf.tensor2d([1, 0, 3, 10, 5, 0, 5, 40], [4, 2]);
    expect(run(new SelfAttention({ heads: 1, length: 2 }), x, meanWeights())).toEqual(
      closeTo([4, 110, 4, 110, 10, 140, 10, 140]),
    );
    expect(run(new SelfAttention({ heads: 2 }), x, meanWeights())).toEqual(closeTo([7, 125, 7, 125, 7, 125, 7, 125]));
  });

  test('SelfAttention hides what the mask hides', () => {
    const x = tf.tensor2d([1, 0, 3, 10], [2, 2]);
    const mask = tf.tensor2d([0, -30_000, 0, 0], [2, 2]);
    expect(run(new SelfAttention({ heads: 2 }), [x, mask], meanWeights())).toEqual(closeTo([2, 100, 4, 110]));
  });

  test('SelfAttention prefers keys like the query', () => {
    // width 1: q = x·ln 2, k = x, v = x; rows 0 and 1. Row 1 weighs them 1 : 2.
    const weights = [tf.tensor2d([[Math.LN2, 1, 1]]), tf.zeros([3]), tf.ones([1, 1]), tf.zeros([1])];
    expect(run(new SelfAttention({ heads: 1 }), tf.tensor2d([[0], [1]]), weights)).toEqual(closeTo([1 / 2, 2 / 3]));
  });

  test('the class token comes before the patches of each image', () => {
    const x = tf.tensor2d([1, 2, 3, 4], [4, 1]);
    const positions = tf.tensor2d([100, 10, 20], [3, 1]);
    expect(run(new ClassAndPositions({ patches: 2 }), x, [positions])).toEqual([100, 11, 22, 100, 13, 24]);
  });

  test('a token is the sum of its embedding and that of its place', () => {
    const tokens = tf.tensor1d([2, 0, 2], 'int32');
    const places = tf.tensor1d([0, 1, 1], 'int32');
    const weights = [tf.tensor2d([1, 2, 3], [3, 1]), tf.tensor2d([10, 20], [2, 1])];
    const layer = new TokenEmbedding({ vocabSize: 3, contextLength: 2, width: 1 });
    expect(run(layer, [tokens, places], weights)).toEqual([13, 21, 23]);
  });

  test('patches go from left to right and top to bottom, pixels within them too', () => {
    // an image of 4x4 pixels whose red is 0 … 15, in patches of 2x2
    const image = Uint8Array.from({ length: 48 }, (_, i) => (i % 3 === 0 ? i / 3 : 0));
    const patches = toPatches([image], { imageSize: 4, patchSize: 2 } as ClipConfig);
    expect(patches.shape).toEqual([4, 12]);
    const reds = Array.from(patches.dataSync()).filter((_, i) => i % 3 === 0);
    expect(reds).toEqual([0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15]);
  });
});

test('a text ends at the first of its highest tokens', () => {
  expect(endOf(Int32Array.of(8, 1, 2, 9, 0, 0))).toBe(3);
  expect(endOf(Int32Array.of(8, 1, 9, 9, 9, 9))).toBe(2);
});

test('texts are packed up to their ends', () => {
  expect(packTexts([Int32Array.of(8, 1, 9, 0), Int32Array.of(8, 9, 9, 9)])).toEqual({
    tokens: Int32Array.of(8, 1, 9, 8, 9),
    positions: Int32Array.of(0, 1, 2, 0, 1),
    ends: Int32Array.of(2, 4),
  });
});
