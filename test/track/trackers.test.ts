/** The three trackers against Ultralytics' on the same detections. */
import { describe, expect, test } from 'vitest';
import type { RgbImage } from '../../src/image/rgbImage.js';
import { createTracker, type TrackerOptions } from '../../src/track/createTracker.js';
import type { TrackRows } from '../../src/track/types.js';
import { framesOf, golden, motionOf, type Run } from './golden.js';

const { boxesEvery, runs } = golden('tracks') as {
  readonly boxesEvery: number;
  readonly runs: readonly Run[];
};
const IMAGE: RgbImage = { data: new Uint8Array(3), width: 1, height: 1 };

function replay({ sequence, tracker, options }: Run): TrackRows[] {
  const cameraMotion = tracker === 'bytetrack' ? undefined : motionOf(sequence);
  const given: TrackerOptions['botsort'] = { ...options, ...(cameraMotion && { cameraMotion }) };
  const own = createTracker(tracker, given);
  return framesOf(sequence).map((frame) => own.update(frame, IMAGE));
}

/** `detection: id` of one frame. */
function named(ids: ArrayLike<number>, indices: ArrayLike<number>): Map<number, number> {
  return new Map(Array.from(indices, (index, i) => [index, ids[i]]));
}

describe.each(runs.map((run) => [`${run.tracker} ${JSON.stringify(run.options)} on ${run.sequence}`, run] as const))(
  '%s',
  (_, run) => {
    const rows = replay(run);

    test('gives every detection the id that Ultralytics gives', () => {
      expect(rows).toHaveLength(run.ids.length);
      rows.forEach(({ ids, indices }, f) => {
        expect(named(ids, indices), `frame ${f}`).toEqual(named(run.ids[f], run.indices[f]));
      });
    });

    test('gives the same boxes', () => {
      run.boxes.forEach((expected, i) => {
        const { indices, boxes } = rows[i * boxesEvery];
        const order = run.indices[i * boxesEvery];
        expect(boxes).toHaveLength(expected.length);
        const own = order.map((index) => indices.indexOf(index));
        expect(own.map((row) => boxes.subarray(4 * row, 4 * row + 4))).toBeAllclose(expected, { atol: 1e-3 });
      });
    });
  },
);
