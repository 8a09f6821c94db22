/** The layers that tfjs does not have, on small literal maps. */
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { ChannelSlice, sliceBySplit } from '../../src/layers/channelSlice.js';
import { Dfl, expectedDistances } from '../../src/layers/dfl.js';
import { FlattenLevels } from '../../src/layers/flattenLevels.js';
import { Activation } from '../../src/layers/activation.js';
import { StridedConv } from '../../src/layers/stridedConv.js';
import { byDepthToSpace, byRows, TransposedConv } from '../../src/layers/transposedConv.js';
import { Upsample, upsampleByDepthToSpace } from '../../src/layers/upsample.js';
import { describeOnBackends } from '../support/devices.js';

const apply = (layer: tf.layers.Layer, ...x: tf.Tensor[]): tf.Tensor =>
  tf.tidy(() => layer.apply(x.length === 1 ? x[0] : x) as tf.Tensor);

/** 0, 1, 2 … in a map of this shape. */
const counting = (...shape: [number, number, number, number]): tf.Tensor4D =>
  tf.reshape(tf.range(0, tf.util.sizeFromShape(shape)), shape);

describeOnBackends('layers', ['wasm', 'native', 'plain JavaScript'], () => {
  test('SiLU is x · sigmoid(x)', () => {
    const y = apply(new Activation({ kind: 'SiLU' }), tf.tensor([0, 1, -1, 20]));
    expect(y).toBeAllclose([0, 0.7310586, -0.2689414, 20], { atol: 5e-6 });
  });

  test('StridedConv is centred on cells 0, 2, 4 … with zeros around, for even and odd sides', () => {
    const layer = new StridedConv({ filters: 1, useBias: true });
    apply(layer, counting(1, 4, 4, 1));
    layer.setWeights([tf.ones([3, 3, 1, 1]), tf.tensor1d([0.5])]);
    // sums of the 3x3 neighbourhoods of (0,0), (0,2), (2,0), (2,2)
    expect(apply(layer, counting(1, 4, 4, 1)).arraySync()).toEqual([
      [
        [[10.5], [24.5]],
        [[51.5], [90.5]],
      ],
    ]);
    // of a 3x3 map: its four corners
    expect(apply(layer, counting(1, 3, 3, 1)).arraySync()).toEqual([
      [
        [[8.5], [12.5]],
        [[20.5], [24.5]],
      ],
    ]);
    expect(layer.computeOutputShape([null, 3, 4, 1])).toEqual([null, 2, 2, 1]);
  });

  test('ChannelSlice takes the channels it is told', () => {
    expect(apply(new ChannelSlice({ start: 1, size: 2 }), counting(1, 1, 2, 4)).arraySync()).toEqual([
      [
        [
          [1, 2],
          [5, 6],
        ],
      ],
    ]);
  });

  test('the forms for TensorFlow, which name no size, equal the others', async () => {
    const x = tf.randomNormal<tf.Rank.R4>([2, 3, 4, 6], 0, 1, 'float32', 4);
    for (const [start, size] of [
      [0, 2],
      [2, 3],
      [4, 2],
    ]) {
      const expected = await apply(new ChannelSlice({ start, size }), x).data();
      expect(await sliceBySplit(x, start, size).data()).toEqual(expected);
    }
    expect(await upsampleByDepthToSpace(x).data()).toEqual(await apply(new Upsample({}), x).data());
  });

  test('Upsample repeats each cell in a 2x2 square', () => {
    const y = apply(new Upsample({}), counting(1, 2, 2, 1));
    expect(tf.squeeze(y).arraySync()).toEqual([
      [0, 0, 1, 1],
      [0, 0, 1, 1],
      [2, 2, 3, 3],
      [2, 2, 3, 3],
    ]);
  });

  test('FlattenLevels goes level by level, row by row', () => {
    const y = apply(new FlattenLevels({}), counting(2, 2, 2, 1), tf.add(counting(2, 1, 1, 1), 100));
    expect(tf.squeeze(y).arraySync()).toEqual([
      [0, 1, 2, 3, 100],
      [4, 5, 6, 7, 101],
    ]);
  });

  test('both forms of the transposed convolution equal tfjs conv2dTranspose', () => {
    const x = tf.randomNormal<tf.Rank.R4>([2, 3, 5, 4], 0, 1, 'float32', 1);
    const filter = tf.randomNormal<tf.Rank.R4>([2, 2, 4, 4], 0, 1, 'float32', 2); // [row, column, out, in]
    const bias = tf.tensor1d([1, 2, 3, 4]);
    const kernel = tf.reshape<tf.Rank.R4>(tf.transpose(filter, [3, 0, 1, 2]), [1, 1, 4, 16]);
    const expected = tf.add(tf.conv2dTranspose(x, filter, [2, 6, 10, 4], 2, 'valid'), bias);
    for (const form of [byRows, byDepthToSpace]) {
      const y = form(x, kernel, bias);
      expect(y.shape).toEqual([2, 6, 10, 4]);
      expect(y).toBeAllclose(expected, { atol: 1e-5 });
    }
  });

  test('the transposed convolution deals the four cells of its window out by row, then column', () => {
    const layer = new TransposedConv({});
    apply(layer, counting(1, 1, 2, 1));
    layer.setWeights([tf.tensor4d([1, 2, 3, 4], [1, 1, 1, 4]), tf.tensor1d([10])]);
    expect(tf.squeeze(apply(layer, tf.tensor4d([1, 100], [1, 1, 2, 1]))).arraySync()).toEqual([
      [11, 12, 110, 210],
      [13, 14, 310, 410],
    ]);
  });

  test('DFL gives the mean bin of each side', () => {
    const sure = [-50, -50, 50]; // bin 2
    const torn = [0, 0, -50]; // bins 0 and 1 alike
    const logits = tf.tensor3d([[[...sure, ...torn, 0, 0, 0, ...sure]]]);
    expect(expectedDistances(logits, 3)).toBeAllclose([2, 0.5, 1, 2], { atol: 5e-6 });
  });

  test('with one bin the DFL hands the distances through', () => {
    expect(apply(new Dfl({ regMax: 1 }), tf.tensor3d([[[1.5, 2, 3, 4]]])).arraySync()).toEqual([[[1.5, 2, 3, 4]]]);
  });

  test('no layer leaks', () => {
    const map = counting(1, 2, 2, 4);
    const layers = [
      new Activation({ kind: 'LeakyReLU', alpha: 0.1 }),
      new StridedConv({ filters: 2, useBias: true }),
      new ChannelSlice({ start: 2, size: 2 }),
      new Upsample({}),
      new TransposedConv({}),
    ];
    for (const layer of layers) apply(layer, map).dispose(); // weights are made at the first call
    const before = tf.memory().numTensors;
    for (const layer of layers) apply(layer, map).dispose();
    apply(new FlattenLevels({}), map, map).dispose();
    apply(new Dfl({ regMax: 4 }), tf.ones([1, 2, 16])).dispose();
    expect(tf.memory().numTensors).toBe(before + 1); // the ones above
  });
});
