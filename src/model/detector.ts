/** Stage 1 on tensors: letterboxed images in; boxes, scores, coefficients and prototypes out. */
import * as tf from '@tensorflow/tfjs';
import { throwIfGpuFailed } from '../runtime/gpuErrors.js';
import { decode } from './decode.js';
import { runNetwork, type Network } from './network.js';
import { nonMaxSuppression } from './nms.js';

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

/** Runs stage 1 up to NMS. */
export interface Detector {
  /** @throws FastSAMError `DEVICE_FAILED`. */
  detect(input: DetectorInput, thresholds: Thresholds): Promise<Detections[]>;
  /** Frees what the detector holds beside the network. */
  dispose(): void;
}

/** The detector that runs the tfjs layers one by one, on whatever backend is active. */
export class LayersDetector implements Detector {
  constructor(readonly network: Network) {}

  async detect(input: DetectorInput, thresholds: Thresholds): Promise<Detections[]> {
    const { width, height } = input;
    const x = toTensor(input);
    const raw = runNetwork(this.network, x);
    x.dispose();
    const decoded = decode(raw, height, width, this.network.architecture);
    try {
      const found: Detections[] = [];
      for (let i = 0; i < input.images.length; i++) {
        found.push(await select(i, decoded, raw.coefficients, raw.prototypes, thresholds));
      }
      throwIfGpuFailed();
      return found;
    } finally {
      tf.dispose([{ ...raw }, { ...decoded }]); // two records: they share names
    }
  }

  /** The network stays its owner's. */
  dispose(): void {
    // Nothing else is held.
  }
}

/** Byte values as the network sees them. */
const UNIT = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** float32 [B,H,W,3], RGB 0…1. */
export function toTensor({ images, width, height }: DetectorInput): tf.Tensor4D {
  const values = new Float32Array(images.length * height * width * 3);
  let at = 0;
  for (const image of images) for (let i = 0; i < image.length; i++) values[at++] = UNIT[image[i]];
  return tf.tensor4d(values, [images.length, height, width, 3]);
}

/** NMS of one image of the batch, and the rows that survive. */
async function select(
  index: number,
  decoded: { boxes: tf.Tensor3D; scores: tf.Tensor2D; classes: tf.Tensor2D },
  coefficients: tf.Tensor3D,
  prototypes: tf.Tensor4D,
  thresholds: Thresholds,
): Promise<Detections> {
  const ofImage = (t: tf.Tensor) => tf.slice(t, index, 1);
  const scope = tf.tidy(() => ({
    boxes: tf.squeeze<tf.Tensor2D>(ofImage(decoded.boxes), [0]),
    scores: tf.squeeze<tf.Tensor1D>(ofImage(decoded.scores), [0]),
    classes: tf.squeeze<tf.Tensor1D>(ofImage(decoded.classes), [0]),
    coefficients: tf.squeeze<tf.Tensor2D>(ofImage(coefficients), [0]),
    prototypes: tf.squeeze<tf.Tensor3D>(ofImage(prototypes), [0]),
  }));
  try {
    const kept = await nonMaxSuppression(scope.boxes, scope.scores, { ...thresholds, classes: scope.classes });
    const [height, width, k] = scope.prototypes.shape;
    const rows = tf.tidy(() => {
      const indices = tf.tensor1d(kept, 'int32');
      return [scope.boxes, scope.scores, scope.classes, scope.coefficients].map((t) => tf.gather(t, indices));
    });
    try {
      const [boxes, scores, classes, chosen] = await Promise.all(rows.map((t) => t.data()));
      const data = (await scope.prototypes.data()) as Float32Array;
      return {
        boxes: boxes as Float32Array,
        scores: scores as Float32Array,
        classes: classes as Int32Array,
        coefficients: chosen as Float32Array,
        prototypes: { data, height, width, k },
      };
    } finally {
      tf.dispose(rows);
    }
  } finally {
    tf.dispose(scope);
  }
}
