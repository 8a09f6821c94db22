/** From the network's boxes to the image's: coordinates, and boxes that nearly fill the image. */
import type { Letterbox } from '../image/letterbox.js';
import { roundHalfEven } from '../geometry/rounding.js';
import type { Compat } from '../prompt/types.js';

/** A box with a larger IoU with the whole image than this is replaced by it (both peers). */
const FULL_IOU = 0.9;
/** The peers snap box sides within so many pixels of the border. */
const SNAP_PIXELS = 20;

/** How boxes are placed. */
export interface PlaceOptions {
  readonly compat?: Compat | undefined;
  /** Whether boxes that nearly fill the image become the whole image. */
  readonly snap: boolean;
  /** Whether this is the first image of the call: CASIA looks at no other. */
  readonly first: boolean;
}

/** Boxes in the two frames, `n * 4` xyxy each. */
export interface PlacedBoxes {
  /** What the caller gets: pixels of the image, clipped to it. */
  readonly boxes: Float32Array;
  /** What crops masks on the image's grid. */
  readonly imageCrop: Float32Array;
  /** What crops masks on the network input's grid. */
  readonly netCrop: Float32Array;
  /** False where the peer fails on this image and returns nothing. */
  readonly ok: boolean;
}

/**
 * Brings boxes into the image.
 *
 * Default: a box that nearly fills the image becomes the whole image, before masks are made, so that box and mask
 * agree; others are left alone. `ultralytics`: all sides near the border are snapped in place as soon as the step runs,
 * after the masks were cut by the old boxes. `casia`: the same in network pixels, letterbox bars included, before masks,
 * for the first image only; two or more such boxes make the peer fail.
 * @param netBoxes `n * 4` xyxy, pixels of the network's input, not clipped.
 */
export function placeBoxes(netBoxes: Float32Array, letterbox: Letterbox, options: PlaceOptions): PlacedBoxes {
  const { imageWidth, imageHeight, netWidth, netHeight } = letterbox;
  if (options.compat === 'casia') {
    const net = netBoxes.slice();
    let full = 0;
    if (options.snap && options.first) {
      snapSides(net, netWidth, netHeight);
      full = fill(net, netWidth, netHeight, 0);
    }
    const image = toImage(net, letterbox, casiaFrame(letterbox));
    return { boxes: image, imageCrop: image, netCrop: net, ok: full < 2 };
  }
  const image = toImage(netBoxes, letterbox, frame(letterbox));
  if (options.compat === 'ultralytics') {
    const boxes = image.slice();
    if (options.snap) {
      snapSides(boxes, imageWidth, imageHeight);
      fill(boxes, imageWidth, imageHeight, 1e-7);
    }
    return { boxes, imageCrop: image, netCrop: netBoxes, ok: true };
  }
  if (!options.snap) return { boxes: image, imageCrop: image, netCrop: netBoxes, ok: true };
  const snapped = image.slice();
  fill(snapped, imageWidth, imageHeight, 0);
  const net = netBoxes.slice();
  for (let i = 0; i < snapped.length; i += 4) {
    if (isFull(image, i, imageWidth, imageHeight, 0)) net.set([0, 0, netWidth, netHeight], i);
  }
  return { boxes: snapped, imageCrop: snapped, netCrop: net, ok: true };
}

/** Scale and padding from the network's pixels to the image's. */
interface Frame {
  readonly gainX: number;
  readonly gainY: number;
  readonly padX: number;
  readonly padY: number;
}

/** Ultralytics 8.4: a gain for each axis, so that rounding of the short side costs nothing. */
function frame({ imageWidth, imageHeight, netWidth, netHeight }: Letterbox): Frame {
  const gain = Math.min(netHeight / imageHeight, netWidth / imageWidth);
  const height = Math.max(roundHalfEven(imageHeight * gain), 1);
  const width = Math.max(roundHalfEven(imageWidth * gain), 1);
  return {
    gainX: width / imageWidth,
    gainY: height / imageHeight,
    padX: roundHalfEven((netWidth - width) / 2 - 0.1),
    padY: roundHalfEven((netHeight - height) / 2 - 0.1),
  };
}

/** CASIA and Ultralytics 8.0: one gain. */
function casiaFrame({ imageWidth, imageHeight, netWidth, netHeight }: Letterbox): Frame {
  const gain = Math.min(netHeight / imageHeight, netWidth / imageWidth);
  return {
    gainX: gain,
    gainY: gain,
    padX: roundHalfEven((netWidth - imageWidth * gain) / 2 - 0.1),
    padY: roundHalfEven((netHeight - imageHeight * gain) / 2 - 0.1),
  };
}

function toImage(boxes: Float32Array, { imageWidth, imageHeight }: Letterbox, f: Frame): Float32Array {
  // In float32 throughout, the gain too, as PyTorch divides.
  const place = (value: number, pad: number, gain: number, high: number): number =>
    Math.min(Math.max(Math.fround(value - pad) / Math.fround(gain), 0), high);
  return boxes.map((value, i) =>
    i % 2 === 0 ? place(value, f.padX, f.gainX, imageWidth) : place(value, f.padY, f.gainY, imageHeight),
  );
}

/** Moves every side that is near the border onto it. */
function snapSides(boxes: Float32Array, width: number, height: number): void {
  for (let i = 0; i < boxes.length; i += 4) {
    if (boxes[i] < SNAP_PIXELS) boxes[i] = 0;
    if (boxes[i + 1] < SNAP_PIXELS) boxes[i + 1] = 0;
    if (boxes[i + 2] > width - SNAP_PIXELS) boxes[i + 2] = width;
    if (boxes[i + 3] > height - SNAP_PIXELS) boxes[i + 3] = height;
  }
}

/** Replaces the boxes that nearly fill the frame; says how many. */
function fill(boxes: Float32Array, width: number, height: number, epsilon: number): number {
  let count = 0;
  for (let i = 0; i < boxes.length; i += 4) {
    if (!isFull(boxes, i, width, height, epsilon)) continue;
    boxes.set([0, 0, width, height], i);
    count++;
  }
  return count;
}

/** In float32, as the peers decide. */
function isFull(boxes: Float32Array, at: number, width: number, height: number, epsilon: number): boolean {
  const f = Math.fround;
  const [x1, y1, x2, y2] = boxes.subarray(at, at + 4);
  const shared = (low: number, high: number, size: number) => Math.max(0, f(Math.min(high, size) - Math.max(low, 0)));
  const inter = f(shared(x1, x2, width) * shared(y1, y2, height));
  const union = f(f(f(width * height) + f(f(x2 - x1) * f(y2 - y1))) - inter);
  return f(inter / f(union + epsilon)) > f(FULL_IOU);
}
