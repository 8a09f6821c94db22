import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import '../../src/index.js';
import { chosenBy, hintFrom, readHints } from '../../src/studies/shared/hints.js';
import { union } from '../../src/mask/setOps.js';
import { rectMask } from '../support/masks.js';
import { sceneOf } from '../support/scenes.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const folder = temporaryFolder();

const keys = new Set(['a', 'below/b.c']);
function read(content: unknown) {
  const path = join(folder, 'hints.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return readHints(path, keys);
}

describe('a file of hints', () => {
  test('has boxes and points by names with or without an ending', async () => {
    const hints = await read({
      'a.jpg': { boxes: [1, 2, 3, 4] },
      'below/b.c': {
        points: [
          [5, 6],
          [7, 8],
        ],
        labels: [1, 0],
      },
    });
    expect(hints).toEqual(
      new Map([
        ['a', { boxes: [[1, 2, 3, 4]] }],
        [
          'below/b.c',
          {
            points: [
              [5, 6],
              [7, 8],
            ],
            labels: [1, 0],
          },
        ],
      ]),
    );
  });

  test.each([
    ['{', /hints\.json: got no JSON/],
    [[], /got no hints/],
    [{}, /got no hints/],
    [{ c: { boxes: [[1, 2, 3, 4]] } }, /got a hint for "c", expected the name of an image, as "a"/],
    [{ a: [1, 2, 3, 4] }, /"a": got no object/],
    [{ a: { box: [1, 2, 3, 4] } }, /"a": got "box", expected boxes, points, labels/],
    [{ a: { boxes: [[1, 2, 3]] } }, /"a": boxes\[0\]: got \[1, ?2, ?3\], expected 4 finite numbers/],
    [{ a: { boxes: [[3, 2, 1, 4]] } }, /"a": boxes: got \[3, 2, 1, 4\], expected \[x1, y1, x2, y2\] with x1 < x2/],
    [{ a: { points: [[1, 2]], labels: [1, 1] } }, /"a": labels: got 2, expected one for each of 1/],
    [{ a: { points: [[1, 2]], labels: [2] } }, /"a": labels: got 2, expected 0, 1/],
    [{ a: { points: [[1, 2]], labels: [0] } }, /"a": got no box and no point with label 1/],
    [{ a: { points: [[1, 2]], labels: { 0: 1 } } }, /"a": labels: got .*expected 0 or 1/],
    [{ a: {} }, /"a": prompt: got neither boxes nor points/],
  ])('%j is refused', async (content, message) => {
    const error: unknown = await read(content).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) as string });
  });
});

describe('hints made of a mask', () => {
  const regions = [rectMask(20, 10, [1, 1, 5, 5]), rectMask(20, 10, [10, 2, 14, 8])];
  const truth = union(regions[0], regions[1]);

  test('ask for each marked region', () => {
    expect(hintFrom(truth, 'box')).toEqual({
      boxes: [
        [1, 1, 5, 5],
        [10, 2, 14, 8],
      ],
    });
    const scene = sceneOf([rectMask(20, 10, [0, 0, 20, 10]), ...regions], [0.1, 0.9, 0.8]);
    expect(chosenBy(scene, hintFrom(truth, 'box'))).toEqual([1, 2]);
    expect(chosenBy(scene, hintFrom(truth, 'point'))).toEqual([1, 2]);
  });

  test('given as points: the best object there that holds no background point', () => {
    const scene = sceneOf([rectMask(20, 10, [0, 0, 20, 10]), regions[0]], [0.9, 0.8]);
    expect(chosenBy(scene, { points: [[2, 2]], labels: [1] })).toEqual([0]);
    expect(
      chosenBy(scene, {
        points: [
          [2, 2],
          [18, 8],
        ],
        labels: [1, 0],
      }),
    ).toEqual([1]);
    expect(() => chosenBy(scene, { points: [[99, 2]], labels: [1] })).toThrow(/points\[0\]/);
  });
});
