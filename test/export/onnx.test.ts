import * as tf from '@tensorflow/tfjs';
import * as ort from 'onnxruntime-web';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportMetadata, metadataStrings } from '../../src/export/metadata.js';
import { exportOnnx } from '../../src/export/onnx/exportOnnx.js';
import { planExport, type ExportOptions } from '../../src/export/options.js';
import type { ModelInfo } from '../../src/model/info.js';
import { loadWeights } from '../../src/model/load.js';
import { buildNetwork, type Network } from '../../src/model/network.js';
import { inferArchitecture } from '../../src/model/check.js';
import { readCheckpoint } from '../../src/weights/checkpoint.js';
import { tinyNetwork } from '../support/tinyNetwork.js';
import { expectedOutputs, expectOutputs, image, type Shape4 } from '../support/exports.js';
import { goldenBytes } from '../support/golden.js';
import type { TensorLike } from '../support/allclose.js';
import { activate } from '../support/devices.js';

/** The same small network as Ultralytics exported it (tools/golden/onnxModels.py). */
const golden = (form: string): Uint8Array => goldenBytes(`onnx/${form}.onnx.gz`);

type Facts = Pick<ModelInfo, 'classNames' | 'metadata'>;

/** What `model.export('onnx')` writes. */
function exported(network: Network, options: ExportOptions, facts: Facts = { classNames: {}, metadata: {} }) {
  const plan = planExport('onnx', options, { imgsz: SIZE, maxStride: 32 });
  const defaults = { imgsz: SIZE, conf: 0.3, iou: 0.6 };
  const model = { name: 'tiny', architecture: network.architecture, defaults, ...facts };
  return exportOnnx(network, plan, metadataStrings(exportMetadata(model, plan)));
}

interface Output extends TensorLike {
  readonly data: Float32Array;
}

/** Runs a model in ONNX Runtime. @param x [B,H,W,3]. */
async function run(model: Uint8Array, x: tf.Tensor4D): Promise<[Output, Output]> {
  const session = await ort.InferenceSession.create(model, { logSeverityLevel: 3 });
  const channelsFirst = tf.transpose(x, [0, 3, 1, 2]);
  const images = new ort.Tensor('float32', (await channelsFirst.data()) as Float32Array, channelsFirst.shape);
  channelsFirst.dispose();
  const { output0, output1 } = await session.run({ images });
  await session.release();
  const outputOf = ({ dims, data }: ort.Tensor): Output => ({
    shape: dims,
    data: data as Float32Array,
    dataSync: () => data,
  });
  return [outputOf(output0), outputOf(output1)];
}

/** What our own layers say, in the layout of the file. */
function ours(network: Network, x: tf.Tensor4D): TensorLike[] {
  const [rows, channelsLast] = expectedOutputs(network, x);
  const prototypes = tf.transpose(channelsLast, [0, 3, 1, 2]);
  const outputs = [rows, prototypes].map((tensor) => {
    const values = tensor.dataSync();
    return { shape: tensor.shape, dataSync: () => values };
  });
  tf.dispose([rows, channelsLast, prototypes]);
  return outputs;
}

/** Differences relative to the largest value: of each output, and, more loosely, of each row of output0 by itself. */
function expectSame(got: readonly TensorLike[], expected: readonly TensorLike[], rtol: number): void {
  expectOutputs(got, expected, ROW * rtol);
  got.forEach((tensor, i) => {
    expect(tensor, `output${i}`).toBeAllclose(expected[i], { rtol, relativeTo: 'largest' });
  });
}

const ROW = 3;
const FULL = 1e-5;
const HALF = 2e-2;
const SIZE = 64;
const GOLDEN_NMS = { conf: 0.5, iou: 0.6, maxDet: 20 };
const input = (...shape: Shape4): tf.Tensor4D => image(shape);

beforeAll(async () => {
  ort.env.wasm.numThreads = 1;
  await activate('plain JavaScript');
});

