/** Converts pixels in memory to the package's one form. */
import { invalidArgument } from '../errors.js';
import type { RgbImage } from './rgbImage.js';

/** What may become of an image's alpha channel. */
export const ALPHA_MODES = ['drop', 'white', 'black'] as const satisfies AlphaMode[];

/** What becomes of an image's alpha channel. */
export type AlphaMode =
  /** The colours as stored, alpha ignored, as `cv2.imread` and `PIL.Image.convert('RGB')`. */
  | 'drop'
  /** Laid over white. */
  | 'white'
  /** Laid over black. */
  | 'black';

/** Pixels as bytes, row by row from the top, channels interleaved. */
export interface RawPixels {
  /** `width * height * channels` bytes, 0…255. */
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 RGB, 4 RGBA (alpha not premultiplied). */
  readonly channels: 1 | 3 | 4;
}

/** Values as they are stored, channels interleaved. */
export interface DeepPixels extends Omit<RawPixels, 'data'> {
  readonly data: Uint16Array | Float32Array;
}

/** The part of `tf.Tensor3D` that is used, so that reading images does not load TensorFlow.js. */
export interface PixelTensor {
  readonly shape: readonly number[];
  /** `int32` holds 0…255, `float32` holds 0…1 (see `checkFloats`). */
  readonly dtype: string;
  /** The values, row by row. */
  data(): Promise<ArrayLike<number>>;
  readonly isDisposed?: boolean;
}

/** Images in one tensor: [images, height, width, channels]. */
export interface PixelBatch extends PixelTensor {
  readonly shape: [number, number, number, number];
}

/**
 * How far beyond 0…1 a float may lie: noise, resampling and optimisation step over the ends, and no picture of 0…255 stays
 * inside.
 */
const FLOAT_RANGE = { low: -1, high: 2 };

/** @throws FastSAMError `INVALID_ARGUMENT` unless both are whole numbers above 0. */
function checkSize(width: number, height: number): void {
  for (const [name, value] of [
    ['width', width],
    ['height', height],
  ] as const) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw invalidArgument(
        `pixels: got ${name} ${value}, expected a whole number of at least 1; pass the image's size`,
      );
    }
  }
}

/**
 * Checks that an image has its pixels. Results have one without where they were read from JSON, or packed without it.
 * @param what begins the message.
 * @throws FastSAMError `INVALID_ARGUMENT`
 */
export function requirePixels(what: string, { data, width, height }: RgbImage): void {
  if (data.length === 3 * width * height) return;
  throw invalidArgument(
    `${what}: got results whose image has no pixels, expected ${width} x ${height}; give the image: ` +
      'results.with({ image: await readImage(…) })',
  );
}

/**
 * Channels of `length` interleaved values.
 * @throws FastSAMError `INVALID_ARGUMENT` unless they are 1, 3 or 4 for each of `width * height` pixels.
 */
export function channelsOf(length: number, width: number, height: number): 1 | 3 | 4 {
  checkSize(width, height);
  const channels = length / (width * height);
  if (channels === 1 || channels === 3 || channels === 4) return channels;
  throw invalidArgument(
    `pixels: got ${length} bytes for ${width} x ${height}, expected 1, 3 or 4 a pixel; pass rows without padding`,
  );
}

/** Grey, RGB or RGBA bytes to RGB; RGB bytes are used as they are, not copied. */
export function flattenAlpha(pixels: RawPixels, alpha: AlphaMode): RgbImage {
  const { data, width, height, channels } = pixels;
  if (channels === 3) {
    const rgb = data instanceof Uint8Array ? data : new Uint8Array(data.buffer, data.byteOffset, data.length);
    return { data: rgb, width, height };
  }
  const rgb = new Uint8Array(width * height * 3);
  if (channels === 4 && alpha === 'drop') {
    for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
      rgb[to] = data[from];
      rgb[to + 1] = data[from + 1];
      rgb[to + 2] = data[from + 2];
    }
    return { data: rgb, width, height };
  }
  const background = alpha === 'white' ? 255 : 0;
  for (let from = 0, to = 0; to < rgb.length; from += channels, to += 3) {
    for (let c = 0; c < 3; c++) {
      const value = data[channels === 1 ? from : from + c];
      const opacity = channels === 1 || alpha === 'drop' ? 255 : data[from + 3];
      rgb[to + c] = Math.round((value * opacity + background * (255 - opacity)) / 255);
    }
  }
  return { data: rgb, width, height };
}

/**
 * Checks raw pixels and brings them to RGB.
 * @throws FastSAMError `INVALID_ARGUMENT` for a wrong length, size, type or number of channels.
 */
export function fromRawPixels(
  pixels: { data: unknown; width: number; height: number; channels?: number },
  alpha: AlphaMode,
): RgbImage {
  const { data, width, height } = pixels;
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray)) {
    throw invalidArgument('pixels: got data that is no Uint8Array, expected bytes 0…255; convert the values');
  }
  const channels = channelsOf(data.length, width, height);
  if (pixels.channels !== undefined && pixels.channels !== channels) {
    throw invalidArgument(
      `pixels: got channels ${pixels.channels} and ${data.length} bytes for ${width} x ${height}, expected ${width * height * pixels.channels} bytes`,
    );
  }
  return flattenAlpha({ data, width, height, channels }, alpha);
}

