/** Large images leave the caller's thread in slices, so that none of its tasks is long. */
import { invalidArgument } from '../errors.js';
import { platform } from '../platform/platform.js';
import { SLICE_BYTES, type Bitmap } from '../platform/workers/workers.js';
import { nextTurn } from '../platform/nextTurn.js';
import type { PixelData } from '../source/readImage.js';

/** Bytes of an encoded file or of pixels. */
type Bytes = Uint8Array | Uint8ClampedArray;

/** Whether a copy in one step would take a task of its own. */
export function isLarge(value: unknown): value is Bytes {
  return (value instanceof Uint8Array || value instanceof Uint8ClampedArray) && value.length > SLICE_BYTES;
}

/** A copy, made slice by slice; the thread has a turn for others after each. */
export async function copyInSlices<B extends Bytes>(from: B): Promise<B> {
  const { length } = from;
  const copy = from instanceof Uint8ClampedArray ? new Uint8ClampedArray(length) : new Uint8Array(length);
  for (let at = 0; at < length; at += SLICE_BYTES) {
    copy.set(from.subarray(at, at + SLICE_BYTES), at);
    await nextTurn();
  }
  return copy as B;
}

/**
 * The pixels of a picture that came in strips, which are closed.
 * @param strips of one width, from top to bottom.
 */
export async function joinStrips(strips: readonly Bitmap[]): Promise<PixelData> {
  const [{ width }] = strips;
  const height = strips.reduce((sum, strip) => sum + strip.height, 0);
  const data = new Uint8ClampedArray(4 * width * height);
  let at = 0;
  for (const strip of strips) {
    const pixels = await platform().capturePixels(strip);
    if (!pixels) throw invalidArgument('worker: got strips of no picture, expected bitmaps');
    data.set(pixels.data, at);
    at += pixels.data.length;
    strip.close();
  }
  return { data, width, height };
}
