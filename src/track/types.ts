/** What trackers take and give. All boxes are xyxy pixels of the original frame, x to the right, y down. */
import type { RgbImage } from '../image/rgbImage.js';

/** The detections of one frame, in any order. */
export interface BoxDetections {
  /** float32 `n * 4`, xyxy. */
  readonly boxes: Float32Array;
  /** float32 `n`, 0 … 1. */
  readonly scores: Float32Array;
  /** int32 `n`; default all 0. */
  readonly classes?: Int32Array;
}

/** The confirmed tracks that were seen in a frame, one row each. */
export interface TrackRows {
  /** int32 `m`: ids, from 1. */
  readonly ids: Int32Array;
  /** float32 `m * 4`, xyxy: the filter's boxes, not the detections'. */
  readonly boxes: Float32Array;
  /** float32 `m`: the scores of the detections. */
  readonly scores: Float32Array;
  /** int32 `m`. */
  readonly classes: Int32Array;
  /** int32 `m`: index of each track's detection in the frame's detections. Masks are found by it. */
  readonly indices: Int32Array;
}

/** Follows objects from frame to frame. It holds state: use one tracker for one clip. */
export interface Tracker {
  /**
   * Takes the next frame's detections.
   * @param frame the image, for trackers that compensate the camera's motion; others ignore it.
   */
  update(detections: BoxDetections, frame?: RgbImage): TrackRows;
  /** Forgets the clip: the next frame begins another. */
  reset(): void;
}

/**
 * How the camera moved: `[a, b, tx, c, d, ty]` takes (x, y) of the last frame to (ax + by + tx, cx + dy + ty) of this
 * one.
 */
export type Affine = readonly [number, number, number, number, number, number];

/** Estimates the camera's motion between consecutive frames. */
export interface CameraMotion {
  /** @returns the identity for the first frame and where nothing could be estimated. */
  estimate(frame: RgbImage, detections?: BoxDetections): Affine;
  /** Forgets the last frame: the next one begins a clip. */
  reset(): void;
}
