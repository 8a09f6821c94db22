/** Checkpoints that Ultralytics 8.0.120 wrote, and what it computes from them. Large: not in the repository. */
import { existsSync, readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, test } from 'vitest';
import { detectionRows } from '../../src/model/decode.js';
import { loadWeights } from '../../src/model/load.js';
import { buildNetwork, runNetwork } from '../../src/model/network.js';
import { inferArchitecture } from '../../src/model/check.js';
import { readCheckpoint } from '../../src/weights/checkpoint.js';
import { shared } from '../support/paths.js';
import { lcg } from '../support/random.js';

const REFERENCE = shared('reference');
const HEIGHT = 256;
const WIDTH = 320;

/** The fixtures' deterministic image, made as [3,H,W]. */
function fixtureImage(): tf.Tensor4D {
  const next = lcg(7);
  const values = Float32Array.from({ length: 3 * HEIGHT * WIDTH }, () => next() / 2 ** 32);
  return tf.tidy(() => tf.transpose(tf.tensor4d(values, [1, 3, HEIGHT, WIDTH]), [0, 2, 3, 1]));
}

/** The values of a little-endian float32 .npy file. */
function npy(name: string): Float32Array {
  const bytes = readFileSync(`${REFERENCE}/fixtures/${name}.npy`);
  const start = 10 + bytes.readUInt16LE(8);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length));
}

beforeAll(async () => {
  await tf.setBackend('wasm');
  await tf.ready();
});

describe.skipIf(!existsSync(REFERENCE))('checkpoints and outputs of 2023 (skipped where ../shared is absent)', () => {
  test.each([
    ['n', 16, true],
    ['n', 16, false],
    ['n-reg26', 26, true],
  ] as const)('%s, regMax %i, batch norm folded: %s', async (name, regMax, foldBatchNorm) => {
    const { tensors } = await readCheckpoint(readFileSync(`${REFERENCE}/checkpoints/old-8.0.120-${name}.pt`));
    const architecture = inferArchitecture(tensors);
    expect(architecture).toMatchObject({ scale: 'n', classes: 1, regMax, folded: false });
    const network = buildNetwork(architecture, { foldBatchNorm });
    loadWeights(network, tensors);
    const raw = runNetwork(network, fixtureImage());
    const rows = detectionRows(raw, HEIGHT, WIDTH, architecture); // [1,37,1680]
    const expected = tf.tensor(npy(`out-${name}-det`), rows.shape);
    const [boxes, rest] = tf.split(rows, [4, 33], 1);
    const [expectedBoxes, expectedRest] = tf.split(expected, [4, 33], 1);
    expect(boxes).toBeAllclose(expectedBoxes, { atol: 0.05 }); // pixels
    expect(rest).toBeAllclose(expectedRest, { atol: 1e-4 });
    expect(tf.transpose(raw.prototypes, [0, 3, 1, 2])).toBeAllclose(npy(`out-${name}-proto`), { atol: 1e-4 });
    network.model.dispose();
  });
});
