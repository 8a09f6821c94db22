/** The stages after the network, each by itself: a fault of one of them shows there and not in those that follow. */
import * as tf from '../runtime/tfjs.js';
import type { Compat } from '../compat/reference.js';
import { referenceOf } from '../compat/references.js';
import { letterboxGeometry, type Letterbox } from '../image/letterbox.js';
import type { Mask } from '../mask/mask.js';
import { rasterize } from '../mask/rasterize.js';
import type { Prototypes, RawAnchors, Thresholds } from './detector.js';
import { readRawOutputs } from './layersDetector.js';
import { maskLogits } from './masks.js';
import { runNetwork, type Network } from './network.js';
import { nonMaxSuppression } from './nms.js';
import { bestClasses } from './selectDetections.js';

/** What the stages after the network depend on. */
export interface StageSettings extends Thresholds {
  /** Size of the image before letterboxing: height, width. */
  readonly image: readonly [number, number];
  /** Whose choices scale boxes and make masks: this package's, or those of a peer (`docs/user/compat.md`). */
  readonly rules: 'fastsam-tfjs' | Compat;
}

/** Runs the network on one image [1,H,W,3] and decodes what it gives. */
export async function decodedArrays(network: Network, input: tf.Tensor4D): Promise<RawAnchors> {
  const [, height, width] = input.shape;
  const [found] = await readRawOutputs(runNetwork(network, input), { width, height }, network);
  return found;
}

/** The anchors that non-maximum suppression keeps, best first. */
export function keptAnchors(raw: Pick<RawAnchors, 'boxes' | 'scores'>, thresholds: Thresholds): Int32Array {
  const { scores, classes } = bestClasses(raw);
  const { conf, iou, maxDet } = thresholds;
  return nonMaxSuppression(raw.boxes, scores, { conf, iou, maxDet, classes });
}

/** Logits of masks at the prototypes' resolution, `n * height * width`. */
export async function logitsOf(
  { data, height, width, k }: Prototypes,
  coefficients: Float32Array,
): Promise<Float32Array> {
  const n = coefficients.length / k;
  if (n === 0) return new Float32Array(0);
  const prototypes = tf.tensor2d(data, [height * width, k]);
  try {
    return await maskLogits(prototypes, coefficients, n);
  } finally {
    prototypes.dispose();
  }
}

/** Where the image of the settings lies in a network input of so many pixels. */
export function geometryOf({ image: [height, width] }: StageSettings, net: readonly [number, number]): Letterbox {
  return letterboxGeometry(width, height, net, { auto: false });
}

/** Boxes in pixels of the image, clipped to it. Those that nearly fill it stay as they are. */
export function imageBoxes(netBoxes: Float32Array, geometry: Letterbox, { rules }: StageSettings): Float32Array {
  return referenceOf(compatOf(rules)).scaleBoxes(netBoxes, geometry, { snap: false, first: false }).imageCrop;
}

/** Masks at the image's resolution. @param boxes `n * 4` in pixels of the image, which crop them. */
export function masksOf(
  logits: Float32Array,
  boxes: Float32Array,
  { height, width }: Pick<Prototypes, 'height' | 'width'>,
  geometry: Letterbox,
  { rules }: StageSettings,
): Mask[] {
  const mode = { rule: referenceOf(compatOf(rules)).masks.raster, retina: true };
  const pixels = height * width;
  const window = { x: 0, y: 0, width, height };
  return Array.from({ length: boxes.length / 4 }, (_, i) =>
    rasterize(logits.subarray(i * pixels, (i + 1) * pixels), window, boxes.subarray(4 * i, 4 * i + 4), geometry, mode),
  );
}

const compatOf = (rules: StageSettings['rules']): Compat | undefined => (rules === 'fastsam-tfjs' ? undefined : rules);
