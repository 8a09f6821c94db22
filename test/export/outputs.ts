/** What an export has to give, by the network's own layers. */
import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import type { ExportedFile } from '../../src/export/exportedFile.js';
import { detectionRows } from '../../src/model/decode.js';
import { runNetwork, type Network } from '../../src/model/network.js';

export type Shape4 = [batch: number, height: number, width: number, channels: number];

export const picture = (shape: Shape4): tf.Tensor4D => tf.randomUniform<tf.Rank.R4>(shape, 0, 1, 'float32', 7);

/** [output0, output1]: rows as Ultralytics' `model.22`, and prototypes, channels last. */
export function expectedOutputs(network: Network, input: tf.Tensor4D): [tf.Tensor3D, tf.Tensor4D] {
  const raw = runNetwork(network, input);
  const rows = detectionRows(raw, input.shape[1], input.shape[2], network.architecture.regMax);
  tf.dispose([raw.boxes, raw.classes, raw.coefficients]);
  return [rows, raw.prototypes];
}

/** Compares row by row, each relative to its own largest value: boxes are hundreds, scores thousandths. */
export function expectClose(got: readonly tf.Tensor[], expected: readonly tf.Tensor[], tolerance: number): void {
  expect(got.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
  got.forEach((tensor, i) => {
    const [a, b] = [tensor.dataSync(), expected[i].dataSync()];
    expect(largestDifference(a, b)).toBeLessThanOrEqual(tolerance);
    const span = expected[i].shape.at(-1) ?? 1;
    if (i === 0) {
      for (let start = 0; start < b.length; start += span) {
        const [x, y] = [a.slice(start, start + span), b.slice(start, start + span)];
        expect(largestDifference(x, y)).toBeLessThanOrEqual(tolerance);
      }
    }
  });
}

/** The largest difference relative to the largest expected value. */
export function largestDifference(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const d = Math.abs(got[i] - expected[i]);
    if (!(d <= difference)) difference = d; // NaN too
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return difference / largest;
}

/** Serves the files of a tfjs model from memory, as a web server would. */
export function memoryHandler(files: readonly ExportedFile[]): tf.io.IOHandler {
  const bytesOf = (name: string): Uint8Array => {
    const file = files.find((f) => f.name === name);
    if (!file) throw new Error(`${name}: not among the files`);
    return file.bytes;
  };
  const load = (url: string | URL | Request): Promise<Response> => {
    const name = new URL(url instanceof Request ? url.url : url).pathname.slice(1);
    const type = name.endsWith('.json') ? 'application/json' : 'application/octet-stream';
    return Promise.resolve(new Response(bytesOf(name).slice(), { headers: { 'content-type': type } }));
  };
  return tf.io.http('http://localhost/model.json', { fetchFunc: load });
}