describe('an ONNX export, in ONNX Runtime', () => {
  test.each(['tiny', 'tiny-3-classes'] as const)('%s: gives what the layers give', async (name) => {
    const network = tinyNetwork(name);
    const x = input(2, 64, 96, 3);
    const before = tf.memory().numTensors;
    const model = await exported(network, { imgsz: [64, 96], batch: 2 });
    expectSame(await run(model, x), ours(network, x), FULL);
    expect(tf.memory().numTensors).toBe(before);
    x.dispose();
    network.model.dispose();
  });

  test('takes any size and batch where it is dynamic', async () => {
    const network = tinyNetwork('tiny-3-classes');
    const model = await exported(network, { imgsz: 64, dynamic: true });
    for (const shape of [
      [1, 64, 64, 3],
      [3, 32, 96, 3],
      [2, 128, 64, 3],
    ] as Shape4[]) {
      const x = image(shape);
      expectSame(await run(model, x), ours(network, x), FULL);
      x.dispose();
    }
    network.model.dispose();
  });

  test.each([13, 17, 20])('runs in operator set %i', async (opset) => {
    const network = tinyNetwork('tiny');
    const x = input(1, 64, 64, 3);
    expectSame(await run(await exported(network, { imgsz: 64, opset }), x), ours(network, x), FULL);
    await run(await exported(network, { imgsz: 64, opset, dynamic: true, nms: true }), x);
    x.dispose();
    network.model.dispose();
  });

  test('comes back with the same weights', async () => {
    const network = tinyNetwork('tiny-3-classes');
    const classNames = { 0: "dog's", 1: 'b "c"\n\\', 2: 'é' };
    const metadata = { license: 'AGPL-3.0', version: '8.0.1', date: '2023' };
    const read = await readCheckpoint(await exported(network, { imgsz: [64, 96] }, { classNames, metadata }));
    const { license, version } = metadata;
    expect(read).toMatchObject({ format: 'onnx', imgsz: 96, names: classNames, metadata: { license, version } });
    const again = buildNetwork(inferArchitecture(read.tensors));
    loadWeights(again, read.tensors);
    const values = ({ model }: Network): number[][] => model.getWeights().map((tensor) => [...tensor.dataSync()]);
    expect(values(again)).toEqual(values(network));
    again.model.dispose();
    network.model.dispose();
  });
});

describe("an ONNX export beside Ultralytics' own of the same weights", () => {
  let network: Network;
  beforeAll(async () => {
    const { tensors } = await readCheckpoint(golden('slim'));
    network = buildNetwork(inferArchitecture(tensors));
    loadWeights(network, tensors);
  });
  afterAll(() => {
    network.model.dispose();
  });

  test.each<[string, ExportOptions, Shape4[], number]>([
    ['slim', {}, [[1, SIZE, SIZE, 3]], FULL],
    ['dynamic', { dynamic: true }, [[1, SIZE, SIZE, 3], [2, 96, 32, 3]], FULL], // prettier-ignore
    ['half', { half: true }, [[1, SIZE, SIZE, 3]], HALF],
    ['nms', { nms: GOLDEN_NMS }, [[1, SIZE, SIZE, 3]], FULL],
    ['nms-dynamic', { nms: GOLDEN_NMS, dynamic: true }, [[2, SIZE, SIZE, 3], [2, 96, 128, 3]], FULL], // prettier-ignore
  ])('%s: gives the same', async (form, options, shapes, tolerance) => {
    const model = await exported(network, { imgsz: SIZE, ...options });
    for (const shape of shapes) {
      const x = image(shape);
      const theirs = await run(golden(form), x);
      if (options.nms) {
        const scores = theirs[0].data.filter((_, i) => i % 14 === 4);
        expect(scores.some((score) => score > 0)).toBe(true);
      }
      expectSame(await run(model, x), theirs, tolerance);
      x.dispose();
    }
  });

  test('finds nothing where nothing scores', async () => {
    const model = await exported(network, { imgsz: SIZE, nms: { conf: 1 }, half: true });
    const x = input(1, SIZE, SIZE, 3);
    const [found] = await run(model, x);
    expect(found.shape).toEqual([1, 300, 14]);
    expect(found.data.every((value) => value === 0)).toBe(true);
    x.dispose();
  });
});
