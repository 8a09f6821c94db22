/** What an export has to give, by the network's own layers. */
import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import type { TensorLike } from './allclose.js';
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

/** Compares [output0, output1]: rows of output0 relative to their own largest value, for boxes are hundreds, scores thousandths. */
export function expectOutputs(got: readonly TensorLike[], expected: readonly TensorLike[], rtol: number): void {
  expect(got).toHaveLength(expected.length);
  got.forEach((tensor, i) => {
    expect(tensor, `output${i}`).toBeAllclose(expected[i], { rtol, relativeTo: i === 0 ? 'row' : 'largest' });
  });
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
