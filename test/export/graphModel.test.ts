/** The tfjs graph model, run by plain tfjs. */
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { networkGraph } from '../../src/export/graph/networkGraph.js';
import type { GraphShape } from '../../src/export/ports.js';
import { graphModelFiles } from '../../src/export/tfjs/graphModel.js';
import { tinyNetwork, type TinyName } from '../support/tinyNetwork.js';
import {
  expectOutputs,
  expectedObjects,
  expectedOutputs,
  memoryHandler,
  NMS,
  image,
  type Shape4,
} from '../support/exports.js';
import { describeOnBackends } from '../support/devices.js';

const FIXED: GraphShape = { height: 64, width: 96, batch: 1, dynamic: false };
const OPEN: GraphShape = { ...FIXED, dynamic: true };

/** Exports, loads, runs and compares at each input. */
async function check(name: TinyName, shape: GraphShape, inputs: readonly Shape4[], half = false): Promise<void> {
  const before = tf.memory().numTensors;
  const network = tinyNetwork(name);
  const files = graphModelFiles(await networkGraph(network, shape), half, {});
  const model = await tf.loadGraphModel(memoryHandler(files));
  for (const size of inputs) {
    const input = image(size);
    const expected = expectedOutputs(network, input);
    const got = model.predict(input) as tf.Tensor[];
    expectOutputs(got, expected, half ? 1e-2 : 1e-5);
    const byName = model.execute({ images: input }, ['output1', 'output0']) as tf.Tensor[];
    expect(byName.map((t) => t.shape)).toEqual([expected[1].shape, expected[0].shape]);
    tf.dispose([input, ...expected, ...got, ...byName]);
  }
  model.dispose();
  network.model.dispose();
  expect(tf.memory().numTensors).toBe(before);
}

describeOnBackends('a graph model', ['wasm', 'native', 'plain JavaScript'], () => {
  test('fixed size', () => check('tiny', FIXED, [[1, 64, 96, 3]]));
  test('fixed batch of two, three classes', () => check('tiny-3-classes', { ...FIXED, batch: 2 }, [[2, 64, 96, 3]]));
  test('any size and batch', () =>
    check('tiny-3-classes', OPEN, [
      [1, 64, 96, 3],
      [2, 96, 32, 3],
      [3, 32, 160, 3],
    ]));
  test.each(['tiny', 'tiny-3-classes'] as const)('NMS, by executeAsync (%s)', async (name) => {
    const network = tinyNetwork(name);
    for (const dynamic of [false, true]) {
      const graph = await networkGraph(network, { ...FIXED, dynamic, nms: NMS });
      const before = tf.memory().numTensors;
      const model = await tf.loadGraphModel(memoryHandler(graphModelFiles(graph, false, {})));
      const images = image([1, 64, 96, 3]);
      const got = (await model.executeAsync({ images }, ['output0', 'output1'])) as tf.Tensor[];
      const expected = expectedObjects(network, images, NMS);
      expectOutputs(got, expected, 1e-5);
      tf.dispose([images, ...got, ...expected]);
      model.dispose();
      expect(tf.memory().numTensors).toBe(before);
    }
    network.model.dispose();
  });
  test('weights in float16', () => check('tiny', OPEN, [[1, 64, 96, 3]], true));
});
