/** What an export has to give, by the network's own layers. */
import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import type { ExportedFile } from '../../src/export/exportedFile.js';
import type { NmsLimits } from '../../src/export/ports.js';
import { detectionRows } from '../../src/model/decode.js';
import { runNetwork, type Network } from '../../src/model/network.js';

export type Shape4 = [batch: number, height: number, width: number, channels: number];

export const image = (shape: Shape4): tf.Tensor4D => tf.randomUniform<tf.Rank.R4>(shape, 0, 1, 'float32', 7);

/** [output0, output1]: rows as Ultralytics' `model.22`, and prototypes, channels last. */
export function expectedOutputs(network: Network, input: tf.Tensor4D): [tf.Tensor3D, tf.Tensor4D] {
  const raw = runNetwork(network, input);
  const rows = detectionRows(raw, input.shape[1], input.shape[2], network.architecture);
  tf.dispose([raw.boxes, raw.classes, raw.coefficients]);
  return [rows, raw.prototypes];
}

/** Limits by which some of the small networks' boxes fall, and rows stay empty. */
export const NMS: NmsLimits = { conf: 0.001, iou: 0.5, maxDet: 100 };

/** [output0, output1] with NMS, of one image: what tfjs' own NMS keeps, each class for itself. */
export function expectedObjects(network: Network, input: tf.Tensor4D, nms: NmsLimits): [tf.Tensor3D, tf.Tensor4D] {
  const [rows, prototypes] = expectedOutputs(network, input);
  const { classes, maskCoefficients: k } = network.architecture;
  const objects = tf.tidy(() => {
    const columns = tf.transpose(tf.squeeze<tf.Tensor2D>(rows, [0]));
    const [centre, size, scores, coefficients] = tf.split<tf.Tensor2D>(columns, [2, 2, classes, k], 1);
    const half = tf.div<tf.Tensor2D>(size, 2);
    const boxes = tf.concat2d([tf.sub(centre, half), tf.add(centre, half)], 1);
    const score = tf.max<tf.Tensor2D>(scores, 1, true);
    const label = tf.expandDims<tf.Tensor2D>(tf.cast(tf.argMax(scores, 1), 'float32'), 1);
    const apart = tf.add<tf.Tensor2D>(boxes, tf.mul(label, 10_000));
    const kept = tf.image.nonMaxSuppression(apart, tf.squeeze(score, [1]), nms.maxDet, nms.iou, nms.conf);
    const found = tf.gather(tf.concat<tf.Tensor2D>([boxes, score, label, coefficients], 1), kept);
    expect(found.shape[0]).toBeGreaterThan(10);
    expect(found.shape[0]).toBeLessThan(nms.maxDet);
    return tf.expandDims<tf.Tensor3D>(tf.pad(found, [[0, nms.maxDet - found.shape[0]], [0, 0]]), 0); // prettier-ignore
  });
  rows.dispose();
  return [objects, prototypes];
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

/** The largest difference relative to the largest expected value; of zeros, only zeros differ by 0. */
export function largestDifference(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const d = Math.abs(got[i] - expected[i]);
    if (!(d <= difference)) difference = d; // NaN too
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return difference === 0 ? 0 : difference / largest;
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
