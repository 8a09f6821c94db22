/** Brings values of more than 8 bits to 8: which range becomes black to white. */
import { roundHalfEven } from '../geometry/rounding.js';
import type { RawPixels } from './pixels.js';
import type { Window, WindowRecord } from './windowRecord.js';

/** The shares of values below `low` and `high`. */
const PERCENTILES = [0.5, 99.5] as const;

/** Values as they are stored, channels interleaved. */
export interface DeepPixels extends Omit<RawPixels, 'data'> {
  readonly data: Uint16Array | Float32Array;
}

/** Values to bytes: `round((value - low) * 255 / (high - low))`, cut to 0 … 255. NaN becomes 0. */
export function applyWindow(
  { data, width, height, channels }: DeepPixels,
  window: Exclude<Window, 'full'>,
): { pixels: RawPixels; record: WindowRecord } {
  const isRange = typeof window !== 'string';
  const [low, high] = isRange ? window : percentilesOf(data, channels);
  const range = high > low ? high - low : 1;
  const bytes = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const value = ((data[i] - low) * 255) / range;
    bytes[i] = value > 0 ? Math.min(255, roundHalfEven(value)) : 0;
  }
  // An alpha channel is no brightness.
  if (channels === 4) restoreAlpha(bytes, data);
  const bits = data instanceof Uint16Array ? 16 : 32;
  return {
    pixels: { data: bytes, width, height, channels },
    record: { rule: isRange ? 'range' : window, low, high, bits },
  };
}

function restoreAlpha(bytes: Uint8Array, data: DeepPixels['data']): void {
  const scale = data instanceof Uint16Array ? 255 / 65535 : 255;
  for (let i = 3; i < data.length; i += 4) bytes[i] = Math.min(255, Math.max(0, Math.round(data[i] * scale)));
}

/** Values of the image at the two percentiles: numpy's method `lower`. NaN and infinities do not count. */
function percentilesOf(data: DeepPixels['data'], channels: number): [number, number] {
  const colours = channels === 4 ? data.filter((_, i) => i % 4 !== 3) : data;
  const sorted = colours.filter(Number.isFinite).sort();
  if (sorted.length === 0) return [0, 1];
  const at = (percent: number): number => sorted[Math.floor((percent / 100) * (sorted.length - 1))];
  return [at(PERCENTILES[0]), at(PERCENTILES[1])];
}
