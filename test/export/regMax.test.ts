/** FastSAM-x has 26 bins a side, others 16; 1 means plain distances. Each format in its own runtime. */
import * as tf from '@tensorflow/tfjs';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { networkGraph } from '../../src/export/graph/networkGraph.js';
import { exportOnnx } from '../../src/export/onnx/exportOnnx.js';
import type { GraphShape } from '../../src/export/ports.js';
import { graphModelFiles } from '../../src/export/tfjs/graphModel.js';
import { layersModelFiles } from '../../src/export/tfjs/layersModel.js';
import { stockModel } from '../../src/export/tfjs/stockModel.js';
import { architectureFor } from '../../src/model/architecture.js';
import { YOLOV8_SEG } from '../../src/model/families/yolov8Seg.js';
import { buildNetwork, type Network } from '../../src/model/network.js';
import { expectOutputs, expectedOutputs, memoryHandler, image } from '../support/exports.js';
import { describeOnBackends } from '../support/devices.js';

const SHAPE: GraphShape = { height: 64, width: 64, batch: 1, dynamic: false };

ort.env.wasm.numThreads = 1;

/** A small network with random weights, large enough that bins differ. */
function randomNetwork(regMax: number): Network {
  const scaling = { depth: 0.33, width: 0.0625, maxChannels: 512 };
  const network = buildNetwork(architectureFor(YOLOV8_SEG, scaling, { regMax, maskCoefficients: 8 }));
  const random = network.model.getWeights().map(({ shape }, i) => {
    return tf.randomNormal(shape, 0, shape.length === 4 ? 1.5 / Math.sqrt(shape[0] * shape[1] * shape[2]) : 0.5, 'float32', i); // prettier-ignore
  });
  network.model.setWeights(random);
  tf.dispose(random);
  return network;
}

describeOnBackends('exports with bins', ['wasm', 'native'], () => {
  test.each([1, 16, 26])('regMax %i', async (regMax) => {
    const before = tf.memory().numTensors;
    const network = randomNetwork(regMax);
    const input = image([1, 64, 64, 3]);
    const expected = expectedOutputs(network, input);
    expect(network.architecture.regMax).toBe(regMax);

    const graph = await tf.loadGraphModel(
      memoryHandler(graphModelFiles(await networkGraph(network, SHAPE), false, {})),
    );
    const byGraph = graph.predict(input) as tf.Tensor[];
    expectOutputs(byGraph, expected, 1e-5);

    const stock = await stockModel(network, SHAPE);
    const layers = await tf.loadLayersModel(memoryHandler(await layersModelFiles(stock, false, {})));
    const byLayers = layers.predict(input) as tf.Tensor[];
    expectOutputs(byLayers, expected, 1e-5);

    const session = await ort.InferenceSession.create(
      await exportOnnx(network, { ...SHAPE, half: false, opset: 18 }, {}),
    );
    const channelsFirst = tf.transpose(input, [0, 3, 1, 2]);
    const images = new ort.Tensor('float32', await channelsFirst.data<'float32'>(), channelsFirst.shape);
    const { output0 } = await session.run({ images });
    const byOnnx = tf.tensor(output0.data as Float32Array, [...output0.dims]);
    expectOutputs([byOnnx], [expected[0]], 1e-5);

    await session.release();
    tf.dispose([input, channelsFirst, byOnnx, ...expected, ...byGraph, ...byLayers]);
    graph.dispose();
    layers.dispose();
    stock.dispose();
    network.model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
