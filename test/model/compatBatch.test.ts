/** What the choices of a peer mean for a list of images; the network is replaced by detections made up for the test. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { architectureFor } from '../../src/model/architecture.js';
import { YOLOV8_SEG } from '../../src/model/families/yolov8Seg.js';
import type { Detections, Detector } from '../../src/model/detector.js';
import type { ModelInfo } from '../../src/model/info.js';
import { resolveOptions, type SegmentOptions } from '../../src/model/options.js';
import { segmentTimed } from '../../src/model/pipeline.js';
import type { Results } from '../../src/results/results.js';

const SIDE = 64;
const FULL = [2, 1, 63, 62];
const NEARLY_FULL = [0, 0, 63, 64];
const NEAR_BORDER = [5, 6, 30, 32];

/** Boxes found in an image of 64 x 64, all masks full. */
function detections(boxes: readonly (readonly number[])[]): Detections {
  const cells = SIDE / 4;
  return {
    anchors: Int32Array.from(boxes.keys()),
    boxes: Float32Array.from(boxes.flat()),
    scores: Float32Array.from(boxes, (_, i) => 0.9 - i / 10),
    classes: new Int32Array(boxes.length),
    coefficients: new Float32Array(boxes.length).fill(1),
    prototypes: { data: new Float32Array(cells * cells).fill(1), height: cells, width: cells, k: 1 },
  };
}

interface Run {
  readonly results: Results[];
  /** Images that went through the network. */
  readonly seen: number;
}

/** Runs a list of images in which these boxes are found. */
async function segment(found: readonly (readonly (readonly number[])[])[], options: SegmentOptions): Promise<Run> {
  let seen = 0;
  const detector: Pick<Detector, 'detect'> = {
    detect: ({ images }) => Promise.resolve(images.map(() => detections(found[seen++]))),
  };
  const architecture = architectureFor(YOLOV8_SEG, 'n');
  const defaults = { imgsz: SIDE, conf: 0.4, iou: 0.9 };
  const model = {
    name: 'made up',
    classNames: { 0: 'object' },
    device: 'cpu',
    precision: 'fp32',
    defaults,
    architecture,
  };
  const image = { image: { data: new Uint8Array(SIDE * SIDE * 3), width: SIDE, height: SIDE }, place: 0, time: 0 };
  const context = { detector, options: resolveOptions(options, defaults), model: model as unknown as ModelInfo };
  const results = await segmentTimed(
    found.map(() => image),
    context,
  );
  return { results, seen };
}

const counts = ({ results }: Run): number[] => results.map(({ length }) => length);
const boxesOf = (results: Results): number[][] => results.map(({ box }) => [...box]);

beforeAll(async () => {
  tf.enableProdMode(); // keeps tfjs from printing advice
  await tf.setBackend('cpu');
});

describe('a list of images', () => {
  const twoFull = [FULL, NEARLY_FULL, NEAR_BORDER];

  test('two objects that fill the first image: CASIA finds nothing in any, the others everything', async () => {
    const found = [twoFull, [NEAR_BORDER]];
    expect(counts(await segment(found, { compat: 'casia' }))).toEqual([0, 0]);
    expect(counts(await segment(found, { compat: 'ultralytics' }))).toEqual([3, 1]);
    const { results } = await segment(found, {});
    expect(results.map(boxesOf)).toEqual([[[0, 0, 64, 64], [0, 0, 64, 64], NEAR_BORDER], [NEAR_BORDER]]);
  });

  test('nothing in the first image: CASIA finds nothing in any', async () => {
    const found = [[], [FULL], [NEAR_BORDER, FULL]];
    expect(counts(await segment(found, { compat: 'casia' }))).toEqual([0, 0, 0]);
    expect(counts(await segment(found, { compat: 'ultralytics' }))).toEqual([0, 1, 2]);
    expect(counts(await segment(found, {}))).toEqual([0, 1, 2]);
  });

  test('what CASIA cannot do in the first image it can in the others', async () => {
    const run = await segment([[NEAR_BORDER], [], twoFull], { compat: 'casia' });
    expect(counts(run)).toEqual([1, 0, 3]);
    // The first image's box is snapped, the others' are not.
    expect(boxesOf(run.results[0])).toEqual([[0, 0, 30, 32]]);
    expect(boxesOf(run.results[2])).toEqual(twoFull);
  });

  test('without the step for full boxes CASIA does not fail on them', async () => {
    const run = await segment([twoFull], { compat: 'casia', snapFullBoxes: false });
    expect(boxesOf(run.results[0])).toEqual(twoFull);
  });

  test('an empty answer is a whole record, and the other images need no network', async () => {
    const { results, seen } = await segment([[], [FULL]], { compat: 'casia' });
    expect(seen).toBe(1);
    expect(results.map(({ image, compat, letterbox }) => [image.width, compat, letterbox.netWidth])).toEqual([
      [64, 'casia', 64],
      [64, 'casia', 64],
    ]);
    expect(results[1].toJSON().masks).toEqual([]);
    expect(results[1].prompt({ boxes: [1, 1, 9, 9] }).length).toBe(0);
  });
});
