/** Names of output files. */
import { expect, test } from 'vitest';
import { StemNames } from '../../src/cli/files.js';

test('every image gets a name of its own, also where a number is in the name already', () => {
  const names = new StemNames(['coco']);
  const given = ['a/x.jpg', 'b/X.png', 'x-2.jpg', 'c/x.jpg', 'coco.jpg', 'https://host/x.jpg?size=3', 'camera:0'];
  expect(given.map((name) => names.next(name))).toEqual(['x', 'X-2', 'x-2-2', 'x-3', 'coco-2', 'x-4', 'camera-0']);
});

// Trying all numbers for each name would take half an hour.
test('a hundred thousand images of one name are named within the time of a test', () => {
  const names = new StemNames();
  const stems = Array.from({ length: 100_000 }, (_, i) => names.next(`scene${i}/rgb.png`));
  expect(stems.at(-1)).toBe('rgb-100000');
  expect(new Set(stems).size).toBe(100_000);
});
