/** Vector instructions and plain code must give the same numbers, whatever is in the frames. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { findCorners } from '../../src/track/motion/corners.js';
import type { GreyPlane } from '../../src/track/motion/greyPlane.js';
import { opticalFlow } from '../../src/track/motion/lucasKanade.js';
import { scalarStrength } from '../../src/track/motion/scalarStrength.js';
import { ScalarWindows } from '../../src/track/motion/scalarWindows.js';
import { buildPyramid } from '../../src/track/motion/pyramid.js';
import { SparseOpticalFlow } from '../../src/track/motion/sparseOpticalFlow.js';
import { simdStrength } from '../../src/track/motion/simdStrength.js';
import { SimdWindows } from '../../src/track/motion/simdWindows.js';
import { positionAround } from '../../src/track/motion/window.js';
import { framesOf, motionCases } from './motionFrames.js';

/** 0 … 1, the same in every run. */
const noise = (i: number) => Math.abs(Math.sin((i + 1) * 12.9898) * 43758.5453) % 1;

const SIZES = [
  [1, 1],
  [2, 2],
  [1, 30],
  [30, 1],
  [7, 5],
  [8, 8],
  [23, 22],
  [45, 64],
  [101, 67],
] as const;

const KINDS: Record<string, (x: number, y: number) => number> = {
  noise: (x, y) => Math.floor(256 * noise(x + 1000 * y)),
  'black and white noise': (x, y) => (noise(x + 1000 * y) < 0.5 ? 0 : 255),
  'the steepest edges': (x, y) => (((x >> 1) + (y >> 1)) % 2 === 0 ? 0 : 255),
  'one brightness': () => 255,
};

const planes = SIZES.flatMap(([width, height]) =>
  Object.entries(KINDS).map(([kind, at]) => ({
    name: `${width} x ${height}, ${kind}`,
    plane: planeOf(width, height, at),
  })),
);

function planeOf(width: number, height: number, at: (x: number, y: number) => number): GreyPlane {
  const data = Uint8Array.from({ length: width * height }, (_, i) => at(i % width, Math.floor(i / width)));
  return { data, width, height };
}

/** The plane some pixels further along, with other noise. */
function moved({ data, width, height }: GreyPlane): GreyPlane {
  const at = (i: number) => Math.min(255, data[(i + 3) % data.length] + Math.floor(9 * noise(i + 7)));
  return { data: Uint8Array.from(data, (_, i) => at(i)), width, height };
}

function simdWindows(...[from, to]: Parameters<typeof SimdWindows.make>): SimdWindows {
  const windows = SimdWindows.make(from, to);
  if (!windows) throw new Error('no vector instructions here');
  return windows;
}

describe.each(planes)('vectors and plain code: $name', ({ plane }) => {
  test('find corners as strong', () => {
    expect(simdStrength(plane)).toEqual(scalarStrength(plane));
  });

  test('sum the same over windows, also far outside', () => {
    const [from, to] = [buildPyramid(plane, 4), buildPyramid(moved(plane), 4)];
    const [plain, vector] = [new ScalarWindows(from, to), simdWindows(from, to)];
    let compared = 0;
    from.forEach((level, index) => {
      for (let i = 0; i < 40; i++) {
        const x = noise(3 * i) * (level.width + 26) - 13;
        const y = noise(3 * i + 1) * (level.height + 26) - 13;
        const place = positionAround(level, x, y);
        const other = positionAround(level, x + 4 * noise(3 * i + 2), y - 2);
        if (!place || !other) continue;
        expect(vector.take(index, place)).toEqual(plain.take(index, place));
        expect(vector.compare(index, other)).toEqual(plain.compare(index, other));
        compared++;
      }
    });
    expect(compared).toBeGreaterThan(10);
  });

  test('follow points to the same places', () => {
    const [from, to] = [buildPyramid(plane, 4), buildPyramid(moved(plane), 4)];
    const points = Float32Array.from({ length: 60 }, (_, i) => noise(i) * (i % 2 ? plane.height : plane.width));
    const flow = opticalFlow(from, to, points, new ScalarWindows(from, to));
    expect(opticalFlow(from, to, points, simdWindows(from, to))).toEqual(flow);
  });
});

describe('an engine without WebAssembly', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  test('measures the same motion', async () => {
    const frames = await framesOf(motionCases[6]);
    const motion = new SparseOpticalFlow();
    const expected = frames.map((frame) => motion.estimate(frame));
    vi.stubGlobal('WebAssembly', undefined);
    vi.resetModules();
    const plain = await import('../../src/track/motion/sparseOpticalFlow.js');
    const { simdEngine } = await import('../../src/track/motion/simdEngine.js');
    expect(simdEngine()).toBe(false);
    const slow = new plain.SparseOpticalFlow();
    expect(frames.map((frame) => slow.estimate(frame))).toEqual(expected);
    expect(expected[1]).not.toEqual([1, 0, 0, 0, 1, 0]);
  });
});

describe('corners', () => {
  test('are the strongest ones, the later of equally strong ones first', () => {
    const plane = planeOf(64, 48, (x, y) => (x % 8 < 4 === y % 8 < 4 ? 0 : 200));
    const all = findCorners(plane, { maxCorners: 10_000, quality: 0.01 });
    for (const maxCorners of [1, 7, 50]) {
      expect(findCorners(plane, { maxCorners, quality: 0.01 })).toEqual(all.subarray(0, 2 * maxCorners));
    }
    expect(all.length / 2).toBeGreaterThan(100);
  });
});

describe('two clips at once', () => {
  test('give what each gives alone', async () => {
    const clips = await Promise.all([motionCases[6], motionCases[1]].map(framesOf));
    const alone = clips.map((frames) => {
      const motion = new SparseOpticalFlow();
      return frames.map((frame) => motion.estimate(frame));
    });
    const both = clips.map(() => new SparseOpticalFlow());
    const first = both.map((motion, i) => motion.estimate(clips[i][0]));
    const second = both.map((motion, i) => motion.estimate(clips[i][1]));
    expect(first.map((affine, i) => [affine, second[i]])).toEqual(alone);
  });
});
