/** The tfjs layers model, run by plain tfjs: no layer of ours may be needed. */
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { layersModelFiles } from '../../src/export/tfjs/layersModel.js';
import { stockModel, type StockInput } from '../../src/export/tfjs/stockModel.js';
import { tinyNetwork, type TinyName } from '../support/tinyNetwork.js';
import { expectOutputs, expectedOutputs, memoryHandler, image, type Shape4 } from '../support/exports.js';
import { activate, describeOnBackends } from '../support/devices.js';

const OPEN: StockInput = { batch: null, height: null, width: null };

interface Check {
  readonly half?: boolean;
  readonly tolerance?: number;
}

async function check(
  name: TinyName,
  shape: StockInput,
  inputs: readonly Shape4[],
  { half = false, tolerance = 1e-5 }: Check = {},
): Promise<void> {
  const before = tf.memory().numTensors;
  const network = tinyNetwork(name);
  const stock = await stockModel(network, shape);
  const files = await layersModelFiles(stock, half, {});
  stock.dispose();
  expect(new TextDecoder().decode(files[0].bytes)).not.toMatch(/"class_name":"FastSam/);
  const model = await tf.loadLayersModel(memoryHandler(files));
  for (const size of inputs) {
    const input = image(size);
    const expected = expectedOutputs(network, input);
    const got = model.predict(input, { batchSize: size[0] }) as tf.Tensor[];
    expectOutputs(got, expected, tolerance);
    tf.dispose([input, ...expected, ...got]);
  }
  model.dispose();
  network.model.dispose();
  expect(tf.memory().numTensors).toBe(before);
}

describeOnBackends('a layers model', ['wasm', 'native', 'plain JavaScript'], () => {
  test('fixed size', () => check('tiny', { batch: 1, height: 64, width: 96 }, [[1, 64, 96, 3]]));
  test('any size and batch, three classes', () =>
    check('tiny-3-classes', OPEN, [
      [1, 64, 96, 3],
      [2, 96, 32, 3],
    ]));
  test('weights in float16', () => check('tiny', OPEN, [[1, 64, 96, 3]], { half: true, tolerance: 1e-2 }));
});

test.each([
  ['4,608 px', [1, 32, 4608, 3]],
  ['33,024 px, upright', [1, 33_024, 32, 3]],
] as [string, Shape4][])('an image of %s has its boxes in the right place', async (_, size) => {
  await activate('wasm');
  // Our own heights are differences of places, rounded to 1/512 px out there.
  await check('tiny', OPEN, [size], { tolerance: 1e-4 });
});
