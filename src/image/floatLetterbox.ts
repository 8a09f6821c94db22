/** Letterboxing of float images, in float32: as OpenCV's `resize` with INTER_LINEAR of CV_32F, nothing rounded to bytes. */
import { fillColour, PADDING, requireImageOf, type Letterbox, type PaddingColour } from './letterbox.js';
import type { RgbImage } from './rgbImage.js';

/** The two source samples of each output sample along one axis, as offsets of values, and the weight of the second. */
interface Taps {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly weight: Float32Array;
}

/** @param step values from one sample to the next. */
function tapsOf(from: number, to: number, step: number): Taps {
  const taps: Taps = { first: new Int32Array(to), second: new Int32Array(to), weight: new Float32Array(to) };
  for (let i = 0; i < to; i++) {
    const position = (i + 0.5) * (from / to) - 0.5;
    const low = Math.floor(position);
    taps.first[i] = step * Math.min(Math.max(low, 0), from - 1);
    taps.second[i] = step * Math.min(Math.max(low + 1, 0), from - 1);
    taps.weight[i] = position - low;
  }
  return taps;
}

/**
 * Letterboxes the floats of an image. Where its size already fits, no bit changes.
 * @param floats `height * width * 3` of the image.
 * @param padding 0…255, as for bytes; the network gets a 255th of it.
 * @returns `netHeight * netWidth * 3`.
 * @throws FastSAMError `INVALID_ARGUMENT` if the geometry is another image's.
 */
export function letterboxFloats(
  image: RgbImage,
  floats: Float32Array,
  geometry: Letterbox,
  padding: PaddingColour = PADDING,
): Float32Array {
  const { netWidth, netHeight, width, height, left, top } = geometry;
  requireImageOf(geometry, image);
  const data = new Float32Array(netWidth * netHeight * 3);
  if (width !== netWidth || height !== netHeight) {
    fillColour(
      data,
      typeof padding === 'number' ? padding / 255 : [padding[0] / 255, padding[1] / 255, padding[2] / 255],
    );
  }
  const stride = netWidth * 3;
  const offset = top * stride + left * 3;
  const resized = width === image.width && height === image.height ? undefined : resizer(image, floats, width, height);
  for (let y = 0; y < height; y++) {
    const row = resized?.(y) ?? floats.subarray(y * width * 3, (y + 1) * width * 3);
    data.set(row, offset + y * stride);
  }
  return data;
}

/** Rows of the resized image by their number; valid until the next call. */
function resizer(image: RgbImage, floats: Float32Array, width: number, height: number): (y: number) => Float32Array {
  const columns = tapsOf(image.width, width, 3);
  const rows = tapsOf(image.height, height, 3 * image.width);
  const upper = new Float32Array(3 * width);
  const lower = new Float32Array(3 * width);
  const out = new Float32Array(3 * width);
  return (y) => {
    const weight = rows.weight[y];
    resizeRow(floats, rows.first[y], columns, upper);
    resizeRow(floats, rows.second[y], columns, lower);
    for (let i = 0; i < out.length; i++) out[i] = upper[i] * Math.fround(1 - weight) + lower[i] * weight;
    return out;
  };
}

function resizeRow(floats: Float32Array, start: number, { first, second, weight }: Taps, out: Float32Array): void {
  for (let x = 0, o = 0; x < first.length; x++) {
    const a = start + first[x];
    const b = start + second[x];
    const after = weight[x];
    const before = Math.fround(1 - after);
    for (let c = 0; c < 3; c++, o++) out[o] = floats[a + c] * before + floats[b + c] * after;
  }
}
