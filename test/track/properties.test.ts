/** What holds for every tracker, whatever it is given. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FastSAMError } from '../../src/errors.js';
import type { RgbImage } from '../../src/image/rgbImage.js';
import { createTracker, TRACKERS, type TrackerName } from '../../src/track/createTracker.js';
import type { CameraMotion, BoxDetections, TrackRows } from '../../src/track/types.js';
import { framesOf } from './golden.js';

const SCORE = fc.integer({ min: 0, max: 1024 }).map((n) => n / 1024);
const SIDE = fc.oneof(
  fc.integer({ min: -200, max: 900 }),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }).map(Math.fround),
);
const ANY_FRAMES = fc.array(fc.array(fc.tuple(SIDE, SIDE, SIDE, SIDE, SCORE), { maxLength: 8 }), { maxLength: 12 });

function toDetections(rows: readonly (readonly number[])[]): BoxDetections {
  return {
    boxes: Float32Array.from(rows.flatMap((row) => row.slice(0, 4))),
    scores: Float32Array.from(rows, (row) => row[4]),
  };
}

function take({ boxes, scores }: BoxDetections, order: readonly number[]): BoxDetections {
  return toDetections(order.map((i) => [...boxes.subarray(4 * i, 4 * i + 4), scores[i]]));
}

function run(name: TrackerName, frames: readonly BoxDetections[]): TrackRows[] {
  const tracker = createTracker(name);
  return frames.map((frame) => tracker.update(frame));
}

describe.each(TRACKERS)('%s', (name) => {
  test('gives one row to a detection and an id, finite boxes, and places that exist', () => {
    fc.assert(
      fc.property(ANY_FRAMES, (frames) => {
        const rows = run(name, frames.map(toDetections));
        rows.forEach(({ ids, boxes, scores, classes, indices }, f) => {
          expect([boxes.length, scores.length, classes.length, indices.length]).toEqual(
            [4, 1, 1, 1].map((n) => n * ids.length),
          );
          expect(new Set(ids).size).toBe(ids.length);
          expect(new Set(indices).size).toBe(indices.length);
          expect(ids.every((id) => id >= 1)).toBe(true);
          expect(boxes.every(Number.isFinite)).toBe(true);
          indices.forEach((index, i) => {
            expect(scores[i]).toBe(frames[f][index][4]);
          });
        });
      }),
      { numRuns: 60 },
    );
  });

  test('follows the same objects in whatever order they are given', () => {
    fc.assert(
      fc.property(fc.constantFrom('crossings', 'weak', 'traffic'), fc.integer(), (sequence, seed) => {
        const frames = framesOf(sequence).slice(0, 50);
        const orders = frames.map(({ scores }, f) => shuffled(scores.length, seed + f));
        const plain = run(name, frames);
        const mixed = run(
          name,
          frames.map((frame, f) => take(frame, orders[f])),
        );
        const renamed = new Map<number, number>();
        plain.forEach(({ ids, indices }, f) => {
          expect(mixed[f].ids).toHaveLength(ids.length);
          ids.forEach((id, i) => {
            const other = mixed[f].ids[mixed[f].indices.indexOf(orders[f].indexOf(indices[i]))];
            expect(renamed.get(id) ?? other).toBe(other);
            renamed.set(id, other);
          });
        });
        expect(new Set(renamed.values()).size).toBe(renamed.size);
      }),
      { numRuns: 12 },
    );
  });

  test('starts again at 1 after reset, as if nothing had been', () => {
    const tracker = createTracker(name);
    const frames = framesOf('duplicates').slice(0, 30);
    const first = frames.map((frame) => tracker.update(frame));
    tracker.reset();
    expect(frames.map((frame) => tracker.update(frame))).toEqual(first);
    expect(first[0].ids[0]).toBe(1);
  });

  test('never gives the id of an object that was given up to another', () => {
    const tracker = createTracker(name, { trackBuffer: 2 });
    const here = toDetections([[10, 10, 60, 80, 0.9]]);
    const see = (times: number) => Array.from({ length: times }, () => [...tracker.update(here).ids]).flat();
    const before = see(4);
    for (let i = 0; i < 6; i++) expect(tracker.update(toDetections([])).ids).toHaveLength(0);
    const after = see(4);
    expect(after.length).toBeGreaterThan(0);
    expect(after.some((id) => before.includes(id))).toBe(false);
  });

  test('leaves boxes without area aside and keeps the places of the others', () => {
    const rows = run(name, [
      toDetections([
        [5, 5, 5, 90, 0.9],
        [90, 20, 40, 60, 0.9],
        [10, 10, 60, 80, 0.9],
      ]),
    ]);
    expect([...rows[0].indices]).toEqual([2]);
  });

  test('passes classes on', () => {
    const tracker = createTracker(name);
    const { boxes, scores } = toDetections([
      [10, 10, 60, 80, 0.9],
      [210, 10, 260, 80, 0.8],
    ]);
    expect([...tracker.update({ boxes, scores, classes: Int32Array.of(7, 3) }).classes]).toEqual([7, 3]);
  });

  test('says what is wrong with detections, and goes on after it', () => {
    const tracker = createTracker(name);
    const good = toDetections([[10, 10, 60, 80, 0.9]]);
    const wrong: [BoxDetections, RegExp][] = [
      [{ ...good, scores: Float32Array.of(NaN) }, /scores\[0\]: got NaN/],
      [{ ...good, scores: Float32Array.of(1.5) }, /scores\[0\]: got 1.5/],
      [{ ...good, boxes: Float32Array.of(0, 0, NaN, 1) }, /boxes\[2\]: got NaN/],
      [{ ...good, boxes: Float32Array.of(0, 0, Infinity, 1) }, /boxes\[2\]: got Infinity/],
      [{ ...good, boxes: new Float32Array(3) }, /got 3 box coordinates, 1 score\b/],
      [{ ...good, classes: new Int32Array(2) }, /2 classes/],
    ];
    for (const [detections, message] of wrong) {
      expect(() => tracker.update(detections)).toThrow(FastSAMError);
      expect(() => tracker.update(detections)).toThrow(message);
    }
    expect([...tracker.update(good).ids]).toEqual([1]);
  });
});

describe('createTracker', () => {
  test.each<[object, RegExp]>([
    [{ matchThresh: 2 }, /matchThresh: got 2/],
    [{ matchThresh: NaN }, /matchThresh: got NaN/],
    [{ trackBuffer: 1.5 }, /trackBuffer: got 1.5/],
    [{ fuseScore: 1 as unknown as boolean }, /fuseScore: got 1/],
    [{ minTrackLen: 3 }, /option "minTrackLen": not known/],
    [{ trackLowThresh: 0.5 }, /trackLowThresh: got 0.5, expected at most trackHighThresh 0.25/],
  ])('refuses %j', (options, message) => {
    expect(() => createTracker('bytetrack', options)).toThrow(message);
  });

  test.each([true, false, null, {}])('refuses %j as a measure of the camera', (cameraMotion) => {
    const options = { cameraMotion: cameraMotion as unknown as CameraMotion };
    expect(() => createTracker('botsort', options)).toThrow(/cameraMotion: got .*, expected what measures it/);
  });

  test('names the trackers there are', () => {
    expect(() => createTracker('sort' as TrackerName)).toThrow(
      /got 'sort', expected one of bytetrack, botsort, tracktrack/,
    );
  });

  test('asks for the motion of the camera once a frame, about the strong detections, and only where there is a frame', () => {
    const seen: number[] = [];
    let resets = 0;
    const cameraMotion: CameraMotion = {
      estimate: (_, detections) => {
        seen.push(detections?.scores.length ?? -1);
        return [1, 0, 0, 0, 1, 0];
      },
      reset: () => resets++,
    };
    const image: RgbImage = { data: new Uint8Array(3), width: 1, height: 1 };
    const tracker = createTracker('botsort', { cameraMotion });
    tracker.update(
      toDetections([
        [10, 10, 60, 80, 0.9],
        [210, 10, 260, 80, 0.2],
      ]),
      image,
    );
    tracker.update(toDetections([]), image);
    tracker.update(toDetections([]));
    expect(seen).toEqual([1, 0]);
    tracker.reset();
    expect(resets).toBe(1);
  });
});

/** 0 … n - 1 in an order that the seed chooses. */
function shuffled(n: number, seed: number): number[] {
  const keys = Array.from({ length: n }, (_, i) => Math.sin(seed * 12.9898 + i * 78.233));
  return keys.map((_, i) => i).sort((a, b) => keys[a] - keys[b]);
}
