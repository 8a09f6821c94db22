/** The golden files of tools/golden/clips.py. */
import type { TrackerName } from '../../src/track/createTracker.js';
import type { BoxDetections } from '../../src/track/types.js';
import { readGolden } from '../support/golden.js';

export const CLIP_NAMES = ['crossing', 'hiding', 'camera'] as const;
/** Detections of the tests' network, and the truth with noise. */
export const DETECTION_SETS = ['demo', 'truth'] as const;
export type DetectionSet = (typeof DETECTION_SETS)[number];

/** One frame's detections: x1 y1 x2 y2 in eighths of a pixel, score in 1/1024. */
type RecordedFrame = readonly (readonly number[])[];

export interface ClipGolden {
  /** For each frame Ultralytics' estimate of the camera's motion since the last one. */
  readonly affines: readonly (readonly number[])[];
  readonly sets: Readonly<Record<DetectionSet, readonly RecordedFrame[]>>;
  /** Ultralytics' ids, and the places of their detections, frame by frame. */
  readonly runs: readonly {
    readonly set: DetectionSet;
    readonly tracker: TrackerName;
    readonly ids: readonly (readonly number[])[];
    readonly indices: readonly (readonly number[])[];
  }[];
}

export function readClip(name: string): ClipGolden {
  return readGolden<ClipGolden>(`track/clips/${name}.json.gz`);
}

export function detectionsOf(frame: RecordedFrame): BoxDetections {
  return {
    boxes: Float32Array.from(frame.flatMap((row) => row.slice(0, 4).map((v) => v / 8))),
    scores: Float32Array.from(frame, (row) => row[4] / 1024),
  };
}
