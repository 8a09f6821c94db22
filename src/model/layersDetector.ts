/** The detector of every backend: the tfjs layers one by one, and NMS as tensors. */
import * as tf from '@tensorflow/tfjs';
import { throwIfGpuFailed } from '../runtime/gpuErrors.js';
import { decode, type Decoded } from './decode.js';
import { toTensor, type Detections, type Detector, type DetectorInput, type Thresholds } from './detector.js';
import type { Edits } from './edits.js';
import { runNetwork, type Network } from './network.js';
import { nonMaxSuppression } from './nms.js';
import { predict, type Predictions } from './predictions.js';

/** What NMS selects from, for a batch of images. */
type Candidates = Decoded & Pick<Predictions, 'prototypes'>;

/** The detector that runs the tfjs layers one by one, on whatever backend is active. */
export class LayersDetector implements Detector {
  readonly #network: Network;
  readonly #edits: Edits | undefined;

  /** @param edits change outputs of layers, see `Edit`. */
  constructor(network: Network, edits?: Edits) {
    this.#network = network;
    this.#edits = edits;
  }

  async detect(input: DetectorInput, thresholds: Thresholds): Promise<Detections[]> {
    const x = toTensor(input);
    let candidates: Candidates;
    try {
      candidates = this.#edits ? editedCandidates(this.#network, x, this.#edits) : candidatesOf(this.#network, x);
    } finally {
      x.dispose();
    }
    try {
      const found: Detections[] = [];
      for (let i = 0; i < input.images.length; i++) found.push(await select(i, candidates, thresholds));
      throwIfGpuFailed();
      return found;
    } finally {
      tf.dispose({ ...candidates });
    }
  }

  /** The network stays its owner's. */
  dispose(): void {
    // Nothing else is held.
  }
}

function candidatesOf(network: Network, x: tf.Tensor4D): Candidates {
  const [, height, width] = x.shape;
  const { prototypes, ...raw } = runNetwork(network, x);
  const decoded = decode({ ...raw, prototypes }, height, width, network.architecture);
  tf.dispose({ ...raw });
  return { ...decoded, prototypes };
}

function editedCandidates(network: Network, x: tf.Tensor4D, edits: Edits): Candidates {
  return tf.tidy(() => {
    const { boxes, scores, coefficients, prototypes } = predict(network, x, edits);
    const classes = tf.cast<tf.Tensor2D>(tf.argMax(scores, 2), 'int32');
    return { boxes, scores: tf.max<tf.Tensor2D>(scores, 2), classes, coefficients, prototypes };
  });
}

/** NMS of one image of the batch, and the rows that survive. */
async function select(
  index: number,
  { boxes, scores, classes, coefficients, prototypes }: Candidates,
  thresholds: Thresholds,
): Promise<Detections> {
  const ofImage = (t: tf.Tensor) => tf.slice(t, index, 1);
  const scope = tf.tidy(() => ({
    boxes: tf.squeeze<tf.Tensor2D>(ofImage(boxes), [0]),
    scores: tf.squeeze<tf.Tensor1D>(ofImage(scores), [0]),
    classes: tf.squeeze<tf.Tensor1D>(ofImage(classes), [0]),
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
      const columns = await Promise.all(rows.map((t) => t.data()));
      const data = (await scope.prototypes.data()) as Float32Array;
      return {
        boxes: columns[0] as Float32Array,
        scores: columns[1] as Float32Array,
        classes: columns[2] as Int32Array,
        coefficients: columns[3] as Float32Array,
        prototypes: { data, height, width, k },
      };
    } finally {
      tf.dispose(rows);
    }
  } finally {
    tf.dispose(scope);
  }
}
