/** The detector of every backend: the tfjs layers one by one, and NMS as tensors. */
import * as tf from '@tensorflow/tfjs';
import { throwIfGpuFailed } from '../runtime/gpuErrors.js';
import { decode } from './decode.js';
import {
  bytesOf,
  detectOnce,
  toTensor,
  type Detections,
  type Detector,
  type DetectorInput,
  type KeptOutputs,
  type Thresholds,
} from './detector.js';
import { runNetwork, type Network } from './network.js';
import { nonMaxSuppression } from './nms.js';

/** The detector that runs the tfjs layers one by one, on whatever backend is active. */
export class LayersDetector implements Detector {
  constructor(readonly network: Network) {}

  detect(input: DetectorInput, thresholds: Thresholds): Promise<Detections[]> {
    return detectOnce(this.keep(input), thresholds);
  }

  keep(input: DetectorInput): KeptOutputs {
    const { width, height } = input;
    const x = toTensor(input);
    const raw = runNetwork(this.network, x);
    x.dispose();
    const decoded = decode(raw, height, width, this.network.architecture);
    tf.dispose([raw.boxes, raw.classes]);
    const { coefficients, prototypes } = raw;
    const held = [coefficients, prototypes, ...(Object.values(decoded) as tf.Tensor[])];
    return {
      bytes: bytesOf(held),
      async select(thresholds) {
        const found: Detections[] = [];
        for (let i = 0; i < input.images.length; i++) {
          found.push(await select(i, decoded, coefficients, prototypes, thresholds));
        }
        throwIfGpuFailed();
        return found;
      },
      dispose() {
        tf.dispose(held);
      },
    };
  }

  /** The network stays its owner's. */
  dispose(): void {
    // Nothing else is held.
  }
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
