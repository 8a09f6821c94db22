/**
 * Codecs of Node: sharp (libvips). Pixel values are those that `cv2.imread(path)` gives, for every format that both
 * read the same way (test/golden/images lists which do not and by how much).
 */
import type { Metadata, Sharp, SharpOptions } from 'sharp';
import { FastSAMError, invalidArgument } from '../errors.js';
import { decodeBmp } from '../image/bmp.js';
import { describeFormat, type FileFormat } from '../image/format.js';
import { fitImage } from '../image/fit.js';
import { readHeader } from '../image/header.js';
import { channelsOf, flattenAlpha, type DeepPixels } from '../image/pixels.js';
import type { RgbImage } from '../image/rgbImage.js';
import { checkTiff, ycbcrToRgb } from '../image/tiffHeader.js';
import { UnreadableImage } from '../image/unreadable.js';
import { applyWindow } from '../image/window.js';
import type { WindowRecord } from '../image/windowRecord.js';
import { admitDecoding } from './decodeGate.js';
import { plainBytes } from './nodeFiles.js';
import { checkSize, MAX_PIXELS, type DecodeOptions, type RawPixels } from './platform.js';

type SharpModule = typeof import('sharp');
/** The default export, under the name that the callable has. */
type SharpFunction = SharpModule['default'];

let loading: Promise<SharpFunction> | undefined;

/** Loads sharp at the first image: commands that need none start sooner, and a missing binary gives a clear error. */
function loadSharp(): Promise<SharpFunction> {
  loading ??= import('sharp').then(
    ({ default: sharp }) => {
      // Every image is read once, so libvips' cache of operations would only hold memory.
      sharp.cache(false);
      // One thread decodes an image as fast as many. Several images run in parallel in Node's thread pool.
      sharp.concurrency(1);
      return sharp;
    },
    (error: unknown) => {
      loading = undefined;
      throw new FastSAMError(
        'DEVICE_UNAVAILABLE',
        `image codecs: got an error while loading 'sharp', expected its binary for ${process.platform}-${process.arch}; npm install --include=optional sharp`,
        { cause: error },
      );
    },
  );
  return loading;
}

/**
 * `autoOrient` applies EXIF; the colour profile is ignored because the reference implementations ignore it and the
 * network was trained so; a file that ends early is an error, not a half-grey image.
 */
const OPTIONS: SharpOptions = { autoOrient: true, ignoreIcc: true, failOn: 'error' };

/** Longest work on one image. */
const TIMEOUT_S = 120;

/** An image in the file's own channels, as far as it matters. */
interface Decoded {
  readonly pixels: RawPixels;
  readonly window?: WindowRecord;
}

function invalid(path: string | undefined, got: string, todo: string, cause?: unknown): FastSAMError {
  return new FastSAMError('INVALID_IMAGE', `image ${path ?? 'bytes'}: got ${got}, expected ${todo}`, { cause });
}

/**
 * CMYK as libjpeg and TIFF store it (ink, 0…255), to RGB in place as OpenCV does it, without a colour profile.
 * Returns the first three quarters of the buffer.
 */
function cmykToRgb(data: Uint8Array): Uint8Array {
  const pixels = data.length / 4;
  for (let i = 0; i < pixels; i++) {
    const light = 255 - data[4 * i + 3];
    for (let c = 0; c < 3; c++) data[3 * i + c] = light - ((data[4 * i + c] * light) >> 8);
  }
  return data.subarray(0, 3 * pixels);
}

/** Decodes to 3 channels, or to 4 where alpha is blended over a colour. */
async function decodeRaw(image: Sharp, metadata: Metadata, keepAlpha: boolean): Promise<RawPixels> {
  const isCmyk = metadata.space === 'cmyk';
  if (isCmyk) image.pipelineColourspace('cmyk').toColourspace('cmyk');
  else (keepAlpha ? image.ensureAlpha() : image.removeAlpha()).toColourspace('srgb');
  const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  const pixels = isCmyk ? cmykToRgb(plainBytes(data)) : plainBytes(data);
  const channels = channelsOf(pixels.length, info.width, info.height);
  return { data: pixels, width: info.width, height: info.height, channels };
}

/** The bytes where values of up to 4 bytes may begin. Only small buffers share memory with others, so copies are small. */
function aligned(data: Buffer): Uint8Array {
  return data.byteOffset % 4 === 0 ? plainBytes(data) : new Uint8Array(data);
}

/** The stored values of an image with more than 8 bits. */
async function decodeDeep(image: Sharp, { space, depth, hasAlpha }: Metadata, keepAlpha: boolean): Promise<DeepPixels> {
  const isFloat = depth === 'float';
  if (isFloat && hasAlpha) throw new UnreadableImage('TIFF with float values and alpha', 'leave the alpha channel out');
  // libvips takes grey floats for 0 … 255 and those of colours for 0 … 1: each stays in its own space.
  const isGrey = space === 'grey16' && !keepAlpha;
  const colours = !isFloat ? (isGrey ? 'grey16' : 'rgb16') : space === 'scrgb' ? 'scrgb' : 'b-w';
  // The pipeline's own colours, so that nothing is converted on the way.
  (keepAlpha ? image.ensureAlpha() : image.removeAlpha()).pipelineColourspace(colours).toColourspace(colours);
  const { data, info } = await image.raw({ depth: isFloat ? 'float' : 'ushort' }).toBuffer({ resolveWithObject: true });
  const { buffer, byteOffset, byteLength } = aligned(data);
  const values = isFloat
    ? new Float32Array(buffer, byteOffset, byteLength / 4)
    : new Uint16Array(buffer, byteOffset, byteLength / 2);
  const { width, height } = info;
  return { data: values, width, height, channels: channelsOf(values.length, width, height) };
}