/**
 * Checks the values of a float image. They may lie a little beyond 0…1 and are never clipped.
 * @throws FastSAMError `INVALID_ARGUMENT` for NaN and values outside -1…2.
 */
export function checkFloats(values: ArrayLike<number>): void {
  const { low, high } = FLOAT_RANGE;
  for (let i = 0; i < values.length; i++) {
    if (values[i] >= low && values[i] <= high) continue; // NaN goes on
    throw invalidArgument(
      `tensor: got the value ${values[i]}, expected 0…1 in a float32 tensor (up to ${low} and ${high} is let through); ` +
        'divide by 255, or clip the values',
    );
  }
}

/** @throws FastSAMError `INVALID_ARGUMENT` for a value that is no byte. */
function toBytes(values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < bytes.length; i++) {
    const value = values[i];
    // Written so that NaN fails.
    if (!(value >= 0 && value <= 255)) {
      throw invalidArgument(
        `tensor: got the value ${value}, expected 0…255 in an int32 tensor; scale the values or change the dtype`,
      );
    }
    bytes[i] = Math.round(value);
  }
  return bytes;
}

/** Floats as the nearest bytes. */
export function floatsToBytes(values: Float32Array): Uint8Array {
  return Uint8Array.from(values, (value) => Math.min(255, Math.max(0, Math.round(value * 255))));
}

/** As `flattenAlpha`, for floats; RGB is used as it is, not copied. */
function flattenFloats(values: Float32Array, channels: 1 | 3 | 4, alpha: AlphaMode): Float32Array {
  if (channels === 3) return values;
  const rgb = new Float32Array((values.length / channels) * 3);
  const background = alpha === 'white' ? 1 : 0;
  for (let from = 0, to = 0; to < rgb.length; from += channels, to += 3) {
    for (let c = 0; c < 3; c++) {
      const value = values[channels === 1 ? from : from + c];
      const opacity = channels === 1 || alpha === 'drop' ? 1 : values[from + 3];
      rgb[to + c] = value * opacity + background * (1 - opacity);
    }
  }
  return rgb;
}

/**
 * Reads a tensor [height, width, 1 | 3 | 4], int32 0…255 or float32 0…1. The caller keeps the tensor. Floats stay beside
 * their bytes, see `RgbImage.floats`.
 * @throws FastSAMError `INVALID_ARGUMENT` for another shape, dtype or range.
 */
export async function fromTensor(tensor: PixelTensor, alpha: AlphaMode): Promise<RgbImage> {
  const [height = 0, width = 0, channels = 0] = tensor.shape;
  if (tensor.shape.length !== 3 || ![1, 3, 4].includes(channels)) {
    throw invalidArgument(
      `tensor: got shape [${tensor.shape.join(', ')}], expected [height, width, 1 | 3 | 4]; reshape it (pass a batch as a list)`,
    );
  }
  if (tensor.dtype !== 'int32' && tensor.dtype !== 'float32') {
    throw invalidArgument(`tensor: got dtype ${tensor.dtype}, expected int32 (0…255) or float32 (0…1); cast it`);
  }
  checkSize(width, height);
  const values = await valuesOf(tensor);
  const checked = channelsOf(values.length, width, height);
  if (tensor.dtype === 'int32') return flattenAlpha({ data: toBytes(values), width, height, channels: checked }, alpha);
  checkFloats(values);
  const floats = flattenFloats(Float32Array.from(values), checked, alpha);
  return { data: floatsToBytes(floats), floats, width, height };
}

/**
 * The values of a tensor.
 * @throws FastSAMError `INVALID_ARGUMENT` for one that was disposed.
 */
export async function valuesOf(tensor: PixelTensor): Promise<ArrayLike<number>> {
  if (tensor.isDisposed) {
    throw invalidArgument('tensor: got one that was disposed, expected one with values; dispose it after the call');
  }
  return tensor.data();
}

/** Whether a value is a tensor of four dimensions. */
export function isPixelBatch(value: unknown): value is PixelBatch {
  const { shape, dtype, data } = (value ?? {}) as Partial<PixelTensor>;
  return Array.isArray(shape) && shape.length === 4 && dtype !== undefined && typeof data === 'function';
}

/**
 * The images of a batch, one tensor each. The values are read once, when the first is asked for.
 * @throws FastSAMError `INVALID_ARGUMENT` for a batch of none.
 */
export function imagesOfBatch(batch: PixelBatch): PixelTensor[] {
  const [count, ...shape] = batch.shape;
  if (count === 0) throw invalidArgument('tensor: got a batch of no images, expected one or more');
  const size = shape.reduce((product, side) => product * side, 1);
  let values: Promise<ArrayLike<number>> | undefined;
  return Array.from({ length: count }, (_, i) => ({
    shape,
    dtype: batch.dtype,
    data: async () => part(await (values ??= valuesOf(batch)), i * size, (i + 1) * size),
  }));
}

function part(values: ArrayLike<number>, from: number, to: number): ArrayLike<number> {
  if (values instanceof Float32Array || values instanceof Int32Array) return values.subarray(from, to);
  return Array.from({ length: to - from }, (_, i) => values[from + i]);
}
