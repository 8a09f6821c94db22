/** Writes a reference file: what this package computes of an image, for a port in another language to be held against. */
import type * as tf from '../runtime/tfjs.js';
import { takeRows } from '../geometry/rows.js';
import { encodeCounts } from '../mask/rle.js';
import { float32Tensor, type WeightTensor } from '../weights/tensor.js';
import { writeSafetensors } from '../weights/writeSafetensors.js';
import { eachActivation } from './activations.js';
import { activationNames } from './layerNames.js';
import type { Network } from './network.js';
import { INPUT, STAGE_PREFIX, type ReferenceLayer } from './referenceFile.js';
import {
  decodedArrays,
  geometryOf,
  imageBoxes,
  keptAnchors,
  logitsOf,
  masksOf,
  type StageSettings,
} from './referenceStages.js';

/** Largest whole number up to which float32, in which files are written, has every one. */
const EXACT = 2 ** 24;

/**
 * The bytes of a reference file.
 * @param input [1,H,W,3] float32, RGB 0…1, letterboxed; stays the caller's.
 * @param values at most so many values of each layer, spread over all of it.
 */
export async function encodeReference(
  network: Network,
  input: tf.Tensor4D,
  settings: StageSettings,
  values: number,
): Promise<Uint8Array> {
  const tensors = new Map<string, WeightTensor>();
  const layers: ReferenceLayer[] = [];
  const put = (name: string, shape: readonly number[], data: ArrayLike<number>) => {
    tensors.set(name, float32Tensor(shape, Float32Array.from(data)));
  };
  put(INPUT, input.shape, await input.data());
  for (const { name, value } of eachActivation(network, input, writtenNames(network))) {
    const all = await value.data();
    const { kept, step } = thin(all, values);
    put(name, [kept.length], kept);
    layers.push({ name, shape: value.shape, step, largest: largestOf(all) });
  }
  for (const [name, { shape, data }] of Object.entries(await stageArrays(network, input, settings))) {
    put(STAGE_PREFIX + name, shape, data);
  }
  return writeSafetensors(tensors, { layers: JSON.stringify(layers), stages: JSON.stringify(settings) });
}

/** Names that mean the same in Ultralytics. A folded convolution holds batch norm; an activation is its block's output. */
function writtenNames(network: Network): string[] {
  return activationNames(network).filter(
    (name) => !name.endsWith('.act') && !(network.folded && name.endsWith('.conv')),
  );
}

async function stageArrays(
  network: Network,
  input: tf.Tensor4D,
  settings: StageSettings,
): Promise<Record<string, { readonly shape: readonly number[]; readonly data: ArrayLike<number> }>> {
  const decoded = await decodedArrays(network, input);
  const { boxes, scores, coefficients, prototypes } = decoded;
  const { data, height, width, k } = prototypes;
  const anchors = boxes.length / 4;
  const kept = keptAnchors(decoded, settings);
  const n = kept.length;
  const logits = await logitsOf(prototypes, takeRows(coefficients, kept, k));
  const geometry = geometryOf(settings, [input.shape[1], input.shape[2]]);
  const scaled = imageBoxes(takeRows(boxes, kept, 4), geometry, settings);
  const counts = masksOf(logits, scaled, prototypes, geometry, settings).map((mask) =>
    encodeCounts(mask).counts.flatMap(split),
  );
  return {
    boxes: { shape: [anchors, 4], data: boxes },
    scores: { shape: [anchors, scores.length / anchors], data: scores },
    coefficients: { shape: [anchors, k], data: coefficients },
    prototypes: { shape: [height, width, k], data },
    kept: { shape: [n], data: kept },
    logits: { shape: [n, height, width], data: logits },
    image_boxes: { shape: [n, 4], data: scaled },
    mask_counts: { shape: [counts.flat().length], data: counts.flat() },
    mask_lengths: { shape: [n], data: counts.map(({ length }) => length) },
  };
}

/** A run that float32 cannot hold, as several with runs of nothing between them. */
function split(count: number): number[] {
  return count <= EXACT ? [count] : [EXACT, 0, ...split(count - EXACT)];
}

/** At most `count` values, by a step without common divisor with the size, so that none comes twice. */
function thin(values: ArrayLike<number>, count: number): { kept: Float32Array; step: number } {
  const size = values.length;
  if (size <= count) return { kept: Float32Array.from(values), step: 1 };
  let step = Math.floor(size * 0.6180339887);
  while (commonDivisor(step, size) !== 1) step--;
  return { kept: Float32Array.from({ length: count }, (_, i) => values[(i * step) % size]), step };
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

function largestOf(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  return largest;
}