async function decodeBySharp(bytes: Uint8Array, format: FileFormat, options: DecodeOptions): Promise<Decoded> {
  const { alpha = 'drop', maxPixels = MAX_PIXELS, window = 'full', page = 0, maxSide } = options;
  const ycbcr = format.name === 'TIFF' ? checkTiff(bytes) : undefined;
  const sharp = await loadSharp();
  const open = (): Sharp => {
    const image = sharp(bytes, { ...OPTIONS, limitInputPixels: maxPixels, page }).timeout({ seconds: TIMEOUT_S });
    return maxSide === undefined
      ? image
      : image.resize({ width: maxSide, height: maxSide, fit: 'inside', withoutEnlargement: true });
  };
  const metadata = await open().metadata();
  const { depth, space } = metadata;
  const keepAlpha = alpha !== 'drop' && metadata.hasAlpha;
  if (depth === 'float' && window === 'full') {
    throw new UnreadableImage(
      `${format.name} with float values`,
      'choose their range with window (--window percentiles)',
    );
  }
  if (depth !== 'uchar' && depth !== 'ushort' && depth !== 'float')
    throw new UnreadableImage(`${format.name} with ${depth} pixels`);
  if (depth !== 'uchar' && window !== 'full' && space !== 'cmyk') {
    const { pixels, record } = applyWindow(await decodeDeep(open(), metadata, keepAlpha), window);
    return { pixels, window: record };
  }
  const pixels = await decodeRaw(open(), metadata, keepAlpha);
  if (ycbcr && pixels.data instanceof Uint8Array) ycbcrToRgb(pixels.data, ycbcr);
  return { pixels, ...(depth === 'ushort' && { window: { rule: 'full', low: 0, high: 65_535, bits: 16 } }) };
}

/** Formats of whose images all can be had. */
const PAGED = ['GIF', 'WebP', 'TIFF'];

/** @throws FastSAMError `INVALID_ARGUMENT` for an image that the file does not have. */
function checkPage(page: number, frames: number, format: string, path = 'bytes'): void {
  const most = PAGED.includes(format) ? frames : 1;
  if (page < most) return;
  throw invalidArgument(
    `page: got ${page}, expected a number below ${most}, as image ${path} holds so many that can be read`,
  );
}

/** See `Platform.decodeImage`. */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Promise<RgbImage> {
  const { path, alpha = 'drop', maxPixels = MAX_PIXELS } = options;
  const format = describeFormat(bytes);
  if (!format.supported) throw invalid(path, format.description, 'JPEG, PNG, WebP, AVIF, TIFF, GIF or BMP');
  const broken = (error?: unknown): FastSAMError =>
    invalid(path, `a broken or truncated ${format.name}`, 'a whole file; fetch it again', error);
  // Sizes are read here first: codecs make room for what a header claims, and some print when it is absurd.
  const header = readHeader(format.name, bytes);
  if (!header) throw broken();
  checkSize(header, maxPixels, path);
  checkPage(options.page ?? 0, header.frames, format.name, path);
  const release = await admitDecoding(header.width * header.height);
  try {
    const { pixels, window } =
      format.name === 'BMP' ? { pixels: decodeBmp(bytes) } : await decodeBySharp(bytes, format, options);
    return {
      ...fitImage(flattenAlpha(pixels, alpha), options.maxSide), // BMP comes in full size
      ...(path !== undefined && { path }),
      ...(header.frames > 1 && { frames: header.frames }),
      ...(window && { window }),
    };
  } catch (error) {
    if (error instanceof FastSAMError && error.code !== 'INVALID_ARGUMENT') throw error;
    if (error instanceof UnreadableImage) throw invalid(path, error.got, `another kind; ${error.todo}`, error);
    if (error instanceof Error && error.message.startsWith('timeout')) {
      throw invalid(path, `no image in ${TIMEOUT_S} s`, 'one that is decoded sooner; scale it down', error);
    }
    // libvips' message is only the cause. Its threads share one buffer for messages, so it may concern another image.
    throw broken(error);
  } finally {
    release();
  }
}

async function encoder(data: RawPixels['data'], width: number, height: number): Promise<Sharp> {
  const channels = channelsOf(data.length, width, height);
  return (await loadSharp())(data, { raw: { width, height, channels }, limitInputPixels: false });
}

/** See `Platform.encodePng`. */
export async function encodePng(data: RawPixels['data'], width: number, height: number): Promise<Uint8Array> {
  return plainBytes(await (await encoder(data, width, height)).png({ compressionLevel: 6 }).toBuffer());
}

/** See `Platform.encodeJpeg`. */
export async function encodeJpeg(
  data: RawPixels['data'],
  width: number,
  height: number,
  quality = 90,
): Promise<Uint8Array> {
  const image = await encoder(data, width, height);
  return plainBytes(await image.removeAlpha().jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer());
}
