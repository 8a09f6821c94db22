/** Networks that are not standard, in every format and as compiled graphs: each computes what the layers do. */
import * as tf from '@tensorflow/tfjs';
import * as ort from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import { exportOnnx } from '../../src/export/onnx/exportOnnx.js';
import { networkGraph } from '../../src/export/graph/networkGraph.js';
import { savedModelBytes } from '../../src/export/graph/savedModel.js';
import { graphModelFiles } from '../../src/export/tfjs/graphModel.js';
import { stockModel } from '../../src/export/tfjs/stockModel.js';
import { FastSAM } from '../../src/fastsam.js';
import { STANDARD_SETTINGS, type NetworkSettings } from '../../src/layers/settings.js';
import { CompiledDetector } from '../../src/model/compiledDetector.js';
import { LayersDetector } from '../../src/model/layersDetector.js';
import { loadWeights } from '../../src/model/load.js';
import { buildNetwork, type Network } from '../../src/model/network.js';
import { openCheckpoint } from '../../src/model/open.js';
import { loadGraph } from '../../src/runtime/compile/loadGraph.js';
import { rejectionOf } from '../support/errors.js';
import { expectOutputs, expectedOutputs, image, memoryHandler } from '../support/exports.js';
import { goldenBytes } from '../support/golden.js';
import { activate, describeOnBackends } from '../support/devices.js';

const VARIANTS = ['relu', 'leaky', 'mixed', 'blocks', 'epsilon'];
const SHAPE = { height: 64, width: 96, batch: 1, dynamic: false };
/** These networks amplify rounding; another activation changes whole digits. */
const TOLERANCE = 5e-3;
const OPEN = { ...SHAPE, dynamic: true };

const bytesOf = (variant: string): Uint8Array => goldenBytes(`settings/${variant}.pt.gz`);

async function networkOf(variant: string, settings: Partial<NetworkSettings> = {}): Promise<Network> {
  const { architecture, checkpoint } = await openCheckpoint(bytesOf(variant));
  const network = buildNetwork({ ...architecture, settings: { ...architecture.settings, ...settings } });
  loadWeights(network, checkpoint.tensors);
  return network;
}

/** Holds what a model of tfjs computes against the network's layers, and disposes of both. */
function expectSame(model: tf.GraphModel | tf.LayersModel, network: Network): void {
  const input = image([1, 64, 96, 3]);
  const expected = expectedOutputs(network, input);
  const got = model.predict(input) as tf.Tensor[];
  expectOutputs(got, expected, TOLERANCE);
  tf.dispose([input, ...expected, ...got]);
  model.dispose();
  network.model.dispose();
}

/** The settings of an ONNX file are the network's; batch norm, and its epsilon with it, is folded in one. */
async function expectSettings(bytes: Uint8Array, network: Network): Promise<void> {
  const { epsilon, epsilons } = STANDARD_SETTINGS;
  const { settings } = (await openCheckpoint(bytes)).architecture;
  expect(settings).toEqual({ ...network.architecture.settings, epsilon, epsilons });
}

describe.each(VARIANTS)('ONNX of %s', (variant) => {
  test.each([13, 17])('opset %d: ONNX Runtime computes the same, and it reads back as it was', async (opset) => {
    await activate('wasm');
    const network = await networkOf(variant);
    const bytes = await exportOnnx(network, { ...SHAPE, half: false, opset }, {});
    const input = image([1, 64, 96, 3]);
    const expected = expectedOutputs(network, input);
    const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
    const planes = tf.transpose(input, [0, 3, 1, 2]);
    const images = new ort.Tensor('float32', (await planes.data()) as Float32Array, planes.shape);
    const { output0, output1 } = await session.run({ images });
    const prototypes = tf.tidy(() =>
      tf.transpose(
        tf.tensor4d(output1.data as Float32Array, [...output1.dims] as [number, number, number, number]),
        [0, 2, 3, 1],
      ),
    );
    const rows = tf.tensor(output0.data as Float32Array, [...output0.dims]);
    expectOutputs([rows, prototypes], expected, TOLERANCE);
    await session.release();

    await expectSettings(bytes, network);
    tf.dispose([input, planes, rows, prototypes, ...expected]);
    network.model.dispose();
  });

  test('in half precision it reads back as it was', async () => {
    const network = await networkOf(variant);
    await expectSettings(await exportOnnx(network, { ...OPEN, half: true, opset: 17 }, {}), network);
    network.model.dispose();
  });
});

