import { describe, expect, test } from 'vitest';
import { outputDifference, networkFingerprint, objectsFingerprint } from '../../../src/cli/bench/fingerprint.js';

const prototypes = { data: [1, -1, 2, 0, 0, 0, 0, 4], height: 2, width: 2, k: 2 };
const outputs = {
  boxes: [0, 1, 2, 3, 10, 11, 12, 13, 100, 100, 100, 100],
  scores: [0.3, 0.5, 0.1],
  coefficients: [1, 2, 3, 4, 100, 100],
  prototypes,
};

describe('networkFingerprint', () => {
  test('weighs anchors by their score above the floor', () => {
    const [weight, x1, y1, x2, y2, numbered, size, x, y, sum] = networkFingerprint(outputs);
    expect(weight).toBeCloseTo(0.4, 12); // 0.1 and 0.3; the third anchor is below
    expect([x1, y1, x2, y2]).toEqual([7.5, 8.5, 9.5, 10.5].map((v) => expect.closeTo(v, 12) as number));
    // (0.1 (1·1 + 2·2) + 0.3 (3·1 + 4·2)) / 2 / 0.4
    expect(numbered).toBeCloseTo(4.75, 12);
    expect(size).toBe(1); // 8 over 8 numbers
    expect(x).toBeCloseTo((2 + 4) / 8, 12);
    expect(y).toBeCloseTo(4 / 8, 12);
    expect(sum).toBeCloseTo((1 - 2 + 2 + 8) / 2 / 8, 12);
  });

  test('does not depend on the order of anchors, nor on those below the floor', () => {
    const turned = {
      boxes: [10, 11, 12, 13, 0, 1, 2, 3],
      scores: [0.5, 0.3],
      coefficients: [3, 4, 1, 2],
      prototypes,
    };
    expect(outputDifference(networkFingerprint(turned), networkFingerprint(outputs))).toBeLessThan(1e-12);
  });

  test('tells width from height and channels from each other', () => {
    const base = networkFingerprint(outputs);
    const transposed = { ...prototypes, data: [1, -1, 0, 0, 2, 0, 0, 4] };
    const swapped = { ...outputs, coefficients: [2, 1, 4, 3, 100, 100] };
    expect(outputDifference(networkFingerprint({ ...outputs, prototypes: transposed }), base)).toBeGreaterThan(0.01);
    expect(outputDifference(networkFingerprint(swapped), base)).toBeGreaterThan(0.01);
  });

  test('is finite where nothing scores', () => {
    const nothing = networkFingerprint({ boxes: [], scores: [], coefficients: [], prototypes });
    expect(nothing.slice(0, 6)).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe('objectsFingerprint', () => {
  test('has count, scores, mean box and mean area', () => {
    expect(objectsFingerprint([0, 0, 2, 2, 2, 4, 6, 8], [0.5, 0.25], [3, 5])).toEqual([2, 0.75, 1, 2, 4, 5, 4]);
    expect(objectsFingerprint([], [], [])).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });
});

describe('difference', () => {
  test('is relative for large numbers and absolute for small ones', () => {
    expect(outputDifference([99, 0], [100, 0.5])).toBeCloseTo(0.5 / 1.5, 12);
    expect(outputDifference([0.001], [0])).toBeCloseTo(0.001, 12);
  });

  test('is infinite for what cannot be compared', () => {
    expect(outputDifference([1], [1, 2])).toBe(Infinity);
    expect(outputDifference([NaN], [1])).toBe(Infinity);
  });
});
