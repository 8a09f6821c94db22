/** Percentiles by counting against the definition: sort all that count and take the one at the place. */
import { expect, test } from 'vitest';
import { percentilesOf } from '../../src/image/percentiles.js';
import type { DeepPixels } from '../../src/image/pixels.js';
import { applyWindow } from '../../src/image/window.js';

const PERCENTS = [0, 0.5, 37, 50, 99.5, 100];

function bySorting({ data, channels }: DeepPixels, percents: readonly number[]): number[] {
  const counted = Array.from(data).filter((value, i) => Number.isFinite(value) && !(channels === 4 && i % 4 === 3));
  counted.sort((a, b) => a - b);
  return percents.map((percent) => counted[Math.floor((percent / 100) * (counted.length - 1))]);
}

function image(data: DeepPixels['data'], channels: 1 | 3 | 4 = 1): DeepPixels {
  return { data, width: data.length / channels, height: 1, channels };
}

/** A sequence without pattern (Lehmer's generator). */
function* numbers(): Generator<number> {
  for (let state = 7; ;) yield (state = (state * 48_271) % 2_147_483_647);
}

const random = numbers();
const next = (): number => random.next().value as number;

test.each([1, 3, 4] as const)('16-bit values of %i channels', (channels) => {
  const values = image(
    Uint16Array.from({ length: 12 * 401 }, () => next() % 65_536),
    channels,
  );
  expect(percentilesOf(values, PERCENTS)).toEqual(bySorting(values, PERCENTS));
});

test.each([1, 3] as const)(
  'floats of %i channels, of both signs and all sizes, with values that do not count',
  (channels) => {
    const odd = [NaN, Infinity, -Infinity, 0, 1e-45, -1e-45, 3.4e38, -3.4e38];
    const sizes = () => (next() % 2 ? 1 : -1) * 2 ** ((next() % 200) - 100) * next();
    const values = image(
      Float32Array.from({ length: 3001 * 3 }, (_, i) => (i % 5 ? sizes() : odd[next() % 8])),
      channels,
    );
    expect(percentilesOf(values, PERCENTS)).toEqual(bySorting(values, PERCENTS));
  },
);

test('floats that differ in their last bits only', () => {
  const values = image(Float32Array.from({ length: 999 }, (_, i) => 1 + ((i * 7) % 999) * 2 ** -23));
  expect(percentilesOf(values, PERCENTS)).toEqual(bySorting(values, PERCENTS));
});

test('no value that counts', () => {
  expect(percentilesOf(image(Float32Array.of(NaN, Infinity)), PERCENTS)).toBeUndefined();
  expect(applyWindow(image(Float32Array.of(NaN, 5)), [0, 10]).pixels.data).toEqual(Uint8Array.of(0, 128));
});

test('an image with more values than kinds of them is windowed as a small one is', () => {
  const data = Uint16Array.from({ length: 4 * 20_000 }, () => next() % 65_536);
  const whole = applyWindow(image(data, 4), [3_000, 50_000]).pixels.data;
  const pieces = [0, 1, 2, 3].map((i) => data.subarray(i * 20_000, (i + 1) * 20_000));
  const parts = pieces.flatMap((part) => [...applyWindow(image(part, 4), [3_000, 50_000]).pixels.data]);
  expect(whole).toEqual(Uint8Array.from(parts));
});
