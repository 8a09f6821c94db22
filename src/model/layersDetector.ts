/** The detector of every backend: the tfjs layers one by one, and NMS beside them. */
import * as tf from '../runtime/tfjs.js';
import { throwIfGpuFailed } from '../runtime/gpuErrors.js';
import { onDevice } from '../runtime/onDevice.js';
import { compileReading, compileShaders, compilesShaders, type CompileOptions } from '../runtime/shaders.js';
import { decode } from './decode.js';
import {
  toTensor,
  type BatchSize,
  type Detections,
  type Detector,
  type DetectorInput,
  type RawAnchors,
  type RawOptions,
  type Thresholds,
} from './detector.js';
import type { Edits } from './edits.js';
import { compileMasks } from './masks.js';
import { runNetwork, type Network, type RawOutputs } from './network.js';
import { predict, type Predictions } from './predictions.js';
import { readAnchors } from './readAnchors.js';
import { selectDetections } from './selectDetections.js';

/** The detector that runs the tfjs layers one by one, on whatever backend is active. */
export class LayersDetector implements Detector {
  readonly #network: Network;
  readonly #edits: Edits | undefined;
  /** Sizes of batches whose shaders are compiled, or being compiled. */
  readonly #prepared = new Map<string, Promise<number>>();

  /** @param edits change outputs of layers, see `Edit`. */
  constructor(network: Network, edits?: Edits) {
    this.#network = network;
    this.#edits = edits;
  }

  async detect(input: DetectorInput, thresholds: Thresholds): Promise<Detections[]> {
    return (await this.raw(input)).map((anchors) => selectDetections(anchors, thresholds));
  }

  async raw(input: DetectorInput, options: RawOptions = {}): Promise<RawAnchors[]> {
    const edits = this.#edits;
    // An edit may read values, and while shaders are compiled there are none: each compiles when it is used.
    if (edits) return onDevice(() => readPredictions(this.#predict(input, edits), options));
    // Whatever goes wrong there comes up again in the run, which compiles what is not compiled.
    if (compilesShaders()) await this.prepare([sizeOf(input)]).catch(() => undefined);
    return onDevice(() => readRawOutputs(this.#run(input), input, this.#network, options));
  }

  async prepare(sizes: readonly BatchSize[], options: CompileOptions = {}): Promise<number> {
    const fresh = sizes.filter((size) => !this.#prepared.has(keyOf(size)));
    const compile = (): void => {
      for (const size of fresh) this.#compile(size);
    };
    const compiled = fresh.length > 0 ? compileShaders(compile, options) : Promise.resolve(0);
    for (const size of fresh) this.#prepared.set(keyOf(size), compiled);
    try {
      await Promise.all(sizes.map((size) => this.#prepared.get(keyOf(size)) ?? compiled));
      return await compiled;
    } catch (error) {
      for (const size of fresh) this.#prepared.delete(keyOf(size)); // the next call tries again
      throw error;
    }
  }

  #run(input: DetectorInput): RawOutputs {
    const x = toTensor(input);
    try {
      return runNetwork(this.#network, x);
    } finally {
      x.dispose();
    }
  }

  #predict(input: DetectorInput, edits: Edits): Predictions {
    const x = toTensor(input);
    try {
      return predict(this.#network, x, edits);
    } finally {
      x.dispose();
    }
  }

  /** Uses every shader of a run and of its masks, without a value. */
  #compile({ count, width, height }: BatchSize): void {
    const image = new Uint8Array(width * height * 3);
    const raw = this.#run({ images: new Array<Uint8Array>(count).fill(image), width, height });
    const { boxes, probabilities, coefficients } = decode(raw, height, width, this.#network.architecture);
    for (const read of [boxes, probabilities, coefficients, raw.prototypes, raw.classes]) compileReading(read);
    compileMasks(raw.prototypes);
  }

  /** The network stays its owner's. */
  dispose(): void {
    // Nothing else is held.
  }
}

const sizeOf = ({ images, width, height }: DetectorInput): BatchSize => ({ count: images.length, width, height });
const keyOf = ({ count, width, height }: BatchSize): string => `${count}x${height}x${width}`;

/**
 * Decodes and reads what `runNetwork` gives for a batch. Whatever is computed is so before the first wait.
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
