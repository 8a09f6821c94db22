/** The app's view of a picture, its index image, and its PNGs of one channel. */
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { paintLabels, word } from '../../app/src/canvas/indexImage.js';
import { centred, fitted, panned, toPicture, zoomed } from '../../app/src/canvas/view.js';
import { greyPng } from '../../app/src/export/png.js';

const VIEWPORT = { width: 800, height: 600 };
const PICTURE = { width: 400, height: 200 };

describe('the view', () => {
  test('a picture that fits keeps its margins', () => {
    const { scale, x, y } = fitted(VIEWPORT, PICTURE, { side: 20, top: 10, foot: 90 });
    expect(scale).toBeCloseTo(1.9);
    expect(x).toBeCloseTo(20);
    expect(y).toBeCloseTo(10 + (500 - 380) / 2);
  });

  test('zooming keeps the place under the pointer', () => {
    const before = centred(VIEWPORT, PICTURE, 1);
    const at = { x: 310, y: 255 };
    const after = zoomed(before, 2.5, at, PICTURE);
    expect(after.scale).toBe(2.5);
    const [a, b] = [toPicture(before, at.x, at.y), toPicture(after, at.x, at.y)];
    expect(b.x).toBeCloseTo(a.x);
    expect(b.y).toBeCloseTo(a.y);
  });

  test('a picture never leaves the screen', () => {
    const { x, y } = panned(centred(VIEWPORT, PICTURE, 1), 5000, -5000, VIEWPORT, PICTURE);
    expect(x).toBeLessThan(VIEWPORT.width);
    expect(y + PICTURE.height).toBeGreaterThan(0);
  });
});

test('labels are filled, and edged where they meet', () => {
  const fill = Uint32Array.of(0, 1, 2);
  const edge = Uint32Array.of(0, 11, 12);
  const pixels = new Uint32Array(25);
  const labels = Uint16Array.from([1, 1, 1, 1, 0, 1, 1, 1, 2, 2, 1, 1, 1, 2, 2, 1, 1, 1, 2, 2, 0, 0, 0, 2, 2]);
  paintLabels(labels, 5, { fill, edge }, pixels);
  expect([...pixels.subarray(0, 15)]).toEqual([1, 1, 1, 11, 0, 1, 1, 11, 12, 12, 1, 1, 11, 12, 2]);
  expect(word(1, 2, 3, 255)).toBe(0xff030201);
});

test.each([
  ['8 bits', Uint8Array.of(0, 255, 7, 128, 3, 1)],
  ['16 bits', Uint16Array.of(0, 65535, 300, 256, 3, 40000)],
])('PNGs of one channel are read back by libpng: %s', async (_, values) => {
  const png = greyPng(values, 3, 2);
  const { width, height, channels, depth } = await sharp(png).metadata();
  expect([width, height, channels, depth]).toEqual([3, 2, 1, values instanceof Uint8Array ? 'uchar' : 'ushort']);
  const raw = await sharp(png).toColourspace(values instanceof Uint8Array ? 'b-w' : 'grey16').raw({ depth: values instanceof Uint8Array ? 'uchar' : 'ushort' }).toBuffer(); // prettier-ignore
  const back = values instanceof Uint8Array ? raw : new Uint16Array(raw.buffer, raw.byteOffset, values.length);
  expect([...back]).toEqual([...values]);
});
