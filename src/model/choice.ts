/** Which detections of an image become objects: said before masks are made, so that none is made in vain. */
import type { RgbImage } from '../image/rgbImage.js';
import type { Results } from '../results/results.js';

/** The detections of an image, by descending score. */
export interface Candidates {
  readonly image: RgbImage;
  /** float32 `n * 4`, xyxy pixels of the image. */
  readonly boxes: Float32Array;
  /** float32 `n`, 0 … 1. */
  readonly scores: Float32Array;
  /** int32 `n`. */
  readonly classes: Int32Array;
  /** Makes objects of some of them; those without a pixel are left out. Their ids are their places among all. */
  make(choice: Choice): Promise<Results>;
}

/** Detections that become objects. */
export interface Choice {
  /** Their places. */
  readonly rows: readonly number[];
  /** float32, four for each of `rows`: boxes to report instead of the detector's, which still crop the masks. */
  readonly boxes?: Float32Array;
  /** int32, one for each of `rows`. */
  readonly trackIds?: Int32Array;
}

/** Chooses; called for one image after another. */
export type ChooseObjects = (candidates: Candidates) => Promise<Results>;
