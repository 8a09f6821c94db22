/** The options that every call has which reads images: how large they may be, and what becomes of more than 8 bits. */
import type { Window } from '../image/windowRecord.js';
import { custom, integer, parseNumbers } from '../options/kinds.js';
import type { RowsOf } from '../options/row.js';
import { MAX_PIXELS } from '../platform/platform.js';

/** How images are read. */
export interface PictureReading {
  /** Largest width * height that is accepted, read off the header before anything is decoded. Default 100,000,000. */
  maxPixels?: number;
  /**
   * Which values of images with more than 8 bits a channel become black to white: `full` (default) divides 16 bits by 256
   * as OpenCV does; `percentiles` takes the 0.5th to the 99.5th percentile of the image's values; `[low, high]` these.
   * Images of 8 bits stay as they are.
   */
  window?: Window;
}

/** Every option of reading images. */
export const PICTURE_OPTIONS = {
  maxPixels: integer(1, Number.MAX_SAFE_INTEGER, {
    text: 'largest width * height that is accepted',
    default: MAX_PIXELS,
    cli: { value: '<n>' },
  }),
  window: custom<Window>('full, percentiles or [low, high]', isWindow, {
    text: 'which values of images with more than 8 bits become black to white',
    default: 'full',
    cli: { value: '<rule>', parse: parseWindow, expected: 'full, percentiles or low,high' },
  }),
} satisfies RowsOf<PictureReading>;

function isWindow(value: unknown): boolean {
  if (value === 'full' || value === 'percentiles') return true;
  if (!Array.isArray(value) || value.length !== 2 || !value.every(Number.isFinite)) return false;
  const [low, high] = value as [number, number];
  return low < high;
}

function parseWindow(text: string): unknown {
  return text.includes(',') ? parseNumbers(text) : text;
}
