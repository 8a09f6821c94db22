/** Decoding of boxes in stock tfjs layers, which know neither constants nor positions of cells. */
import * as tf from '../../runtime/tfjs.js';
import type { Architecture } from '../../model/architecture.js';
import type { LayerWeight } from '../walkLayers.js';
import { concatenate, convolution, list, apply, applyWith } from './stockGraph.js';

/** The head's maps, level by level. */
export interface HeadMaps {
  readonly boxes: readonly tf.SymbolicTensor[];
  readonly classes: readonly tf.SymbolicTensor[];
  readonly coefficients: readonly tf.SymbolicTensor[];
}

/** [B,4+classes+k,A], see `stockModel`. */
export function stockHead(maps: HeadMaps, architecture: Architecture): tf.SymbolicTensor {
  const { family, regMax, classes, maskCoefficients } = architecture;
  const boxes = maps.boxes.map((map, i) => levelBoxes(`boxes/${i}`, map, family.head.strides[i], regMax));
  const lists = (name: string, levels: readonly tf.SymbolicTensor[], channels: number): tf.SymbolicTensor => {
    const parts = levels.map((map, i) => list(`${name}/${i}`, map, channels));
    return concatenate(name, parts, 1);
  };
  const logits = lists('classes', maps.classes, classes);
  const rows = [
    concatenate('boxes', boxes, 1),
    apply(tf.layers.activation({ name: 'scores', activation: 'sigmoid' }), logits),
    lists('coefficients', maps.coefficients, maskCoefficients),
  ];
  return apply(tf.layers.permute({ name: 'output0', dims: [2, 1] }), concatenate('rows', rows, -1));
}

/** Boxes of one level, [B,H·W,4]: centre x, centre y, width, height in pixels. */
function levelBoxes(name: string, logits: tf.SymbolicTensor, stride: number, regMax: number): tf.SymbolicTensor {
  let bins = list(`${name}/logits`, logits, 4, regMax);
  if (regMax > 1) bins = apply(tf.layers.activation({ name: `${name}/bins`, activation: 'softmax' }), bins);
  const sides = applyWith(
    tf.layers.dense({ name: `${name}/sides`, units: 4, useBias: false, kernelInitializer: 'zeros' }),
    list(`${name}/flatBins`, bins, 4 * regMax),
    [sidesKernel(regMax, stride)],
  );
  return apply(tf.layers.add({ name: `${name}/xywh` }), [
    sides,
    list(`${name}/places`, centres(name, logits, stride), 4),
  ]);
}

/** How each of left, top, right, bottom counts in centre x, centre y, width, height. */
const SIDES_TO_BOX = [
  [-0.5, 0, 1, 0],
  [0, -0.5, 0, 1],
  [0.5, 0, 1, 0],
  [0, 0.5, 0, 1],
] as const;

/** Expected bins, the stride and the change from sides to centre and size in one matrix [4·regMax,4]. */
function sidesKernel(regMax: number, stride: number): LayerWeight {
  const distance = (bin: number): number => stride * (regMax === 1 ? 1 : bin); // a single bin is the distance itself
  const values = SIDES_TO_BOX.flatMap((row) =>
    Array.from({ length: regMax }, (_, bin) => row.map((share) => share * distance(bin))).flat(),
  );
  return { shape: [4 * regMax, 4], values: Float32Array.from(values) };
}

/** Cells that one counting convolution reaches. */
const REACH = 64;
/** Counting convolutions of a map of unknown size: they number REACH^3 cells, two million pixels at stride 8. */
const DYNAMIC_STEPS = 3;

/** The centre of each cell in pixels, [B,H,W,4] with zeros for width and height. */
function centres(name: string, map: tf.SymbolicTensor, stride: number): tf.SymbolicTensor {
  const [, height, width, channels] = map.shape as [number | null, number | null, number | null, number];
  const zeros: LayerWeight = { shape: [1, 1, channels, 1], values: new Float32Array(channels) };
  const one: LayerWeight = { shape: [1], values: Float32Array.of(1) };
  const ones = convolution(`${name}/ones`, map, { weights: [zeros, one] });
  const numbers = [numberCells(`${name}/column`, ones, 'x', width), numberCells(`${name}/row`, ones, 'y', height)];
  // Cells are numbered from 1, and their centres lie half a cell before their ends.
  const toPixels: LayerWeight[] = [
    { shape: [1, 1, 2, 4], values: Float32Array.of(stride, 0, 0, 0, 0, stride, 0, 0) },
    { shape: [4], values: Float32Array.of(-stride / 2, -stride / 2, 0, 0) },
  ];
  return convolution(`${name}/centres`, concatenate(`${name}/numbers`, numbers, -1), { weights: toPixels });
}

/**
 * The number of each cell along an axis, from 1. A cell's number is the sum over the ones up to it: a convolution sums
 * REACH of them, one on its sums, dilated by REACH, sums REACH^2, and so on. All sums are exact.
 */
function numberCells(name: string, ones: tf.SymbolicTensor, axis: 'x' | 'y', cells: number | null): tf.SymbolicTensor {
  const steps = cells === null ? DYNAMIC_STEPS : Math.max(1, Math.ceil(Math.log(cells) / Math.log(REACH)));
  const length = 2 * REACH - 1; // the cell itself in the middle, and nothing of what comes after it
  const values = Float32Array.from({ length }, (_, i) => (i < REACH ? 1 : 0));
  const kernel: LayerWeight = { shape: axis === 'x' ? [1, length, 1, 1] : [length, 1, 1, 1], values };
  let sums = ones;
  for (let step = 0; step < steps; step++) {
    const dilation = REACH ** step;
    const dilationRate: [number, number] = axis === 'x' ? [1, dilation] : [dilation, 1];
    sums = convolution(`${name}/${step}`, sums, { weights: [kernel], dilationRate });
  }
  return sums;
}
