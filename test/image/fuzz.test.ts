import { describe, expect, test } from 'vitest';
import { fuzzImages, seeds } from '../../tools/fuzz/images.js';
import { mutate } from '../../tools/fuzz/mutate.js';

describe('broken images', () => {
  test('are the same for the same seed and case, and differ from the sound ones', () => {
    const images = seeds();
    const before = images.map(([, bytes]) => bytes.slice());
    const cases = Array.from({ length: 50 }, (_, index) => mutate(images, 3, index));
    expect(cases).toEqual(Array.from({ length: 50 }, (_, index) => mutate(images, 3, index)));
    expect(new Set(cases.map(({ bytes }) => bytes.join())).size).toBeGreaterThan(45);
    expect(images.map(([, bytes]) => bytes)).toEqual(before);
  });

  // tools/fuzz/images.ts runs the long version.
  test('end in an image or a FastSAMError, in bounded time and memory', async () => {
    const report = await fuzzImages({ seed: 2, start: 0, count: 400 });
    expect(report.failures).toEqual([]);
    expect(report.decoded + report.refused).toBe(400);
    expect(report.decoded).toBeGreaterThan(0);
    expect(report.refused).toBeGreaterThan(0);
  });
});
