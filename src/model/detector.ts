/** Stage 1 on tensors: letterboxed pictures in; boxes, scores, coefficients and prototypes out. */
import * as tf from '@tensorflow/tfjs';
import { throwIfGpuFailed } from '../runtime/gpuErrors.js';
import { decode } from './decode.js';
import { runNetwork, type Network } from './network.js';
import { nonMaxSuppression } from './nms.js';

/** Pictures of one size, letterboxed. */
export interface DetectorInput {
  /** One array a picture: `height * width * 3` bytes, RGB, padding included. */
  readonly pictures: readonly Uint8Array[];
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

/** What the network found in one picture; n objects by descending score. */
export interface Detections {
  /** `n * 4` xyxy, pixels of the network's input, not clipped. */
  readonly boxes: Float32Array;
  readonly scores: Float32Array;
  readonly classes: Int32Array;
  /** `n * k`, one row an object. */
  readonly coefficients: Float32Array;
  readonly prototypes: Prototypes;
}

/** The k prototypes of one picture, at a quarter of the network input's size. */
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
    const decoded = decode(raw, height, width, this.network.architecture.regMax);
    try {
      const found: Detections[] = [];
      for (let i = 0; i < input.pictures.length; i++) {
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
export function toTensor({ pictures, width, height }: DetectorInput): tf.Tensor4D {
  const values = new Float32Array(pictures.length * height * width * 3);
  let at = 0;
  for (const picture of pictures) for (let i = 0; i < picture.length; i++) values[at++] = UNIT[picture[i]];
  return tf.tensor4d(values, [pictures.length, height, width, 3]);
}

/** NMS of one picture of the batch, and the rows that survive. */
async function select(
  index: number,
  decoded: { boxes: tf.Tensor3D; scores: tf.Tensor2D; classes: tf.Tensor2D },
  coefficients: tf.Tensor3D,
  prototypes: tf.Tensor4D,
  thresholds: Thresholds,
): Promise<Detections> {
  const ofPicture = (t: tf.Tensor) => tf.slice(t, index, 1);
  const scope = tf.tidy(() => ({
    boxes: tf.squeeze<tf.Tensor2D>(ofPicture(decoded.boxes), [0]),
    scores: tf.squeeze<tf.Tensor1D>(ofPicture(decoded.scores), [0]),
    classes: tf.squeeze<tf.Tensor1D>(ofPicture(decoded.classes), [0]),
    coefficients: tf.squeeze<tf.Tensor2D>(ofPicture(coefficients), [0]),
    prototypes: tf.squeeze<tf.Tensor3D>(ofPicture(prototypes), [0]),
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
