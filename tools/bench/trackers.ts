/**
 * Milliseconds that each tracker takes for a frame of 300 detections and as many tracks.
 *
 *     npx tsx tools/bench/trackers.ts
 */
import { createTracker, TRACKERS } from '../../src/track/createTracker.js';
import type { BoxDetections } from '../../src/track/types.js';

const OBJECTS = 300;
const FRAMES = 200;

/** Objects on a grid, close enough to overlap their neighbours, that drift and shake. */
function detections(frame: number): BoxDetections {
  const boxes = new Float32Array(4 * OBJECTS);
  const scores = new Float32Array(OBJECTS);
  for (let i = 0; i < OBJECTS; i++) {
    const x = (i % 20) * 50 + frame * 2 + 4 * shake(frame, i);
    const y = Math.floor(i / 20) * 50 + 4 * shake(frame, i + 0.5);
    boxes.set([x, y, x + 60, y + 70], 4 * i);
    scores[i] = 0.72 + 0.25 * shake(frame, i + 0.25);
  }
  return { boxes, scores };
}

/** 0 … 1, the same in every run. */
function shake(frame: number, i: number): number {
  return (((Math.sin(frame * 12.9898 + i * 78.233) * 43758.5453) % 1) + 1) % 1;
}

for (const name of TRACKERS) {
  const tracker = createTracker(name);
  const times = Array.from({ length: FRAMES }, (_, frame) => {
    const given = detections(frame);
    const start = performance.now();
    tracker.update(given);
    return performance.now() - start;
  }).sort((a, b) => a - b);
  const at = (share: number): string => times[Math.floor(share * (FRAMES - 1))].toFixed(2);
  console.log(`${name.padEnd(11)} median ${at(0.5)} ms, 95 % within ${at(0.95)} ms`);
}
