/** Brings values of more than 8 bits to 8: which range becomes black to white. */
import { roundHalfEven } from '../geometry/rounding.js';
import { percentilesOf } from './percentiles.js';
import type { DeepPixels, RawPixels } from './pixels.js';
import type { Window, WindowRecord } from './windowRecord.js';

/** The shares of values below `low` and `high`. */
const PERCENTILES = [0.5, 99.5] as const;

/** Values to bytes: `round((value - low) * 255 / (high - low))`, cut to 0 … 255. NaN becomes 0. */
export function applyWindow(
  values: DeepPixels,
  window: Exclude<Window, 'full'>,
): { pixels: RawPixels; record: WindowRecord } {
  const { data, width, height, channels } = values;
  const isRange = typeof window !== 'string';
  const [low, high] = isRange ? window : (percentilesOf(values, PERCENTILES) ?? [0, 1]);
  const range = high > low ? high - low : 1;
  const toByte = (value: number): number => {
    const scaled = ((value - low) * 255) / range;
    return scaled > 0 ? Math.min(255, roundHalfEven(scaled)) : 0;
  };
  const most = data instanceof Uint16Array ? 65_535 : 1;
  // An alpha channel is no brightness.
  const alphaToByte = (value: number): number => Math.min(255, Math.max(0, Math.round((value * 255) / most)));
  const bytes = new Uint8Array(data.length);
  convert(data, bytes, { from: 0, step: 1, toByte });
  if (channels === 4) convert(data, bytes, { from: 3, step: 4, toByte: alphaToByte });
  const bits = data instanceof Uint16Array ? 16 : 32;
  return {
    pixels: { data: bytes, width, height, channels },
    record: { rule: isRange ? 'range' : window, low, high, bits },
  };
}

interface Conversion {
  /** The first value, and the way to the next. */
  readonly from: number;
  readonly step: number;
  readonly toByte: (value: number) => number;
}

/** Writes what `toByte` makes of values: by a table where there are fewer kinds of them than values. */
function convert(data: DeepPixels['data'], bytes: Uint8Array, { from, step, toByte }: Conversion): void {
  if (data instanceof Uint16Array && data.length > 1 << 16) {
    const table = Uint8Array.from({ length: 1 << 16 }, (_, value) => toByte(value));
    for (let i = from; i < data.length; i += step) bytes[i] = table[data[i]];
  } else {
    for (let i = from; i < data.length; i += step) bytes[i] = toByte(data[i]);
  }
}
