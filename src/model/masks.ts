/**
 * From coefficients to masks: logits = P Cᵀ on the active backend, then each object's bits inside its box.
 *
 * The logits of a few objects at a time live at prototype resolution (a quarter of the network input); nothing of size
 * n x image is ever made.
 */
import * as tf from '../runtime/tfjs.js';
import { throwIfAborted } from '../errors.js';
import type { Letterbox } from '../image/letterbox.js';
import type { Rect } from '../geometry/rect.js';
import { Mask } from '../mask/mask.js';
import type { RasterMode } from '../mask/rasterGeometry.js';
import { rasterize } from '../mask/rasterize.js';
import { windowOfBox } from '../mask/setOps.js';
import { throwIfGpuFailed } from '../runtime/gpuErrors.js';
import { onDevice } from '../runtime/onDevice.js';
import { compileReading, compilesShaders } from '../runtime/shaders.js';
import type { Prototypes } from './detector.js';

/** Floats of logits that exist at a time: 16 MB. */
const CHUNK_FLOATS = 4_194_304;

/**
 * The masks of one image's detections, in their order.
 * @param coefficients `n * k`, one row an object.
 * @param boxes `n * 4` xyxy that crop the masks: pixels of the image in retina mode, of the network input otherwise.
 * @throws FastSAMError `ABORTED`, `DEVICE_FAILED`.
 */
export async function assembleMasks(
  prototypes: Prototypes,
  coefficients: Float32Array,
  boxes: Float32Array,
  letterbox: Letterbox,
  mode: RasterMode,
  signal?: AbortSignal,
): Promise<Mask[]> {
  const { height, width } = prototypes;
  const window = { x: 0, y: 0, width, height };
  const masks: Mask[] = [];
  for await (const logits of eachLogits(prototypes, coefficients, signal)) {
    const box = boxes.subarray(4 * masks.length, 4 * masks.length + 4);
    masks.push(rasterize(logits, window, box, letterbox, mode));
  }
  return masks;
}

/**
 * The masks of one image's detections at prototype resolution, without resampling: cells with a logit above 0 inside the
 * box, as Ultralytics' `val` compares them.
 * @param boxes `n * 4` xyxy in cells of the prototype grid.
 */
export async function prototypeMasks(
  prototypes: Prototypes,
  coefficients: Float32Array,
  boxes: Float32Array,
): Promise<Mask[]> {
  const { height, width } = prototypes;
  const masks: Mask[] = [];
  for await (const logits of eachLogits(prototypes, coefficients)) {
    const box = windowOfBox(boxes.subarray(4 * masks.length, 4 * masks.length + 4), width, height);
    masks.push(positiveCells(logits, box, width, height));
  }
  return masks;
}

/** The logits of one object after the other, those of a few computed together: `height * width` floats. */
async function* eachLogits(
  { data, height, width, k }: Prototypes,
  coefficients: Float32Array,
  signal?: AbortSignal,
): AsyncGenerator<Float32Array, void> {
  const n = coefficients.length / k;
  if (n === 0) return;
  const pixels = height * width;
  const counts = rowCounts(pixels);
  const step = counts[counts.length - 1];
  const p = onDevice(() => tf.tensor2d(data, [pixels, k]));
  try {
    for (let start = 0; start < n; start += step) {
      throwIfAborted(signal);
      const count = Math.min(step, n - start);
      const values = await maskLogits(p, coefficients.subarray(start * k, (start + count) * k), count);
      throwIfGpuFailed();
      for (let i = 0; i < count; i++) yield values.subarray(i * pixels, (i + 1) * pixels);
    }
  } finally {
    p.dispose();
  }
}

/** Fewest rows of a product on a GPU. */
const FEWEST_ROWS = 8;

/**
 * How many objects go together, ascending. Shaders hold for one number of rows, so on a GPU there are few numbers: powers of
 * two, filled up with zeros. Elsewhere any number up to the last.
 * @param pixels cells of the prototype grid.
 */
function rowCounts(pixels: number): number[] {
  const most = Math.max(1, Math.floor(CHUNK_FLOATS / pixels));
  if (!compilesShaders()) return [most];
  const counts: number[] = [];
  for (let rows = Math.min(FEWEST_ROWS, 2 ** Math.floor(Math.log2(most))); rows <= most; rows *= 2) {
    if (rows <= MOST_ROWS) counts.push(rows);
  }
  return counts;
}

/** Most rows of a product on a GPU. */
const MOST_ROWS = 256;

/**
 * In work for `compileShaders`: what the masks of images of one size need.
 * @param prototypes [B,h,w,k].
 */
export function compileMasks({ shape: [, height, width, k] }: tf.Tensor4D): void {
  const pixels = height * width;
  const p = tf.tensor2d(new Float32Array(pixels * k), [pixels, k]);
  for (const rows of rowCounts(pixels)) compileReading(product(p, new Float32Array(rows * k), rows));
}

/**
 * Computes masks of nothing, every number of rows once, so that the first of an image take no longer than others.
 * @throws FastSAMError `DEVICE_FAILED`.
 */
export async function warmMasks({ data, height, width, k }: Prototypes): Promise<void> {
  const pixels = height * width;
  const p = onDevice(() => tf.tensor2d(data, [pixels, k]));
  try {
    for (const rows of compilesShaders() ? rowCounts(pixels) : [1])
      await maskLogits(p, new Float32Array(rows * k), rows);
    throwIfGpuFailed();
  } finally {
    p.dispose();
  }
}

/** The cells of a window with a value above 0. */
function positiveCells(values: Float32Array, window: Rect, gridWidth: number, gridHeight: number): Mask {
  const rowWords = (window.width + 31) >>> 5;
  const words = new Uint32Array(rowWords * window.height);
  for (let y = 0; y < window.height; y++) {
    const from = (window.y + y) * gridWidth + window.x;
    for (let x = 0; x < window.width; x++) {
      if (values[from + x] > 0) words[y * rowWords + (x >>> 5)] |= 1 << (x & 31);
    }
  }
  return new Mask(gridWidth, gridHeight, window.x, window.y, window.width, window.height, words);
}

/** C Pᵀ: `count` rows of logits at prototype resolution. @param prototypes [pixels,k]. */
export async function maskLogits(
  prototypes: tf.Tensor2D,
  coefficients: Float32Array,
  count: number,
): Promise<Float32Array> {
  const rows = rowCounts(prototypes.shape[0]).find((most) => most >= count);
  const { logits, values } = onDevice(() => {
    const logits = product(prototypes, coefficients, compilesShaders() ? (rows ?? count) : count);
    return { logits, values: logits.data<'float32'>() };
  });
  try {
    return await values;
  } finally {
    logits.dispose();
  }
}

/** C Pᵀ, C filled up with zeros to so many rows. */
function product(prototypes: tf.Tensor2D, coefficients: Float32Array, rows: number): tf.Tensor2D {
  const k = prototypes.shape[1];
  const filled = coefficients.length === rows * k ? coefficients : new Float32Array(rows * k);
  if (filled !== coefficients) filled.set(coefficients);
  return tf.tidy(() => tf.matMul(tf.tensor2d(filled, [rows, k]), prototypes, false, true));
}
