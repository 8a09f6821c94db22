/** Codecs of the browser: createImageBitmap and OffscreenCanvas. */
import { FastSAMError, invalidArgument } from '../errors.js';
import { describeFormat } from '../image/format.js';
import { sizeWithin } from '../image/fit.js';
import { readHeader } from '../image/header.js';
import { channelsOf, flattenAlpha } from '../image/pixels.js';
import type { RgbImage } from '../image/rgbImage.js';
import { checkSize, MAX_PIXELS, type DecodeOptions, type RawPixels } from './platform.js';

function invalid(path: string | undefined, got: string, expected: string, cause?: unknown): FastSAMError {
  return new FastSAMError('INVALID_IMAGE', `image ${path ?? 'bytes'}: got ${got}, expected ${expected}`, { cause });
}

function canvas(width: number, height: number): [OffscreenCanvas, OffscreenCanvasRenderingContext2D] {
  const created = new OffscreenCanvas(width, height);
  const context = created.getContext('2d', { willReadFrequently: true });
  if (context === null) {
    throw new FastSAMError(
      'INVALID_IMAGE',
      `canvas: got none of ${width} x ${height}, expected a 2D context; use a smaller image`,
    );
  }
  return [created, context];
}

/** WebKit's largest canvas, in pixels; beyond it a canvas stays empty without a word. */
const MAX_CANVAS = 16_777_216;

/** Media types that a decoder may want to be told. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  HEIC: 'image/heic',
  'JPEG XL': 'image/jxl',
  SVG: 'image/svg+xml',
};

/** The pixels of a drawable of that size, in strips where a canvas does not hold all of them: the values are the same. */
function pixelsOf(
  source: CanvasImageSource,
  sourceWidth: number,
  sourceHeight: number,
  { maxSide, maxCanvas = MAX_CANVAS }: Pick<DecodeOptions, 'maxSide' | 'maxCanvas'>,
): RawPixels {
  const { width, height } = sizeWithin(sourceWidth, sourceHeight, maxSide);
  const rows = Math.min(height, Math.max(1, Math.floor(maxCanvas / width)));
  const [, context] = canvas(width, rows);
  context.imageSmoothingQuality = 'medium'; // averages the pixels, as far as shrinking needs it
  const strip = (y: number, count: number): Uint8ClampedArray => {
    context.clearRect(0, 0, width, rows);
    if (width === sourceWidth && height === sourceHeight) context.drawImage(source, 0, -y);
    else context.drawImage(source, 0, -y, width, height);
    return context.getImageData(0, 0, width, count).data;
  };
  if (rows === height) return { data: strip(0, height), width, height, channels: 4 };
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y += rows) data.set(strip(y, Math.min(rows, height - y)), 4 * width * y);
  return { data, width, height, channels: 4 };
}

/**
 * See `Platform.decodeImage`. A canvas keeps no colours under full transparency. With `alpha: 'drop'` such pixels are
 * black here, while Node gives the stored colour.
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Promise<RgbImage> {
  const { path, alpha = 'drop', maxPixels = MAX_PIXELS } = options;
  const format = describeFormat(bytes);
  // Browsers know more kinds of images than the package (Safari HEIC, for one), so they are asked.
  if (!format.supported && !format.isImage) {
    throw invalid(path, format.description, 'JPEG, PNG, WebP, AVIF, GIF or BMP');
  }
  if (options.window !== undefined && options.window !== 'full') {
    throw invalidArgument(`window: got ${String(options.window)}, expected full: a browser gives 8 bits only`);
  }
  const header = readHeader(format.name, bytes);
  if (header) checkSize(header, maxPixels, path);
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(
      new Blob([bytes as Uint8Array<ArrayBuffer>], { type: MEDIA_TYPES[format.name] ?? '' }),
      {
        imageOrientation: 'from-image',
        premultiplyAlpha: 'none',
        colorSpaceConversion: 'none',
      },
    );
  } catch (error) {
    throw invalid(
      path,
      `${format.name} that this browser cannot decode`,
      `a whole image in a format that it knows${format.supported ? '' : '; convert it to JPEG or PNG'}`,
      error,
    );
  }
  try {
    const { width, height } = bitmap;
    checkSize(bitmap, maxPixels, path);
    const frames = header?.frames ?? 1;
    return {
      ...flattenAlpha(pixelsOf(bitmap, width, height, options), alpha),
      ...(path !== undefined && { path }),
      ...(frames > 1 && { frames }),
    };
  } finally {
    bitmap.close();
  }
}

/** The natural size of what a page shows, in pixels; undefined for anything else. */
function sizeOf(source: unknown): [CanvasImageSource, width: number, height: number] | undefined {
  // Workers lack the elements, so each class is looked up before it is used.
  if (typeof HTMLImageElement !== 'undefined' && source instanceof HTMLImageElement) {
    return [source, source.naturalWidth, source.naturalHeight];
  }
  if (typeof HTMLVideoElement !== 'undefined' && source instanceof HTMLVideoElement) {
    return [source, source.videoWidth, source.videoHeight];
  }
  if (typeof VideoFrame !== 'undefined' && source instanceof VideoFrame) {
    return [source, source.displayWidth, source.displayHeight];
  }
  const isDrawable =
    (typeof HTMLCanvasElement !== 'undefined' && source instanceof HTMLCanvasElement) ||
    (typeof OffscreenCanvas !== 'undefined' && source instanceof OffscreenCanvas) ||
    (typeof ImageBitmap !== 'undefined' && source instanceof ImageBitmap);
  return isDrawable ? [source, source.width, source.height] : undefined;
}

/** See `Platform.capturePixels`. */
export function capturePixels(
  source: unknown,
  options: Pick<DecodeOptions, 'maxSide' | 'maxCanvas'> = {},
): Promise<RawPixels> | undefined {
  const found = sizeOf(source);
  if (found === undefined) return undefined;
  const [drawable, width, height] = found;
  if (width === 0 || height === 0) {
    return Promise.reject(invalid(undefined, 'an element without pixels', 'a loaded one; wait for its load event'));
  }
  try {
    return Promise.resolve(pixelsOf(drawable, width, height, options));
  } catch (error) {
    if (error instanceof FastSAMError) return Promise.reject(error);
    const { name, message } = error as Error;
    return Promise.reject(
      name === 'SecurityError'
        ? invalid(undefined, 'an element of another origin', 'readable pixels; load it with crossOrigin', error)
        : invalid(undefined, `an element that cannot be drawn (${message})`, 'one that drawImage takes', error),
    );
  }
}

async function encode(
  data: RawPixels['data'],
  width: number,
  height: number,
  options: ImageEncodeOptions,
): Promise<Uint8Array> {
  const channels = channelsOf(data.length, width, height);
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = data[channels === 1 ? i : channels * i + c];
    rgba[4 * i + 3] = channels === 4 && options.type === 'image/png' ? data[4 * i + 3] : 255;
  }
  const [target, context] = canvas(width, height);
  context.putImageData(new ImageData(rgba, width, height), 0, 0);
  return new Uint8Array(await (await target.convertToBlob(options)).arrayBuffer());
}

/** See `Platform.encodePng`. */
export function encodePng(data: RawPixels['data'], width: number, height: number): Promise<Uint8Array> {
  return encode(data, width, height, { type: 'image/png' });
}

/** See `Platform.encodeJpeg`. */
export function encodeJpeg(data: RawPixels['data'], width: number, height: number, quality = 90): Promise<Uint8Array> {
  return encode(data, width, height, { type: 'image/jpeg', quality: quality / 100 });
}
