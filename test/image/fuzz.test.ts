import { describe, expect, test } from 'vitest';
import { imageFormats, imageSeeds } from '../../tools/fuzz/imageFormats.js';
import { mutate } from '../../tools/fuzz/mutate.js';
import { Random } from '../../tools/fuzz/random.js';
import { expectNoFaults } from '../support/fuzz.js';

describe('broken images', () => {
  test('are the same for the same seed, and differ from the sound ones', () => {
    const images = imageSeeds();
    const before = images.map(([, bytes]) => bytes.slice());
    const make = () => Array.from({ length: 50 }, (_, seed) => mutate(images, new Random(seed)));
    const cases = make();
    expect(cases).toEqual(make());
    expect(new Set(cases.map(({ bytes }) => bytes.join())).size).toBeGreaterThan(45);
    expect(images.map(([, bytes]) => bytes)).toEqual(before);
  });

  // tools/fuzz/all.ts runs the long version.
  test('end in an image or a FastSAMError, in bounded time and memory', async () => {
    const formats = imageFormats(25_000_000);
    const names = ['AVIF', 'BMP', 'GIF', 'JPEG', 'PNG', 'TIFF', 'WebP', 'other images'];
    expect(formats.map(({ name }) => name).sort()).toEqual(names);
    for (const { name, read, refused } of await expectNoFaults(formats, { first: 1_000_000, count: 100 })) {
      if (name !== 'other images') expect(read, name).toBeGreaterThan(0);
      expect(refused, name).toBeGreaterThan(0);
    }
  });
});
