import { beforeAll, describe, expect, test } from 'vitest';
import type { RgbImage } from '../../src/image/rgbImage.js';
import { findCorners } from '../../src/track/motion/corners.js';
import { type GreyPlane, greyPlane } from '../../src/track/motion/greyPlane.js';
import { opticalFlow } from '../../src/track/motion/lucasKanade.js';
import { buildPyramid } from '../../src/track/motion/pyramid.js';
import { fitSimilarity } from '../../src/track/motion/similarity.js';
import { SparseOpticalFlow } from '../../src/track/motion/sparseOpticalFlow.js';
import { codeOf } from '../support/errors.js';
import { checksum, framesOf, motionCases, type MotionCase } from './motionFrames.js';
import { greyImage } from '../support/images.js';

const IDENTITY = [1, 0, 0, 0, 1, 0];
const CORNERS = { maxCorners: 400, quality: 0.01 };
const LEVELS = 4;

function planeOf(frame: RgbImage): GreyPlane {
  const plane = greyPlane(frame, 2);
  if (!plane) throw new Error('no pixel left');
  return plane;
}

/** The largest distance between where two transforms take the corners of a frame, in pixels of the frame. */
function cornerDistance(a: readonly number[], b: readonly number[], { width, height }: MotionCase): number {
  const corners = [0, width - 1].flatMap((x) => [0, height - 1].map((y) => [x, y]));
  const d = a.map((value, i) => value - b[i]);
  return Math.max(...corners.map(([x, y]) => Math.hypot(d[0] * x + d[1] * y + d[2], d[3] * x + d[4] * y + d[5])));
}

describe.each(motionCases)('motion against cv2 and Ultralytics: $name', (golden) => {
  let frames: [RgbImage, RgbImage];
  beforeAll(async () => {
    frames = await framesOf(golden);
  });

  test('looks at the same frames', () => {
    expect(frames.map(checksum)).toEqual(golden.checksums);
  });

  test('finds the same corners', () => {
    const ours = findCorners(planeOf(frames[0]), CORNERS);
    const places = (list: ArrayLike<number>) =>
      Array.from({ length: list.length / 2 }, (_, i) => `${list[2 * i]},${list[2 * i + 1]}`);
    const expected = new Set(places(golden.corners));
    const common = places(ours).filter((place) => expected.has(place)).length;
    expect(ours.length).toBe(golden.corners.length);
    expect(common / expected.size).toBeGreaterThanOrEqual(0.99);
  });

  test('follows them to the same places', () => {
    const [from, to] = frames.map((frame) => buildPyramid(planeOf(frame), LEVELS));
    const { points, found } = opticalFlow(from, to, Float32Array.from(golden.corners));
    expect(Array.from(found)).toEqual(golden.found);
    const off = golden.found.flatMap((ok, i) =>
      ok ? [Math.hypot(points[2 * i] - golden.flow[2 * i], points[2 * i + 1] - golden.flow[2 * i + 1])] : [],
    );
    expect(Math.max(...off)).toBeLessThan(0.05);
  });

  test('fits the same similarity to the same matches', () => {
    const keep = (_: number, i: number) => golden.found[i >> 1] === 1;
    const from = Float32Array.from(golden.corners).filter(keep);
    const ours = fitSimilarity(from, Float32Array.from(golden.flow).filter(keep));
    if (!golden.similarity) expect(ours).toBeUndefined();
    else expect(cornerDistance(ours ?? [], golden.similarity, golden)).toBeLessThan(0.01);
  });

  test('estimates the same motion', () => {
    const motion = new SparseOpticalFlow();
    expect(motion.estimate(frames[0])).toEqual(IDENTITY);
    expect(cornerDistance(motion.estimate(frames[1]), golden.gmc, golden)).toBeLessThan(0.1);
  });
});

describe('motion in frames that say little', () => {
  test.each([
    ['blank frames', [greyImage(64, 48, 0), greyImage(64, 48, 0), greyImage(64, 48, 255)]],
    ['frames of one pixel', [greyImage(1, 1, 9), greyImage(1, 1, 200)]],
    ['frames of two pixels', [greyImage(2, 2, 9), greyImage(2, 2, 200)]],
    ['lines of pixels', [greyImage(200, 2, 9), greyImage(200, 2, 7), greyImage(2, 200, 1), greyImage(2, 200, 2)]],
  ])('is none in %s', (_, frames) => {
    const motion = new SparseOpticalFlow();
    for (const frame of frames) expect(motion.estimate(frame)).toEqual(IDENTITY);
  });

  test('starts afresh when the size changes, after reset, and after a blank frame', async () => {
    const [first, second] = await framesOf(motionCases[1]);
    const { width, height } = first;
    const motion = new SparseOpticalFlow();
    motion.estimate(first);
    expect(motion.estimate(greyImage(width - 2, height, 7))).toEqual(IDENTITY);
    expect(motion.estimate(second)).toEqual(IDENTITY);
    motion.reset();
    expect(motion.estimate(first)).toEqual(IDENTITY);
    expect(motion.estimate(second)).not.toEqual(IDENTITY);
    motion.estimate(greyImage(width, height, 7));
    expect(motion.estimate(first)).toEqual(IDENTITY);
    expect(motion.estimate(second)).not.toEqual(IDENTITY);
  });

  test('gives the same answer every time', async () => {
    const frames = await framesOf(motionCases[9]);
    const run = () => {
      const motion = new SparseOpticalFlow();
      return frames.map((frame) => motion.estimate(frame));
    };
    expect(run()).toEqual(run());
  });
});

describe('settings of the motion', () => {
  test.each([
    { downscale: 0 },
    { downscale: 1.5 },
    { maxCorners: 0 },
    { maxCorners: NaN },
    { quality: -1 },
    { quality: NaN },
  ])('refuses %o', (options) => {
    expect(codeOf(() => new SparseOpticalFlow(options))).toBe('INVALID_ARGUMENT');
  });

  test.each([1, 2, 3])('measures a shift at 1 / %d of the size', async (downscale) => {
    const [first, second] = await framesOf(motionCases[1]);
    const motion = new SparseOpticalFlow({ downscale });
    motion.estimate(first);
    // The second view lies (3.3, -2.1) further along, so that everything moves the other way.
    expect(cornerDistance(motion.estimate(second), [1, 0, -3.3, 0, 1, 2.1], motionCases[1])).toBeLessThan(0.15);
  });
});
