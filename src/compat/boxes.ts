/** The arithmetic of boxes that all references share. */
import { contentRect, type Letterbox, type LetterboxSizes } from '../image/letterbox.js';

/** A box with a larger IoU with the whole image than this is replaced by it (both peers). */
const FULL_IOU = 0.9;
/** The peers snap box sides within so many pixels of the border. */
const SNAP_PIXELS = 20;

/** From pixels of the network's input to the image's: `(value - pad) / gain`. */
export interface Transform {
  readonly gainX: number;
  readonly gainY: number;
  readonly padX: number;
  readonly padY: number;
}

/** Ultralytics 8.4: a gain for each axis, so that rounding of the short side costs nothing. */
export function exactTransform(letterbox: LetterboxSizes): Transform {
  const { imageWidth, imageHeight, netWidth, netHeight } = letterbox;
  const { x, y, width, height } = contentRect(netWidth, netHeight, letterbox);
  return { gainX: width / imageWidth, gainY: height / imageHeight, padX: x, padY: y };
}

/**
 * Boxes of the network's input in pixels of the image, clipped to it; in float32 throughout, the gain too, as PyTorch
 * divides.
 */
export function transformBoxes(
  boxes: Float32Array,
  { imageWidth, imageHeight }: Letterbox,
  { gainX, gainY, padX, padY }: Transform,
): Float32Array {
  const scale = (value: number, pad: number, gain: number, high: number): number =>
    Math.min(Math.max(Math.fround(value - pad) / Math.fround(gain), 0), high);
  return boxes.map((value, i) =>
    i % 2 === 0 ? scale(value, padX, gainX, imageWidth) : scale(value, padY, gainY, imageHeight),
  );
}

/** Moves every side within 20 pixels of the border onto it, in place. */
export function snapSides(boxes: Float32Array, width: number, height: number): void {
  for (let i = 0; i < boxes.length; i += 4) {
    if (boxes[i] < SNAP_PIXELS) boxes[i] = 0;
    if (boxes[i + 1] < SNAP_PIXELS) boxes[i + 1] = 0;
    if (boxes[i + 2] > width - SNAP_PIXELS) boxes[i + 2] = width;
    if (boxes[i + 3] > height - SNAP_PIXELS) boxes[i + 3] = height;
  }
}

/**
 * Replaces the boxes that nearly fill a grid by the whole of it, in place.
 * @param epsilon added to the union.
 * @returns how many.
 */
export function fillBoxes(boxes: Float32Array, width: number, height: number, epsilon: number): number {
  let count = 0;
  for (let i = 0; i < boxes.length; i += 4) {
    if (!isFull(boxes, i, width, height, epsilon)) continue;
    boxes.set([0, 0, width, height], i);
    count++;
  }
  return count;
}

/** Whether the box that begins at index `at` nearly fills a grid; in float32, as the peers decide. */
export function isFull(boxes: Float32Array, at: number, width: number, height: number, epsilon: number): boolean {
  const f = Math.fround;
  const [x1, y1, x2, y2] = boxes.subarray(at, at + 4);
  const shared = (low: number, high: number, size: number) => Math.max(0, f(Math.min(high, size) - Math.max(low, 0)));
  const inter = f(shared(x1, x2, width) * shared(y1, y2, height));
  const union = f(f(f(width * height) + f(f(x2 - x1) * f(y2 - y1))) - inter);
  return f(inter / f(union + epsilon)) > f(FULL_IOU);
}
