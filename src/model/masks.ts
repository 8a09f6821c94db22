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
  const { data, height, width, k } = prototypes;
  const n = coefficients.length / k;
  const pixels = height * width;
  const step = Math.max(1, Math.floor(CHUNK_FLOATS / pixels));
  const window = { x: 0, y: 0, width, height };
  const masks: Mask[] = [];
  if (n === 0) return masks;
  const p = tf.tensor2d(data, [pixels, k]);
  try {
    for (let start = 0; start < n; start += step) {
      throwIfAborted(signal);
      const count = Math.min(step, n - start);
      const values = await maskLogits(p, coefficients.subarray(start * k, (start + count) * k), count);
      throwIfGpuFailed();
      for (let i = 0; i < count; i++) {
        const box = boxes.subarray(4 * (start + i), 4 * (start + i) + 4);
        masks.push(rasterize(values.subarray(i * pixels, (i + 1) * pixels), window, box, letterbox, mode));
      }
    }
  } finally {
    p.dispose();
  }
  return masks;
}

/**
 * The masks of one image's detections at prototype resolution, without resampling: cells with a logit above 0 inside the
 * box, as Ultralytics' `val` compares them.
 * @param boxes `n * 4` xyxy in cells of the prototype grid.
 */
export async function prototypeMasks(
  { data, height, width, k }: Prototypes,
  coefficients: Float32Array,
  boxes: Float32Array,
): Promise<Mask[]> {
  const n = coefficients.length / k;
  const pixels = height * width;
  const step = Math.max(1, Math.floor(CHUNK_FLOATS / pixels));
  const masks: Mask[] = [];
  if (n === 0) return masks;
  const p = tf.tensor2d(data, [pixels, k]);
  try {
    for (let start = 0; start < n; start += step) {
      const count = Math.min(step, n - start);
      const values = await maskLogits(p, coefficients.subarray(start * k, (start + count) * k), count);
      for (let i = 0; i < count; i++) {
        const box = windowOfBox(boxes.subarray(4 * (start + i), 4 * (start + i) + 4), width, height);
        masks.push(positiveCells(values.subarray(i * pixels, (i + 1) * pixels), box, width, height));
      }
    }
  } finally {
    p.dispose();
  }
  return masks;
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
  const product = tf.tidy(() =>
    tf.matMul(tf.tensor2d(coefficients, [count, coefficients.length / count]), prototypes, false, true),
  );
  try {
    return (await product.data()) as Float32Array;
  } finally {
    product.dispose();
  }
}
