/** The detector of every backend: the tfjs layers one by one, and NMS beside them. */
import * as tf from '../runtime/tfjs.js';
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
import { runNetwork, type Network, type RawOutputs } from './network.js';
import { readAnchors } from './readAnchors.js';
import { selectDetections } from './selectDetections.js';

/** The detector that runs the tfjs layers one by one, on whatever backend is active. */
export class LayersDetector implements Detector {
  constructor(readonly network: Network) {}

  async detect(input: DetectorInput, thresholds: Thresholds): Promise<Detections[]> {
    return (await this.raw(input)).map((anchors) => selectDetections(anchors, thresholds));
  }

  async raw(input: DetectorInput, options: RawOptions = {}): Promise<RawAnchors[]> {
    const x = toTensor(input);
    let raw: RawOutputs;
    try {
      raw = runNetwork(this.network, x);
    } finally {
      x.dispose();
    }
    return readRawOutputs(raw, input, this.network, options);
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
