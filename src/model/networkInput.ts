/** What the network is given: a tensor as it is, or an image letterboxed as in `segment`. */
import * as tf from '../runtime/tfjs.js';
import { letterboxGeometry } from '../image/letterbox.js';
import { networkPixels } from '../image/networkPixels.js';
import { onDevice } from '../runtime/onDevice.js';
import type { PictureReading } from '../source/pictureOptions.js';
import { readImage, type ImageInput } from '../source/readImage.js';
import { toTensor } from './detector.js';

/** An image, or what goes into the network: float32 [H,W,3] or [B,H,W,3], RGB 0…1. */
export type NetworkInput = ImageInput | tf.Tensor4D;

/** How an image is letterboxed, see `SegmentOptions`. */
export interface LetterboxChoice extends PictureReading {
  readonly imgsz: number | readonly [number, number];
  readonly square: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * The network's input. A float32 tensor whose sides are multiples of the largest stride is taken bit for bit, and so is
 * every batch, which the network refuses if it does not fit; anything else is read as an image.
 * @returns float32 [B,H,W,3], RGB 0…1, for the caller to dispose.
 * @throws FastSAMError what `readImage` throws.
 */
export async function networkInput(
  input: NetworkInput,
  { imgsz, square, ...reading }: LetterboxChoice,
  maxStride: number,
): Promise<tf.Tensor4D> {
  if (input instanceof tf.Tensor && input.rank === 4) return onDevice(() => tf.clone(input));
  if (input instanceof tf.Tensor && isExact(input, maxStride)) return onDevice(() => tf.expandDims<tf.Tensor4D>(input));
  const rgb = await readImage(input, reading);
  const geometry = letterboxGeometry(rgb.width, rgb.height, imgsz, { auto: !square });
  const { netWidth: width, netHeight: height } = geometry;
  const images = [await networkPixels(rgb, geometry)];
  return onDevice(() => toTensor({ images, width, height }));
}

const isExact = ({ dtype, shape }: tf.Tensor, maxStride: number): boolean =>
  dtype === 'float32' &&
  shape.length === 3 &&
  shape[2] === 3 &&
  shape.slice(0, 2).every((side) => side > 0 && side % maxStride === 0);
