import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pairedRatio, quantile, summarize, threeDigits } from '../../../src/cli/bench/statistics.js';

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });

describe('quantile', () => {
  test('interpolates between neighbours as numpy.quantile does', () => {
    const sorted = [1, 2, 4, 8];
    expect([0, 0.25, 0.5, 0.75, 1].map((q) => quantile(sorted, q))).toEqual([1, 1.75, 3, 5, 8]);
  });

  test('is the number itself for a single one', () => {
    expect(quantile([7], 0.3)).toBe(7);
  });
});

describe('summarize', () => {
  test('takes numbers in any order and leaves the list alone', () => {
    const values = [9, 1, 5];
    expect(summarize(values)).toEqual({ count: 3, min: 1, low: 3, median: 5, high: 7, max: 9 });
    expect(values).toEqual([9, 1, 5]);
  });

  test('sorts by size, not as text', () => {
    expect(summarize([10, 9, 100])?.median).toBe(10);
  });

  test('has nothing to say about nothing', () => {
    expect(summarize([])).toBeUndefined();
  });

  test('is ordered and inside the values', () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 40 }), (values) => {
        const s = summarize(values);
        if (!s) return false;
        const order = [s.min, s.low, s.median, s.high, s.max];
        expect(order.every((v, i) => i === 0 || v >= order[i - 1] - 1e-9)).toBe(true);
        expect([s.min, s.max]).toEqual([Math.min(...values), Math.max(...values)]);
        return true;
      }),
    );
  });
});

describe('pairedRatio', () => {
  test('is not moved by a slow spell that both of a pair fell into', () => {
    const ours = [10, 100, 10];
    const theirs = [20, 200, 20];
    expect(pairedRatio(ours, theirs)).toMatchObject({ count: 3, min: 0.5, median: 0.5, max: 0.5 });
  });

  test('leaves rounds out that only one has', () => {
    expect(pairedRatio([1, 2, 3], [2])?.count).toBe(1);
    expect(pairedRatio([1], [])).toBeUndefined();
  });
});

test('writes three significant digits, and whole numbers from 100 on', () => {
  expect([0.1234, 1.234, 12.34, 123.4, 12345].map(threeDigits)).toEqual(['0.123', '1.23', '12.3', '123', '12345']);
});
