/** Percentiles of an image's values by counting: exact, without a sorted copy of what may be 100 million values. */
import type { DeepPixels } from './pixels.js';

/** How many values 16 bits have. */
const HALVES = 1 << 16;

/**
 * The colour values at `percents` (0 … 100) of all that are finite: numpy's method `lower`. Undefined where there is no
 * such value. The fourth of four channels is alpha, which is no brightness.
 */
export function percentilesOf({ data, channels }: DeepPixels, percents: readonly number[]): number[] | undefined {
  const colours = channels === 4 ? 3 : channels;
  return data instanceof Uint16Array
    ? ofIntegers(data, channels, colours, percents)
    : ofFloats(data, channels, colours, percents);
}

/** How often each 16-bit number occurs among what `halfOf` gives for the colours; numbers below 0 do not count. */
function count(length: number, step: number, colours: number, halfOf: (index: number) => number): Uint32Array {
  const counts = new Uint32Array(HALVES);
  for (let pixel = 0; pixel < length; pixel += step) {
    for (let i = pixel; i < pixel + colours; i++) {
      const half = halfOf(i);
      if (half >= 0) counts[half]++;
    }
  }
  return counts;
}

function rankOf(percent: number, counts: Uint32Array): number {
  const total = counts.reduce((sum, n) => sum + n, 0);
  return Math.floor((percent / 100) * (total - 1));
}

/** The number of the element at `rank` when all are sorted, and its rank among those of the same number. */
function select(counts: Uint32Array, rank: number): [half: number, rank: number] {
  let half = 0;
  let left = rank;
  while (left >= counts[half]) left -= counts[half++];
  return [half, left];
}

function ofIntegers(data: Uint16Array, step: number, colours: number, percents: readonly number[]): number[] {
  const counts = count(data.length, step, colours, (i) => data[i]);
  return percents.map((percent) => select(counts, rankOf(percent, counts))[0]);
}

/**
 * IEEE 754: positive values are in the order of their bits, negative ones in the reverse. Such keys are counted by their
 * upper halves first, then by the lower halves of those that share the wanted upper half.
 */
function ofFloats(data: Float32Array, step: number, colours: number, percents: readonly number[]) {
  const SIGN = 0x8000_0000;
  const INFINITY = 0x7f80_0000;
  const bits = new Int32Array(data.buffer, data.byteOffset, data.length);
  const keyOf = (word: number): number => (word < 0 ? ~word : word ^ SIGN);
  const isFinite = (word: number): boolean => (word & INFINITY) !== INFINITY;
  const uppers = count(data.length, step, colours, (i) => (isFinite(bits[i]) ? keyOf(bits[i]) >>> 16 : -1));
  if (uppers.every((n) => n === 0)) return undefined;
  return percents.map((percent) => {
    const [upper, rank] = select(uppers, rankOf(percent, uppers));
    const lowers = count(data.length, step, colours, (i) => {
      const key = keyOf(bits[i]);
      return isFinite(bits[i]) && key >>> 16 === upper ? key & (HALVES - 1) : -1;
    });
    const key = (upper << 16) | select(lowers, rank)[0];
    return new Float32Array(Int32Array.of(key < 0 ? key ^ SIGN : ~key).buffer)[0];
  });
}
