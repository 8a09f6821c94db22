import { describe, expect, test } from 'vitest';
import { createTracker, type TrackerName } from '../../src/track/createTracker.js';
import type { Affine, Tracker } from '../../src/track/types.js';
import { CLIP_NAMES, detectionsOf, readClip, type ClipGolden } from './clipGolden.js';
import { greyImage } from '../support/images.js';

/** A tracker that is told the camera's motion which Ultralytics' one saw. */
function trackerOf(name: TrackerName, { affines }: ClipGolden): Tracker {
  let frame = 0;
  const cameraMotion = { estimate: () => affines[frame++] as unknown as Affine, reset: () => undefined };
  return name === 'bytetrack' ? createTracker(name) : createTracker(name, { cameraMotion });
}

describe.each(CLIP_NAMES)("ids on the clip '%s' against Ultralytics", (name) => {
  const golden = readClip(name);

  test.each(golden.runs)('$tracker on detections of $set', ({ set, tracker: trackerName, ids, indices }) => {
    const tracker = trackerOf(trackerName, golden);
    let [boxes, same] = [0, 0];
    golden.sets[set].forEach((frame, f) => {
      const rows = tracker.update(detectionsOf(frame), greyImage(4, 4, 0));
      const idOf = new Map(Array.from(rows.indices, (index, i) => [index, rows.ids[i]]));
      indices[f].forEach((index, i) => (same += idOf.get(index) === ids[f][i] ? 1 : 0));
      boxes += Math.max(ids[f].length, rows.ids.length);
    });
    expect(boxes).toBeGreaterThan(300);
    expect(same / boxes).toBeGreaterThanOrEqual(0.99);
  });
});
