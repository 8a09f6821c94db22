import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, test } from 'vitest';
import { randomCheckpoint } from '../../../src/cli/bench/randomCheckpoint.js';
import { decode } from '../../../src/model/decode.js';
import { loadWeights } from '../../../src/model/load.js';
import { buildNetwork, runNetwork } from '../../../src/model/network.js';
import { inferArchitecture } from '../../../src/model/check.js';
import { readCheckpoint } from '../../../src/weights/checkpoint.js';

describe('randomCheckpoint', () => {
  beforeAll(async () => {
    await tf.setBackend('wasm');
  });

  test('gives equal bytes for equal seeds and others for others', () => {
    const bytes = randomCheckpoint('n', 7);
    expect(Buffer.compare(bytes, randomCheckpoint('n', 7))).toBe(0);
    expect(Buffer.compare(bytes, randomCheckpoint('n', 8))).not.toBe(0);
  });

  test('is a checkpoint of the scale with one class', async () => {
    const { tensors, names } = await readCheckpoint(randomCheckpoint('s'));
    expect(inferArchitecture(tensors)).toMatchObject({ scale: 's', classes: 1, regMax: 16, folded: false });
    expect(names).toEqual({ 0: 'object' });
  });

  test('scores from low to high on an image with detail, and its boxes are neither points nor everything', async () => {
    const { tensors } = await readCheckpoint(randomCheckpoint('n'));
    const network = buildNetwork(inferArchitecture(tensors));
    loadWeights(network, tensors);
    const size = 160;
    const { scores, boxes } = tf.tidy(() => {
      const x = tf.randomUniform<tf.Rank.R4>([1, size, size, 3], 0.3, 0.7, 'float32', 5);
      const decoded = decode(runNetwork(network, x), size, size, network.architecture);
      return { scores: decoded.scores.dataSync(), boxes: decoded.boxes.dataSync() };
    });
    network.model.dispose();
    const sorted = Array.from(scores).sort((a, b) => a - b);
    expect(sorted[0]).toBeLessThan(0.1);
    expect(sorted.at(-1)).toBeGreaterThan(0.3);
    const widths = Array.from(scores, (_, i) => boxes[4 * i + 2] - boxes[4 * i]);
    const mean = widths.reduce((sum, width) => sum + width / widths.length, 0);
    expect(mean).toBeGreaterThan(20);
    expect(mean).toBeLessThan(size);
  });
});
