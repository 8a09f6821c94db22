/** The SavedModel, run by TensorFlow's own library. */
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { networkGraph } from '../../src/export/graph/networkGraph.js';
import type { GraphShape } from '../../src/export/ports.js';
import { savedModelBytes } from '../../src/export/graph/savedModel.js';
import { loadGraph } from '../../src/runtime/compile/loadGraph.js';
import { tinyNetwork } from '../support/tinyNetwork.js';
import { expectOutputs, expectedObjects, expectedOutputs, NMS, image, type Shape4 } from '../support/exports.js';
import { describeOnBackends } from '../support/devices.js';

const FIXED: GraphShape = { height: 64, width: 96, batch: 1, dynamic: false };
const OPEN: GraphShape = { ...FIXED, dynamic: true };

interface Outputs {
  output0: tf.Tensor3D;
  output1: tf.Tensor4D;
}

describeOnBackends('a SavedModel', ['native'], () => {
  test.each([
    ['fixed size', FIXED, false, [[1, 64, 96, 3]]],
    ['any size and batch', OPEN, false, [[1, 64, 96, 3], [2, 96, 32, 3]]], // prettier-ignore
    ['weights in float16', FIXED, true, [[1, 64, 96, 3]]],
  ] as [string, GraphShape, boolean, Shape4[]][])('%s', async (_name, shape, half, sizes) => {
    const before = tf.memory().numTensors;
    const network = tinyNetwork('tiny-3-classes');
    const bytes = savedModelBytes(await networkGraph(network, shape), half);
    const graph = await loadGraph<{ images: tf.Tensor4D }, Outputs>(bytes);
    for (const size of sizes) {
      const images = image(size);
      const { output0, output1 } = graph.run({ images });
      const expected = expectedOutputs(network, images);
      expectOutputs([output0, output1], expected, half ? 1e-2 : 1e-5);
      tf.dispose([images, output0, output1, ...expected]);
    }
    graph.dispose();
    network.model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test.each(['tiny', 'tiny-3-classes'] as const)('NMS: the objects that tfjs keeps, then zeros (%s)', async (name) => {
    const network = tinyNetwork(name);
    const bytes = savedModelBytes(await networkGraph(network, { ...OPEN, nms: NMS }), false);
    const graph = await loadGraph<{ images: tf.Tensor4D }, Outputs>(bytes);
    const images = image([1, 64, 96, 3]);
    const { output0, output1 } = graph.run({ images });
    const expected = expectedObjects(network, images, NMS);
    expectOutputs([output0, output1], expected, 1e-5);
    tf.dispose([images, output0, output1, ...expected]);
    graph.dispose();
    network.model.dispose();
  });
});
