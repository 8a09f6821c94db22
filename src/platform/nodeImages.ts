/**
 * Codecs of Node: sharp (libvips). Pixel values are those that `cv2.imread(path)` gives, for every format that both
 * read the same way (test/golden/images says which do not and by how much).
 */
import type { Metadata, Sharp, SharpOptions } from 'sharp';
import { FastSAMError } from '../errors.js';
import { describeFormat } from '../image/format.js';
import { channelsOf, flattenAlpha } from '../image/pixels.js';
import type { RgbImage } from '../image/rgbImage.js';
import { plainBytes } from './nodeFiles.js';
import { MAX_PIXELS, type DecodeOptions, type RawPixels } from './platform.js';

type SharpModule = typeof import('sharp');
/** The default export, under the name that the callable has. */
type SharpFunction = SharpModule['default'];

let loading: Promise<SharpFunction> | undefined;

/** Loads sharp at the first image: commands that need none start sooner, and a missing binary says so clearly. */
function loadSharp(): Promise<SharpFunction> {
  loading ??= import('sharp').then(
    ({ default: sharp }) => {
      // Every image is read once: libvips' cache of operations would only hold memory.
      sharp.cache(false);
      // One thread decodes an image as fast as many; several images run side by side in Node's thread pool.
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
 * `autoOrient` applies EXIF; the colour profile is ignored because the peers ignore it and the network was trained so;
 * a file that ends early is an error, not a half-grey image.
 */
const OPTIONS: SharpOptions = { autoOrient: true, ignoreIcc: true, failOn: 'error', limitInputPixels: false };

function invalid(path: string | undefined, got: string, todo: string, cause?: unknown): FastSAMError {
  return new FastSAMError('INVALID_IMAGE', `image ${path ?? 'bytes'}: got ${got}, expected ${todo}`, { cause });
}

function checkMetadata(metadata: Metadata, options: DecodeOptions): void {
  const { width, height, depth } = metadata;
  const limit = options.maxPixels ?? MAX_PIXELS;
  if (width * height > limit) {
    throw invalid(
      options.path,
      `${width} x ${height} pixels`,
      `at most ${limit} pixels in all; scale it down or raise maxPixels`,
    );
  }
  if (depth !== 'uchar' && depth !== 'ushort') {
    throw invalid(options.path, `${depth} pixels`, '8 or 16 bits a channel; convert the image');
  }
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

/** Decodes to 3 channels, or to 4 where alpha is to be laid over a colour. */
async function decodeRaw(image: Sharp, metadata: Metadata, keepAlpha: boolean): Promise<RawPixels> {
  const isCmyk = metadata.space === 'cmyk';
  if (isCmyk) image.pipelineColourspace('cmyk').toColourspace('cmyk');
  else (keepAlpha ? image.ensureAlpha() : image.removeAlpha()).toColourspace('srgb');
  const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  const pixels = isCmyk ? cmykToRgb(plainBytes(data)) : plainBytes(data);
  const channels = channelsOf(pixels.length, info.width, info.height);
  return { data: pixels, width: info.width, height: info.height, channels };
}

/** See `Platform.decodeImage`. */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Promise<RgbImage> {
  const { path, alpha = 'drop' } = options;
  const format = describeFormat(bytes);
  if (!format.supported) throw invalid(path, format.description, 'JPEG, PNG, WebP, AVIF, TIFF or GIF');
  const sharp = await loadSharp();
  try {
    const metadata = await sharp(bytes, OPTIONS).metadata();
    checkMetadata(metadata, options);
    const keepAlpha = alpha !== 'drop' && metadata.hasAlpha;
    const pixels = await decodeRaw(sharp(bytes, OPTIONS), metadata, keepAlpha);
    return { ...flattenAlpha(pixels, alpha), ...(path === undefined ? {} : { path }) };
  } catch (error) {
    if (error instanceof FastSAMError && error.code !== 'INVALID_ARGUMENT') throw error;
    // libvips' own words are the cause only: its threads share one buffer for them, so they may speak of other images.
    throw invalid(path, `a broken or truncated ${format.description}`, 'a whole file; fetch it again', error);
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
