/** Stage 1 on tensors: letterboxed images in; boxes, scores, coefficients and prototypes out. */
import * as tf from '@tensorflow/tfjs';

/** Images of one size, letterboxed. */
export interface DetectorInput {
  /** One array an image: `height * width * 3` bytes, RGB, padding included. */
  readonly images: readonly Uint8Array[];
  /** Pixels of the network's input, multiples of 32. */
  readonly width: number;
  readonly height: number;
}

/** Which detections are kept. */
export interface Thresholds {
  readonly conf: number;
  readonly iou: number;
  readonly maxDet: number;
}

/** What the network found in one image; n objects by descending score. */
export interface Detections {
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

/** What the network gave for some images: detections are selected from it as often as one likes, without running it. */
export interface KeptOutputs {
  /** Memory that it holds. */
  readonly bytes: number;
  /** Exactly what `detect` gives for the same images. @throws FastSAMError `DEVICE_FAILED`. */
  select(thresholds: Thresholds): Promise<Detections[]>;
  dispose(): void;
}

/** Runs stage 1 up to NMS. */
export interface Detector {
  /** @throws FastSAMError `DEVICE_FAILED`. */
  detect(input: DetectorInput, thresholds: Thresholds): Promise<Detections[]>;
  /** Runs the network and keeps what it gives; the caller disposes it. */
  keep(input: DetectorInput): KeptOutputs;
  /** Frees what the detector holds beside the network. */
  dispose(): void;
}

/** `Detector.detect` of a detector that keeps outputs. */
export async function detectOnce(kept: KeptOutputs, thresholds: Thresholds): Promise<Detections[]> {
  try {
    return await kept.select(thresholds);
  } finally {
    kept.dispose();
  }
}

/** Memory of tensors of 4 bytes a value. */
export const bytesOf = (tensors: readonly tf.Tensor[]): number => tensors.reduce((sum, { size }) => sum + 4 * size, 0);

/** Byte values as the network sees them. */
const UNIT = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** float32 [B,H,W,3], RGB 0…1. */
export function toTensor({ images, width, height }: DetectorInput): tf.Tensor4D {
  const values = new Float32Array(images.length * height * width * 3);
  let at = 0;
  for (const image of images) for (let i = 0; i < image.length; i++) values[at++] = UNIT[image[i]];
  return tf.tensor4d(values, [images.length, height, width, 3]);
}
