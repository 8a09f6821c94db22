/** Which detections of a picture become objects: said before masks are made, so that none is made in vain. */
import type { RgbImage } from '../image/rgbImage.js';
import type { PromptRecord } from '../results/data.js';
import type { Results } from '../results/results.js';

/** The detections of a picture, by descending score. */
export interface Candidates {
  readonly image: RgbImage;
  /** float32 `n * 4`, xyxy pixels of the picture. */
  readonly boxes: Float32Array;
  /** float32 `n`, 0 … 1. */
  readonly scores: Float32Array;
  /** int32 `n`. */
  readonly classes: Int32Array;
  /** All of them as objects, and the place of each object among the detections: those without a pixel are not there. */
  everything(): Promise<{ readonly results: Results; readonly rows: readonly number[] }>;
}

/** The detections that become objects. */
export interface Choice {
  /** Their places. */
  readonly rows: readonly number[];
  /** float32, four for each of `rows`: boxes to report instead of the detector's, which still crop the masks. */
  readonly boxes?: Float32Array;
  /** int32, one for each of `rows`. */
  readonly trackIds?: Int32Array;
  /** What was asked, where they answer a prompt. */
  readonly prompt?: PromptRecord | null;
}

/** Chooses; called for one picture after another. */
export type ChooseRows = (candidates: Candidates) => Promise<Choice>;
