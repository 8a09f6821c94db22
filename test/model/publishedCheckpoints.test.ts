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

const REFERENCE = new URL('../../../shared/reference/', import.meta.url);
const HEIGHT = 256;
const WIDTH = 320;

/** The fixtures' deterministic image, made as [3,H,W]. */
function fixtureImage(): tf.Tensor4D {
  const values = new Float32Array(3 * HEIGHT * WIDTH);
  let state = 7;
  for (let i = 0; i < values.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = state / 2 ** 32;
  }
  return tf.tidy(() => tf.transpose(tf.tensor4d(values, [1, 3, HEIGHT, WIDTH]), [0, 2, 3, 1]));
}

/** The values of a little-endian float32 .npy file. */
function npy(name: string): Float32Array {
  const bytes = readFileSync(new URL(`fixtures/${name}.npy`, REFERENCE));
  const start = 10 + bytes.readUInt16LE(8);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length));
}

function largestDifference(got: ArrayLike<number>, expected: Float32Array, from: number, to: number): number {
  let largest = 0;
  for (let i = from; i < to; i++) largest = Math.max(largest, Math.abs(got[i] - expected[i]));
  return largest;
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
    const { tensors } = await readCheckpoint(readFileSync(new URL(`checkpoints/old-8.0.120-${name}.pt`, REFERENCE)));
    const architecture = inferArchitecture(tensors);
    expect(architecture).toMatchObject({ scale: 'n', classes: 1, regMax, folded: false });
    const network = buildNetwork(architecture, { foldBatchNorm });
    loadWeights(network, tensors);
    const raw = runNetwork(network, fixtureImage());
    const rows = await detectionRows(raw, HEIGHT, WIDTH, architecture).data();
    const expected = npy(`out-${name}-det`); // [1,37,1680]
    expect(rows).toHaveLength(expected.length);
    const anchors = 1680;
    expect(largestDifference(rows, expected, 0, 4 * anchors)).toBeLessThan(0.05); // pixels
    expect(largestDifference(rows, expected, 4 * anchors, expected.length)).toBeLessThan(1e-4);
    const prototypes = await tf.transpose(raw.prototypes, [0, 3, 1, 2]).data();
    expect(largestDifference(prototypes, npy(`out-${name}-proto`), 0, prototypes.length)).toBeLessThan(1e-4);
    network.model.dispose();
  });
});
