/** Which detections of an image become objects. It is decided before masks are made, so that none is made in vain. */
import type { RgbImage } from '../image/rgbImage.js';
import type { Results } from '../results/results.js';

/** The detections of an image, by descending score. */
export interface ImageDetections {
  readonly image: RgbImage;
  /** float32 `n * 4`, xyxy pixels of the image. */
  readonly boxes: Float32Array;
  /** float32 `n`, 0 … 1. */
  readonly scores: Float32Array;
  /** int32 `n`. */
  readonly classes: Int32Array;
  /** Makes objects of some of them. Those without a pixel are left out. The id of an object is its detection's index. */
  toResults(selection: SelectedDetections): Promise<Results>;
}

/** Detections that become objects. */
export interface SelectedDetections {
  readonly indices: readonly number[];
  /** float32, four for each of `indices`: boxes to report instead of the detector's, which still crop the masks. */
  readonly boxes?: Float32Array;
  /** int32, one for each of `indices`. */
  readonly trackIds?: Int32Array;
}

/** Selects; called for one image after another. */
export type SelectDetections = (detections: ImageDetections) => Promise<Results>;
