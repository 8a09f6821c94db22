import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { anchorGrid, decode, detectionRows } from '../../src/model/decode.js';
import { YOLOV8_SEG } from '../../src/model/families/yolov8Seg.js';
import type { RawOutputs } from '../../src/model/network.js';
import { describeOnBackends } from '../support/devices.js';

const NETWORK = { family: YOLOV8_SEG, regMax: 3 };

/** What a network with 3 bins, 2 classes and 1 coefficient gives for a 32x32 image: 16 + 4 + 1 anchors. */
function rawOutputs(): RawOutputs {
  const boxes = tf.buffer([1, 21, 12]);
  const bins = [0, 1, 2, 1]; // left, top, right, bottom
  for (let a = 0; a < 21; a++) for (const [side, bin] of bins.entries()) boxes.set(60, 0, a, side * 3 + bin);
  return {
    boxes: boxes.toTensor() as tf.Tensor3D,
    classes: tf.tensor3d([Array.from({ length: 21 }, (_, a) => [a - 10, 0])]),
    coefficients: tf.ones([1, 21, 1]),
    prototypes: tf.zeros([1, 8, 8, 1]),
  };
}

describeOnBackends('decoding', ['wasm', 'native', 'plain JavaScript'], () => {
  test('anchors stand in the middle of their cells, fine level first, row by row', () => {
    const { centres, strides } = anchorGrid(32, 64, [8, 16, 32]);
    expect([...centres.slice(0, 6)]).toEqual([4, 4, 12, 4, 20, 4]);
    expect([...centres.slice(16, 18)]).toEqual([4, 12]); // second row of 8 cells
    expect([...centres.slice(64, 68)]).toEqual([8, 8, 24, 8]); // stride 16
    expect([...centres.slice(-4)]).toEqual([16, 16, 48, 16]); // stride 32
    expect([...strides]).toEqual([...Array<number>(32).fill(8), ...Array<number>(8).fill(16), 32, 32]);
  });

  test('1024 x 1024 has 21,504 anchors', () => {
    expect(anchorGrid(1024, 1024, [8, 16, 32]).strides).toHaveLength(21504);
  });

  test('boxes are distances from the anchor in strides, in pixels', () => {
    const raw = rawOutputs();
    const decoded = decode(raw, 32, 32, NETWORK);
    const boxes = decoded.boxes.arraySync()[0];
    expect(boxes[0].map(Math.round)).toEqual([4, -4, 20, 12]); // centre 4,4, stride 8: beyond the image's edge
    expect(boxes[16].map(Math.round)).toEqual([8, -8, 40, 24]); // centre 8,8, stride 16
    expect(boxes[20].map(Math.round)).toEqual([16, -16, 80, 48]); // centre 16,16, stride 32
  });

  test('scores are those of the best class, which is named', () => {
    const { scores, classes } = decode(rawOutputs(), 32, 32, NETWORK);
    expect(scores.shape).toEqual([1, 21]);
    expect(classes.dtype).toBe('int32');
    const [s, c] = [scores.arraySync()[0], classes.arraySync()[0]];
    expect(s[0]).toBeCloseTo(0.5, 6);
    expect(c[0]).toBe(1);
    expect(s[12]).toBeCloseTo(1 / (1 + Math.exp(-2)), 6);
    expect(c[12]).toBe(0);
  });

  test("Ultralytics' rows: centre, size, class scores, coefficients", () => {
    const rows = detectionRows(rawOutputs(), 32, 32, NETWORK);
    expect(rows.shape).toEqual([1, 7, 21]);
    const last = rows.arraySync()[0].map((row) => row[20]);
    expect(last).toBeAllclose([48, 16, 64, 64, 1 / (1 + Math.exp(-10)), 0.5, 1], { atol: 5e-5 });
  });

  test('nothing leaks', () => {
    const raw = rawOutputs();
    const before = tf.memory().numTensors;
    const decoded = decode(raw, 32, 32, NETWORK);
    tf.dispose([{ ...decoded }, detectionRows(raw, 32, 32, NETWORK)] as never);
    expect(tf.memory().numTensors).toBe(before);
    expect(raw.coefficients.isDisposed).toBe(false);
  });
});
