/** The strength of corners in WebAssembly with vector instructions. */
import { type GreyPlane, mirrored } from './greyPlane.js';
import { reserve, simdEngine } from './simdEngine.js';
import { I16_LANES } from './windowWasm.js';

const SLOPE_BYTES = 2;
const STRENGTH_BYTES = 4;
/** Whole vectors are read and written: so much is touched beyond an end. */
const SLACK_BYTES = 64;

/**
 * The smaller eigenvalue of the gradients' second moments over 3 x 3 pixels, at every pixel, up to a constant factor.
 * @returns undefined where there are no vector instructions; else a view that lasts until the next use of the engine.
 */
export function simdStrength(plane: GreyPlane): Float32Array | undefined {
  const engine = simdEngine();
  if (!engine) return undefined;
  const { width, height } = plane;
  // One pixel more on each side, and room for what whole vectors write beyond the right one.
  const stride = width + 2 + I16_LANES;
  const pixels = stride * (height + 2);
  const lineBytes = stride * STRENGTH_BYTES;
  const dx = 8 * Math.ceil((pixels + SLACK_BYTES) / 8);
  const dy = dx + pixels * SLOPE_BYTES;
  const sums = 8 * Math.ceil((dy + pixels * SLOPE_BYTES + SLACK_BYTES) / 8);
  const out = sums + 3 * lineBytes + SLACK_BYTES;
  reserve(engine, out + width * height * STRENGTH_BYTES + SLACK_BYTES);
  copyMirrored(plane, new Uint8Array(engine.memory.buffer, 0, pixels), stride);
  const first = (stride + 1) * SLOPE_BYTES;
  engine.functions.sobel(0, dx + first, dy + first, stride, width, height);
  // Beyond the border OpenCV mirrors the products of gradients, which is not the same as the pixels.
  for (const at of [dx, dy]) mirrorBorder(new Int16Array(engine.memory.buffer, at, pixels), plane, stride);
  engine.functions.strength(dx, dy, sums, lineBytes, out, stride * SLOPE_BYTES, width, height);
  return new Float32Array(engine.memory.buffer, out, width * height);
}

/** The image inside a mirrored border of one pixel. */
function copyMirrored(plane: GreyPlane, to: Uint8Array, stride: number): void {
  const { data, width, height } = plane;
  for (let y = 0; y < height; y++) {
    to.set(data.subarray(y * width, (y + 1) * width), (y + 1) * stride + 1);
  }
  mirrorBorder(to, plane, stride);
}

/** Fills the border of one value around the inner ones. */
function mirrorBorder(values: Uint8Array | Int16Array, { width, height }: GreyPlane, stride: number): void {
  const left = 1 + mirrored(-1, width);
  const right = 1 + mirrored(width, width);
  for (let y = 1; y <= height; y++) {
    const row = y * stride;
    values[row] = values[row + left];
    values[row + 1 + width] = values[row + right];
  }
  const above = (1 + mirrored(-1, height)) * stride;
  const below = (1 + mirrored(height, height)) * stride;
  values.copyWithin(0, above, above + stride);
  values.copyWithin((height + 1) * stride, below, below + stride);
}
