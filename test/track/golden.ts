/** What tools/golden/trackers.py wrote. */
import type { TrackerName } from '../../src/track/createTracker.js';
import type { Affine, CameraMotion, BoxDetections } from '../../src/track/types.js';
import { readGolden } from '../support/golden.js';

interface Sequence {
  /** For each frame its detections: x1 y1 x2 y2 in eighths of a pixel, score in 1/1024. */
  readonly frames: readonly (readonly (readonly number[])[])[];
  readonly affines?: readonly (readonly [readonly [number, number, number], readonly [number, number, number]])[];
}

/** What a tracker of Ultralytics gave for a sequence, frame by frame. */
export interface Run {
  readonly sequence: string;
  readonly tracker: TrackerName;
  readonly options: Readonly<Record<string, number | boolean>>;
  readonly ids: readonly (readonly number[])[];
  readonly indices: readonly (readonly number[])[];
  /** Of every `boxesEvery`th frame. */
  readonly boxes: readonly (readonly number[])[];
}

/** One of the files. */
export const golden = (name: string): unknown => readGolden(`track/${name}.json`);

const sequences = golden('sequences') as Readonly<Record<string, Sequence>>;

/** The frames of a sequence. */
export function framesOf(sequence: string): BoxDetections[] {
  return sequences[sequence].frames.map((rows) => ({
    boxes: Float32Array.from(rows.flatMap((row) => row.slice(0, 4).map((value) => value / 8))),
    scores: Float32Array.from(rows, (row) => row[4] / 1024),
  }));
}

/** The recorded motion of the camera; undefined for a camera that stood still. */
export function motionOf(sequence: string): CameraMotion | undefined {
  const { affines } = sequences[sequence];
  if (!affines) return undefined;
  let frame = 0;
  return {
    estimate: () => affines[frame++].flat() as unknown as Affine,
    reset: () => (frame = 0),
  };
}
