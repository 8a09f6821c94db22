/** Fitting an image into the network's input: geometry, resize, padding. */
import { invalidArgument } from '../errors.js';
import { resizeInto } from './resize.js';
import type { RgbImage } from './rgbImage.js';
import type { Rect } from '../geometry/rect.js';
import { roundHalfEven } from '../geometry/rounding.js';

/** The position of an image in the network input. All values are whole pixels. */
export interface Letterbox {
  readonly imageWidth: number;
  readonly imageHeight: number;
  /** Size of the network input, multiples of the stride. */
  readonly netWidth: number;
  readonly netHeight: number;
  /** Size of the resized image inside the network input. */
  readonly width: number;
  readonly height: number;
  /** Padding in network pixels. */
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
  /** The image was stretched to the whole network input: each axis has a gain of its own, and there is no padding. */
  readonly stretch?: true;
}

/** The sizes of a letterbox; positions follow from them. */
export type LetterboxSizes = Pick<Letterbox, 'netWidth' | 'netHeight' | 'imageWidth' | 'imageHeight' | 'stretch'>;

/** Padding as grey, or R, G, B; 0…255. */
export type PaddingColour = number | readonly [number, number, number];

/** How to letterbox. */
export interface LetterboxOptions {
  /** Pad to the smallest rectangle of stride multiples (true, default) or to the whole of `imgsz`. */
  readonly auto?: boolean;
  /** Both sides of the network input are multiples of this. Default 32. */
  readonly stride?: number;
  /** Resize to the whole of `imgsz`, whatever becomes of the proportions; `auto` means nothing then. Default false. */
  readonly stretch?: boolean;
}

/** Grey of the padding, as in training. */
export const PADDING = 114;

/**
 * Divides the padding of one axis into whole pixels before and after the content. An odd one goes to the end.
 * @param padding both sides together; fractions are allowed.
 */
export function splitPadding(padding: number): readonly [before: number, after: number] {
  return [roundHalfEven(padding / 2 - 0.1), roundHalfEven(padding / 2 + 0.1)];
}

/**
 * Where the image lies on a grid that the letterboxed network input was scaled to (Ultralytics 8.4). The content is
 * rounded to whole samples, at least one; an odd sample of padding goes to the right and bottom.
 */
export function letterboxRect(gridWidth: number, gridHeight: number, imageWidth: number, imageHeight: number): Rect {
  const gain = Math.min(gridHeight / imageHeight, gridWidth / imageWidth);
  const width = Math.max(roundHalfEven(imageWidth * gain), 1);
  const height = Math.max(roundHalfEven(imageHeight * gain), 1);
  return { x: splitPadding(gridWidth - width)[0], y: splitPadding(gridHeight - height)[0], width, height };
}

/**
 * Where the image lies on a grid that the network input of this letterbox was scaled to: `letterboxRect`, or the whole grid
 * where the image was stretched.
 */
export function contentRect(
  gridWidth: number,
  gridHeight: number,
  { imageWidth, imageHeight, stretch }: Pick<Letterbox, 'imageWidth' | 'imageHeight' | 'stretch'>,
): Rect {
  if (stretch) return { x: 0, y: 0, width: gridWidth, height: gridHeight };
  return letterboxRect(gridWidth, gridHeight, imageWidth, imageHeight);
}

/**
 * Computes where an image goes in the network input, as LetterBox of Ultralytics 8.4. It is scaled (up, too) to fit
 * into `imgsz` and centred. An odd pixel of padding goes to the right and bottom.
 * @param imgsz side of a square or [height, width], rounded up to multiples of the stride.
 * @throws FastSAMError `INVALID_ARGUMENT` for sides that are no whole numbers from 1 on.
 */
export function letterboxGeometry(
  imageWidth: number,
  imageHeight: number,
  imgsz: number | readonly [number, number],
  { auto = true, stride = 32, stretch = false }: LetterboxOptions = {},
): Letterbox {
  for (const side of [imageWidth, imageHeight, imgsz, stride].flat()) {
    if (Number.isInteger(side) && side >= 1) continue;
    throw invalidArgument(
      `letterbox: got ${imageWidth} x ${imageHeight} pixels into ${String(imgsz)}, expected whole numbers from 1 on`,
    );
  }
  const [maxHeight, maxWidth] = (typeof imgsz === 'number' ? [imgsz, imgsz] : imgsz).map(
    (side) => Math.ceil(side / stride) * stride,
  );
  if (stretch) return stretched(imageWidth, imageHeight, maxWidth, maxHeight);
  const ratio = Math.min(maxHeight / imageHeight, maxWidth / imageWidth);
  const width = Math.max(1, roundHalfEven(imageWidth * ratio));
  const height = Math.max(1, roundHalfEven(imageHeight * ratio));
  const padding = (side: number, content: number) => (auto ? (side - content) % stride : side - content);
  const [left, right] = splitPadding(padding(maxWidth, width));
  const [top, bottom] = splitPadding(padding(maxHeight, height));
  return {
    imageWidth,
    imageHeight,
    netWidth: left + width + right,
    netHeight: top + height + bottom,
    width,
    height,
    top,
    bottom,
    left,
    right,
  };
}

function stretched(imageWidth: number, imageHeight: number, netWidth: number, netHeight: number): Letterbox {
  const sizes = { imageWidth, imageHeight, netWidth, netHeight, width: netWidth, height: netHeight };
  return { ...sizes, top: 0, bottom: 0, left: 0, right: 0, stretch: true };
}

/** @throws FastSAMError `INVALID_ARGUMENT` if the geometry is another image's. */
export function requireImageOf({ imageWidth, imageHeight }: Letterbox, { width, height }: RgbImage): void {
  if (width === imageWidth && height === imageHeight) return;
  throw invalidArgument(
    `letterbox: got an image of ${width} x ${height} pixels, expected one of ${imageWidth} x ${imageHeight} as in its ` +
      'geometry',
  );
}

/**
 * Letterboxes an image, bit for bit as OpenCV.
 * @param padding colour beside the image. Default grey (114).
 * @returns `netHeight * netWidth * 3` bytes, RGB.
 * @throws FastSAMError `INVALID_ARGUMENT` if the geometry is another image's.
 */
export function letterbox(image: RgbImage, geometry: Letterbox, padding: PaddingColour = PADDING): Uint8Array {
  const { netWidth, netHeight, width, height, left, top } = geometry;
  requireImageOf(geometry, image);
  const data = new Uint8Array(netWidth * netHeight * 3);
  if (width !== netWidth || height !== netHeight) fillColour(data, padding);
  const stride = netWidth * 3;
  const offset = top * stride + left * 3;
  if (width === image.width && height === image.height) {
    for (let y = 0; y < height; y++) {
      data.set(image.data.subarray(y * width * 3, (y + 1) * width * 3), offset + y * stride);
    }
  } else {
    resizeInto(image, width, height, { data, offset, stride });
  }
  return data;
}

/** Fills RGB values with a colour. */
export function fillColour(values: Uint8Array | Float32Array, colour: PaddingColour): void {
  if (typeof colour === 'number') values.fill(colour);
  else for (let i = 0; i < values.length; i++) values[i] = colour[i % 3];
}
