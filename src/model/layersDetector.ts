/** The detector of every backend: the tfjs layers one by one, and NMS beside them. */
import * as tf from '@tensorflow/tfjs';
import { throwIfGpuFailed } from '../runtime/gpuErrors.js';
import { decode } from './decode.js';
import {
  toTensor,
  type Detections,
  type Detector,
  type DetectorInput,
  type RawAnchors,
  type RawOptions,
  type Thresholds,
} from './detector.js';
import type { Edits } from './edits.js';
import { runNetwork, type Network, type RawOutputs } from './network.js';
import { predict, type Predictions } from './predictions.js';
import { readAnchors } from './readAnchors.js';
import { selectDetections } from './selectDetections.js';

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
    return (await this.raw(input)).map((anchors) => selectDetections(anchors, thresholds));
  }

  async raw(input: DetectorInput, options: RawOptions = {}): Promise<RawAnchors[]> {
    const x = toTensor(input);
    try {
      if (this.#edits) return await readPredictions(predict(this.#network, x, this.#edits), options);
      return await readRawOutputs(runNetwork(this.#network, x), input, this.#network, options);
    } finally {
      x.dispose();
    }
  }

  /** The network stays its owner's. */
  dispose(): void {
    // Nothing else is held.
  }
}

/**
 * Decodes and reads what `runNetwork` gives for a batch.
 * @param raw is disposed.
 * @throws FastSAMError `DEVICE_FAILED`.
 */
export async function readRawOutputs(
  raw: RawOutputs,
  { width, height }: Pick<DetectorInput, 'width' | 'height'>,
  { architecture }: Pick<Network, 'architecture'>,
  { logits = false }: RawOptions = {},
): Promise<RawAnchors[]> {
  const decoded = decode(raw, height, width, architecture);
  try {
    const { boxes, probabilities, coefficients } = decoded;
    const { prototypes, classes } = raw;
    const read = await readAnchors(
      { boxes, probabilities, coefficients, prototypes, ...(logits && { logits: classes }) },
      prototypes.shape[0],
    );
    throwIfGpuFailed();
    return read;
  } finally {
    tf.dispose([{ ...raw }, { ...decoded }]); // two records: they share names
  }
}

/** Reads predictions, which are disposed. */
async function readPredictions(
  { boxes, scores, logits, coefficients, prototypes }: Predictions,
  { logits: withLogits = false }: RawOptions,
): Promise<RawAnchors[]> {
  try {
    const read = await readAnchors(
      { boxes, probabilities: scores, coefficients, prototypes, ...(withLogits && { logits }) },
      prototypes.shape[0],
    );
    throwIfGpuFailed();
    return read;
  } finally {
    tf.dispose([boxes, scores, logits, coefficients, prototypes]);
  }
}
