/** The stages after the network, each by itself: a fault of one of them shows there and not in those that follow. */
import * as tf from '@tensorflow/tfjs';
import type { Compat } from '../compat/reference.js';
import { referenceOf } from '../compat/references.js';
import { letterboxGeometry, type Letterbox } from '../image/letterbox.js';
import type { Mask } from '../mask/mask.js';
import { rasterize } from '../mask/rasterize.js';
import { decode } from './decode.js';
import type { Prototypes, Thresholds } from './detector.js';
import { maskLogits } from './masks.js';
import { runNetwork, type Network } from './network.js';
import { nonMaxSuppression } from './nms.js';

/** What the stages after the network depend on. */
export interface StageSettings extends Thresholds {
  /** Size of the image before letterboxing: height, width. */
  readonly image: readonly [number, number];
  /** Whose choices scale boxes and make masks: this package's, or those of a peer (`docs/user/compat.md`). */
  readonly rules: 'fastsam-tfjs' | Compat;
}

/** The decoded outputs of one image, A anchors. */
export interface DecodedArrays {
  /** `A * 4` float32: xyxy, pixels of the network's input, not clipped. */
  readonly boxes: Float32Array;
  /** `A * classes` float32, 0…1. */
  readonly scores: Float32Array;
  /** `A * k` float32. */
  readonly coefficients: Float32Array;
  readonly prototypes: Prototypes;
}

/** Runs the network on one image [1,H,W,3] and decodes what it gives. */
export async function decodedArrays(network: Network, input: tf.Tensor4D): Promise<DecodedArrays> {
  const [, netHeight, netWidth] = input.shape;
  const raw = runNetwork(network, input);
  const decoded = decode(raw, netHeight, netWidth, network.architecture);
  const scores = tf.sigmoid(raw.classes);
  try {
    const [, height, width, k] = raw.prototypes.shape;
    return {
      boxes: (await decoded.boxes.data()) as Float32Array,
      scores: (await scores.data()) as Float32Array,
      coefficients: (await decoded.coefficients.data()) as Float32Array,
      prototypes: { data: (await raw.prototypes.data()) as Float32Array, height, width, k },
    };
  } finally {
    tf.dispose([{ ...raw }, { ...decoded }, scores]);
  }
}

/** The anchors that non-maximum suppression keeps, best first. */
export async function keptAnchors(
  { boxes, scores }: Pick<DecodedArrays, 'boxes' | 'scores'>,
  { conf, iou, maxDet }: Thresholds,
): Promise<Int32Array> {
  const anchors = boxes.length / 4;
  const tensors = tf.tidy(() => {
    const each = tf.tensor2d(scores, [anchors, scores.length / anchors]);
    return {
      boxes: tf.tensor2d(boxes, [anchors, 4]),
      best: tf.max<tf.Tensor1D>(each, 1),
      classes: tf.argMax<tf.Tensor1D>(each, 1),
    };
  });
  try {
    return await nonMaxSuppression(tensors.boxes, tensors.best, { conf, iou, maxDet, classes: tensors.classes });
  } finally {
    tf.dispose(tensors);
  }
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