describeOnBackends('tfjs graph models', ['wasm', 'native', 'plain JavaScript'], () => {
  test.each(VARIANTS)('%s', async (variant) => {
    const network = await networkOf(variant);
    const model = await tf.loadGraphModel(memoryHandler(graphModelFiles(await networkGraph(network, OPEN), false, {})));
    expectSame(model, network);
  });
});

describeOnBackends('tfjs layers models', ['wasm', 'native'], () => {
  test.each(['relu', 'leaky', 'blocks', 'most'])('%s', async (variant) => {
    const most: NetworkSettings['activations'] = {
      'model.1': { kind: 'GELU' },
      'model.2.cv1': { kind: 'Mish' },
      'model.4.cv1': { kind: 'ReLU6' },
      'model.5': { kind: 'ELU', alpha: 1 },
      'model.7': { kind: 'Tanh' },
      'model.8.cv1': { kind: 'Sigmoid' },
      'model.9.cv1': { kind: 'Identity' },
    };
    const network = await (variant === 'most' ? networkOf('mixed', { activations: most }) : networkOf(variant));
    expectSame(await stockModel(network, { batch: null, height: null, width: null }), network);
  });

  test('what tfjs has no layer for is refused, and the format that is advised has it', async () => {
    const model = await FastSAM.load(bytesOf('mixed'), { device: 'cpu' });
    const error = await rejectionOf(() => model.export('tfjs', null, { imgsz: 64 }));
    expect(error.message).toMatch(/got a network with (Hardswish|ELU\(0\.7\)).*use the format 'tfjs_graph'/);
    expect((await model.export('tfjs_graph', null, { imgsz: 64 })).bytes).toBeGreaterThan(10_000);
    model.dispose();
  });
});

describeOnBackends('on the native library', ['native'], () => {
  test.each(VARIANTS)('%s as SavedModel', async (variant) => {
    const network = await networkOf(variant);
    const bytes = savedModelBytes(await networkGraph(network, OPEN), false);
    const graph = await loadGraph<{ images: tf.Tensor4D }, { output0: tf.Tensor3D; output1: tf.Tensor4D }>(bytes);
    const images = image([1, 64, 96, 3]);
    const expected = expectedOutputs(network, images);
    const { output0, output1 } = graph.run({ images });
    expectOutputs([output0, output1], expected, TOLERANCE);
    tf.dispose([images, output0, output1, ...expected]);
    graph.dispose();
    network.model.dispose();
  });

  test.each(VARIANTS)(
    '%s compiled finds what the layers find, at another size than it was traced at',
    async (variant) => {
      const network = await networkOf(variant);
      const input = {
        images: [Uint8Array.from({ length: 96 * 160 * 3 }, (_, i) => (i * 7919) % 256)],
        width: 160,
        height: 96,
      };
      const thresholds = { conf: 0.01, iou: 0.7, maxDet: 50 };
      const compiled = await CompiledDetector.create(network);
      const [[a], [b]] = await Promise.all([
        compiled.detect(input, thresholds),
        new LayersDetector(network).detect(input, thresholds),
      ]);
      expect(a.scores.length).toBeGreaterThan(3);
      expect(a.scores).toHaveLength(b.scores.length);
      const near = (values: Float32Array) => ({ shape: [values.length], dataSync: () => values });
      expect(near(a.scores)).toBeAllclose(near(b.scores), { rtol: 0.02, atol: 1e-3 });
      expect(near(a.prototypes.data)).toBeAllclose(near(b.prototypes.data), { rtol: 0.02, relativeTo: 'largest' });
      compiled.dispose();
      network.model.dispose();
    },
  );
});

test('safetensors keep them', async () => {
  const model = await FastSAM.load(bytesOf('mixed'), { device: 'wasm' });
  const { files } = await model.export('safetensors', null);
  const { settings } = (await openCheckpoint(files[0].bytes)).architecture;
  expect(settings).toEqual(model.info.architecture.settings);
  model.dispose();
});
