/** Stage 1 on tensors: letterboxed images in; boxes, scores, coefficients and prototypes out. */
import * as tf from '../runtime/tfjs.js';
import type { CompileOptions } from '../runtime/shaders.js';

/** Images of one size, letterboxed. */
export interface DetectorInput {
  /**
   * One array an image: `height * width * 3` values, RGB, padding included. Bytes 0…255, or floats 0…1 that the network gets
   * as they are.
   */
  readonly images: readonly (Uint8Array | Float32Array)[];
  /** Pixels of the network's input, multiples of 32. */
  readonly width: number;
  readonly height: number;
}

/** The size of a batch: how many images, and pixels of the network's input. */
export interface BatchSize extends Pick<DetectorInput, 'width' | 'height'> {
  readonly count: number;
}

/** Which detections are kept. */
export interface Thresholds {
  readonly conf: number;
  readonly iou: number;
  readonly maxDet: number;
}

/** What the network found in one image; n objects, best first. */
export interface Detections {
  /** The anchor of each object, counted as in `Anchor`. */
  readonly anchors: Int32Array;
  /** `n * 4` xyxy, pixels of the network's input, not clipped. */
  readonly boxes: Float32Array;
  readonly scores: Float32Array;
  readonly classes: Int32Array;
  /** `n * k`, one row an object. */
  readonly coefficients: Float32Array;
  readonly prototypes: Prototypes;
}

/** The k prototypes of one image, at a quarter of the network input's size. */
export interface Prototypes {
  /** `height * width * k` floats, channels last. */
  readonly data: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly k: number;
}

/** What the network gives for one image before anything is selected: A anchors, level after level (see `Anchor`). */
export interface RawAnchors {
  /** `A * 4` xyxy, pixels of the network's input, not clipped. */
  readonly boxes: Float32Array;
  /** `A * classes`, 0…1. */
  readonly scores: Float32Array;
  /** `A * classes`: the scores before the logistic function; absent where not asked for. */
  readonly logits?: Float32Array;
  /** `A * k`. */
  readonly coefficients: Float32Array;
  readonly prototypes: Prototypes;
}

/** Runs stage 1 up to NMS. */
export interface Detector {
  /**
   * Selects, too: the same as `selectDetections` of what `raw` gives.
   * @throws FastSAMError `DEVICE_FAILED`.
   */
  detect(input: DetectorInput, thresholds: Thresholds): Promise<Detections[]>;
  /**
   * Everything, nothing selected; in the precision of `detect`.
   * @throws FastSAMError `DEVICE_FAILED`.
   */
  raw(input: DetectorInput, options?: RawOptions): Promise<RawAnchors[]>;
  /**
   * Compiles what batches of these sizes need, all together; absent where nothing is compiled for a size.
   * @returns how many shaders were compiled.
   * @throws FastSAMError `DEVICE_FAILED`, `ABORTED`.
   */
  prepare?(sizes: readonly BatchSize[], options?: CompileOptions): Promise<number>;
  /** Frees what the detector holds beside the network. */
  dispose(): void;
}

/** What `Detector.raw` reads. */
export interface RawOptions {
  /** The class logits, too. */
  readonly logits?: boolean;
}

/** Byte values as the network sees them. */
const UNIT = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** float32 [B,H,W,3], RGB 0…1; floats keep every bit. */
export function toTensor({ images, width, height }: DetectorInput): tf.Tensor4D {
  const values = new Float32Array(images.length * height * width * 3);
  let at = 0;
  for (const image of images) {
    if (image instanceof Float32Array) {
      values.set(image, at);
      at += image.length;
    } else for (let i = 0; i < image.length; i++) values[at++] = UNIT[image[i]];
  }
  return tf.tensor4d(values, [images.length, height, width, 3]);
}
