/** Reads everything that callers may pass as an image into one form. */
import { FastSAMError, invalidArgument, throwIfAborted } from '../errors.js';
import { integer, number, oneOf, signal, text } from '../options/kinds.js';
import { COUNT } from '../options/limits.js';
import { checkOptions } from '../options/resolve.js';
import type { RowsOf } from '../options/row.js';
import { platform, type DecodeOptions } from '../platform/platform.js';
import { PICTURE_OPTIONS } from './pictureOptions.js';
import { displayUrl } from '../text/displayUrl.js';
import { schemeOf } from './url.js';
import { fetchBytes, MAX_BYTES, TIMEOUT_MS, type FetchLimits } from './http.js';
import { ALPHA_MODES, fromRawPixels, fromTensor, type PixelTensor } from '../image/pixels.js';
import { fitImage } from '../image/fit.js';
import type { RgbImage } from '../image/rgbImage.js';
import { isByteSource, readByteSource, type ByteSource } from '../platform/byteSource.js';

/** Interleaved bytes 0…255, row by row from the top: grey, RGB or RGBA. */
export interface PixelData {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  readonly channels?: 1 | 3 | 4;
}

/** Images in a browser. In Node these types have no values. */
export type DomImage =
  ImageData | HTMLImageElement | HTMLCanvasElement | OffscreenCanvas | HTMLVideoElement | VideoFrame | ImageBitmap;

/**
 * An image: a path, an http(s):, file: or data: URL; the bytes of an encoded file (Uint8Array, Buffer, ArrayBuffer,
 * Blob, File), or the answer to a `fetch`; decoded pixels; a tensor [height, width, channels], int32 0…255 or float32 0…1; in browsers what the page
 * shows. Elements of a page must have loaded.
 */
export type ImageInput = string | URL | ByteSource | PixelData | RgbImage | PixelTensor | DomImage;

/** How an image is read: its alpha channel, and the limits of a download. */
export interface ReadOptions extends DecodeOptions, FetchLimits {}

/** Every option of `readImage`. */
export const READ_OPTIONS = {
  alpha: oneOf(ALPHA_MODES, {
    text: 'what becomes of the alpha channel: ignored, or the image laid over a colour',
    default: 'drop',
  }),
  ...PICTURE_OPTIONS,
  page: integer(0, COUNT.high, { text: 'which image of the file: frames of GIF and WebP, pages of TIFF', default: 0 }),
  maxSide: integer(1, Number.MAX_SAFE_INTEGER, {
    text: 'longer side from which on the image is scaled down as it is decoded; results are then those of the smaller image',
  }),
  maxCanvas: integer(1, Number.MAX_SAFE_INTEGER, {
    text: 'browsers: pixels of the largest canvas; larger images are read in strips, with the same values',
    otherwise: '16,777,216',
  }),
  path: text({ text: 'name of the image for error messages and `RgbImage.path`' }),
  maxBytes: integer(0, Number.MAX_SAFE_INTEGER, { text: 'largest download', default: MAX_BYTES }),
  timeout: number(0, 1e9, { text: 'milliseconds for a whole download', default: TIMEOUT_MS }),
  signal: signal('cancels the reading'),
} satisfies RowsOf<ReadOptions>;

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isTensor(value: object): value is PixelTensor {
  return (
    'shape' in value &&
    Array.isArray(value.shape) &&
    'dtype' in value &&
    'data' in value &&
    typeof value.data === 'function'
  );
}

function isPixels(value: object): value is { data: unknown; width: number; height: number; channels?: number } {
  return 'data' in value && 'width' in value && 'height' in value && typeof value.data === 'object';
}

/** The bytes of a data: URL, base64 or percent-encoded. */
function dataUrlBytes(url: string): Uint8Array {
  const comma = url.indexOf(',');
  try {
    if (comma < 0) throw new Error('there is no comma');
    const payload = url
      .slice(comma + 1)
      .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
    const text = /;base64$/i.test(url.slice(0, comma)) ? atob(payload) : payload;
    return Uint8Array.from(text, (c) => c.charCodeAt(0));
  } catch (error) {
    throw new FastSAMError(
      'INVALID_IMAGE',
      `image data: URL: got ${url.slice(0, 40)}…, expected data:image/…;base64,…; encode the file's bytes`,
      { cause: error },
    );
  }
}

async function bytesOf(text: string, options: ReadOptions): Promise<Uint8Array> {
  switch (schemeOf(text)) {
    case 'http':
    case 'https':
    case 'blob':
      return fetchBytes(text, options);
    case 'data':
      return dataUrlBytes(text);
    case 'file':
      return platform().readFile(platform().pathOfUrl(text));
    case undefined:
      return platform().readFile(text);
    default:
      throw invalidArgument(
        `image: got ${text}, expected a path or an http(s), file or data URL; openVideo reads streams`,
      );
  }
}

/** What is known of decoded pixels beside them. */
function originOf({ path, frames, window }: Partial<Omit<RgbImage, 'data'>>): Partial<RgbImage> {
  return {
    ...(typeof path === 'string' && { path }),
    ...(typeof frames === 'number' && { frames }),
    ...(typeof window === 'object' && { window }),
  };
}

/** @throws FastSAMError `INVALID_ARGUMENT` for floats that would have to be scaled */
function withinSide(image: RgbImage, { maxSide = Infinity }: ReadOptions): RgbImage {
  if (image.floats && Math.max(image.width, image.height) > maxSide) {
    throw invalidArgument(
      `maxSide: got ${maxSide} for a float tensor of ${image.width} x ${image.height} pixels, expected none; resize the ` +
        'tensor with tf.image.resizeBilinear',
    );
  }
  return fitImage(image, maxSide);
}

async function readUnchecked(input: unknown, options: ReadOptions): Promise<RgbImage> {
  const { alpha = 'drop' } = options;
  const here = platform();
  if (typeof input === 'string' || input instanceof URL) {
    const text = String(input);
    if (text === '') throw invalidArgument('image: got an empty path, expected a path or a URL');
    const bytes = await bytesOf(text, options);
    throwIfAborted(options.signal);
    return here.decodeImage(bytes, { path: displayUrl(text), ...options });
  }
  if (isByteSource(input)) {
    const { bytes, name } = await readByteSource('image', input);
    return here.decodeImage(bytes, { ...(name !== undefined && { path: name }), ...options });
  }
  if (isObject(input)) {
    if (isTensor(input)) return withinSide(await fromTensor(input, alpha), options);
    const captured = here.capturePixels(input, options);
    if (captured !== undefined) return fromRawPixels(await captured, alpha);
    if (isPixels(input)) {
      return withinSide({ ...fromRawPixels(input, alpha), ...originOf(input) }, options);
    }
  }
  throw invalidArgument(
    `image: got ${input === null ? 'null' : typeof input}, expected a path, a URL, an encoded file's bytes, { data, width, height } or a tensor`,
  );
}

/**
 * Reads an image as `cv2.imread` does: upright, 8-bit RGB. Alpha is dropped unless `alpha` is given. Colour profiles
 * are ignored, 16-bit values are divided by 256 unless `window` says otherwise, and animations give their first frame.
 * @throws FastSAMError `FILE_UNREADABLE`, `DOWNLOAD_FAILED`, `INVALID_IMAGE`, `INVALID_ARGUMENT`, `ABORTED`
 */
export async function readImage(input: ImageInput, options: ReadOptions = {}): Promise<RgbImage> {
  checkOptions(READ_OPTIONS, options);
  throwIfAborted(options.signal);
  const image = await readUnchecked(input, options);
  throwIfAborted(options.signal);
  return image;
}
