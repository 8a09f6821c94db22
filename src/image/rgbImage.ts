/** The one form that images have inside the package. */
import { invalidArgument } from '../errors.js';
import { requireObject, requireWhole } from '../options/requireKind.js';
import { showValue } from '../options/showValue.js';
import type { WindowRecord } from './windowRecord.js';

/** A decoded image: 8-bit sRGB, upright (EXIF orientation applied), no alpha. */
export interface RgbImage {
  /** `height * width * 3` bytes, row by row from the top, R G B. */
  readonly data: Uint8Array;
  /**
   * Of an image that came as a float tensor: its values as they are, `height * width * 3`, 0…1. The network gets these;
   * `data` is for drawings and files.
   */
  readonly floats?: Float32Array | undefined;
  readonly width: number;
  readonly height: number;
  /** Where it came from, if it has a name: a path or a URL. */
  readonly path?: string;
  /** How many images the file holds, where there are more than this one: an animation, pages, views of a 3D camera. */
  readonly frames?: number;
  /** Where the file has more than 8 bits a channel: what was done with them. */
  readonly window?: WindowRecord;
}

/**
 * Checks that a value has the form of an image.
 * @param what begins the message.
 * @param withoutPixels whether it may have no bytes: that of results which were read from JSON, or packed without it.
 * @throws FastSAMError `INVALID_ARGUMENT`
 */
export function requireRgbImage(
  what: string,
  value: unknown,
  { withoutPixels = false } = {},
): asserts value is RgbImage {
  requireObject(what, value);
  const { data, width, height } = value;
  requireWhole(`${what} width`, width, 1);
  requireWhole(`${what} height`, height, 1);
  const bytes = data instanceof Uint8Array || data instanceof Uint8ClampedArray;
  if (bytes && (data.length === width * height * 3 || (withoutPixels && data.length === 0))) return;
  const got = bytes ? `${data.length} bytes` : showValue(data);
  throw invalidArgument(`${what} data: got ${got}, expected a Uint8Array of ${width} x ${height} x 3 bytes, R G B`);
}
