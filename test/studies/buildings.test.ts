import { describe, expect, test } from 'vitest';
import { outlineOf, parseWorldFile } from '../../src/studies/buildings/geojson.js';
import { cropImage, joinTiles, mergeObjects, tileGrid, tileStarts } from '../../src/studies/buildings/tiles.js';
import { equals } from '../../src/mask/setOps.js';
import { rectMask } from '../support/masks.js';
import { sceneOf } from '../support/scenes.js';

describe('tiles', () => {
  test('cover a length with the overlap asked for, the last one ending with it', () => {
    expect(tileStarts(10, 10, 2)).toEqual([0]);
    expect(tileStarts(6, 10, 2)).toEqual([0]);
    expect(tileStarts(25, 10, 2)).toEqual([0, 8, 15]);
    expect(() => tileStarts(25, 10, 10)).toThrow(/overlap: got 10/);
    expect(tileGrid({ width: 18, height: 5 }, 10, 2)).toEqual([
      { x: 0, y: 0, width: 10, height: 5 },
      { x: 8, y: 0, width: 10, height: 5 },
    ]);
  });

  test('hold the pixels of their place', () => {
    const data = Uint8Array.from({ length: 4 * 3 * 3 }, (_, i) => Math.floor(i / 3));
    const { data: cut } = cropImage({ data, width: 4, height: 3 }, { x: 1, y: 1, width: 2, height: 2 });
    expect([...cut].filter((_, i) => i % 3 === 0)).toEqual([5, 6, 9, 10]);
  });

  test('give back a roof that two of them cut', () => {
    const [left, right] = tileGrid({ width: 18, height: 10 }, 10, 4);
    const image = { data: new Uint8Array(18 * 10 * 3), width: 18, height: 10 };
    // A roof at columns 3 … 14, and one in the right tile alone.
    const inLeft = sceneOf([rectMask(10, 10, [3, 2, 10, 6])], [0.7]);
    const roof = [3 - right.x, 2, 14 - right.x, 6].map((v) => Math.max(0, v));
    const inRight = sceneOf([rectMask(10, 10, roof), rectMask(10, 10, [0, 7, 3, 9])], [0.9, 0.8]);
    const whole = joinTiles(image, [
      { tile: left, scene: inLeft },
      { tile: right, scene: inRight },
    ]);
    expect([...whole.scores]).toEqual([expect.closeTo(0.9, 6), expect.closeTo(0.8, 6)]);
    expect(equals(whole.imageMasks[0], rectMask(18, 10, [3, 2, 14, 6]))).toBe(true);
    expect(whole.boxes.at(0)).toEqual([3, 2, 14, 6]);
  });

  test('keep objects apart that touch the overlap but differ in it, and those of one tile', () => {
    const a = { x: 0, y: 0, width: 10, height: 10 };
    const b = { x: 6, y: 0, width: 10, height: 10 };
    const object = (tile: typeof a, box: number[]) => ({ mask: rectMask(16, 10, box), score: 0.5, tile });
    expect(mergeObjects([object(a, [0, 0, 10, 2]), object(b, [6, 1, 16, 6])])).toHaveLength(2);
    expect(mergeObjects([object(a, [0, 0, 5, 5]), object(a, [0, 0, 5, 5])])).toHaveLength(2);
  });
});

describe('outlines', () => {
  const square = rectMask(8, 8, [2, 3, 6, 7]);

  test('are closed rings in pixels', () => {
    const [[ring]] = outlineOf(square, 0).coordinates;
    expect(ring[0]).toEqual(ring.at(-1));
    expect(new Set(ring.map(([x, y]) => `${x},${y}`))).toEqual(new Set(['2,3', '2,6', '5,6', '5,3']));
  });

  test('are placed by a world file, whose numbers come a, d, b, e, c, f', () => {
    const world = parseWorldFile('0.5\n0\n0\n-0.5\n1000\n2000\n', 'x.pgw');
    const [[ring]] = outlineOf(square, 0, world).coordinates;
    expect(new Set(ring.map(([x, y]) => `${x},${y}`))).toEqual(
      new Set(['1001,1998.5', '1001,1997', '1002.5,1997', '1002.5,1998.5']),
    );
    expect(() => parseWorldFile('1 2 3', 'x.pgw')).toThrow(/x.pgw: got no world file/);
  });

  test('leave out what is too thin for a ring', () => {
    expect(outlineOf(rectMask(8, 8, [2, 3, 3, 4]), 0).coordinates).toEqual([]);
  });
});
