import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { preprocessCrops, type CropBackground, type CropRegion } from '../../src/clip/image/preprocess.js';
import type { RgbImage } from '../../src/image/rgbImage.js';
import { Mask } from '../../src/mask/mask.js';
import { readGolden } from '../support/golden.js';
import { noiseImage } from '../support/random.js';

interface Case {
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  readonly blocks: number;
  readonly box: [number, number, number, number];
  readonly ellipse: [number, number, number, number] | null;
  readonly background: CropBackground;
  readonly side: number;
  readonly sha256: string;
  readonly middleRow: string;
}

const cases = readGolden<Case[]>('clip/preprocess.json');

/** As tools/golden/clipPreprocess.py makes them. */
function makeImage(seed: number, width: number, height: number, blocks: number): RgbImage {
  const columns = Math.ceil(width / blocks);
  const { data: small } = noiseImage(seed, columns, Math.ceil(height / blocks));
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, o = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (Math.floor(y / blocks) * columns + Math.floor(x / blocks)) * 3;
      for (let c = 0; c < 3; c++) data[o++] = small[from + c];
    }
  }
  return { data, width, height };
}

function ellipse(width: number, height: number, [cx, cy, rx, ry]: [number, number, number, number]): Mask {
  const inside = (x: number, y: number) => ((x - cx) * ry) ** 2 + ((y - cy) * rx) ** 2 <= (rx * ry) ** 2;
  const bitmap = Uint8Array.from({ length: width * height }, (_, i) =>
    Number(inside(i % width, Math.floor(i / width))),
  );
  return Mask.fromBitmap(bitmap, width, height);
}

function regionOf({ box, ellipse: oval, background, width, height }: Case): CropRegion {
  const [x1, y1, x2, y2] = box;
  const mask = oval === null ? {} : { mask: ellipse(width, height, oval) };
  return { x1, y1, x2, y2, background, ...mask };
}

const keep = (x1: number, y1: number, x2: number, y2: number): CropRegion => ({ x1, y1, x2, y2, background: 'keep' });

describe('Pillow and torchvision', () => {
  test.each(cases)('crop $box of $width x $height on $background to $side: every byte', (wanted) => {
    const image = makeImage(wanted.seed, wanted.width, wanted.height, wanted.blocks);
    const [square] = preprocessCrops(image, [regionOf(wanted)], wanted.side);
    const middle = Math.floor(wanted.side / 2) * wanted.side * 3;
    expect(Buffer.from(square.subarray(middle, middle + wanted.side * 3)).toString('hex')).toBe(wanted.middleRow);
    expect(createHash('sha256').update(square).digest('hex')).toBe(wanted.sha256);
  });
});

describe('crops', () => {
  test('a crop of the wanted size is that part of the image', () => {
    const image = makeImage(5, 9, 7, 1);
    const [square] = preprocessCrops(image, [keep(2, 3, 5, 6)], 3);
    const rows = [3, 4, 5].map((y) => [...image.data.subarray((y * 9 + 2) * 3, (y * 9 + 5) * 3)]);
    expect([...square]).toEqual(rows.flat());
  });

  test('the ends of a long crop are cut off: 6 x 2 to 2 keeps the two middle columns', () => {
    const image = makeImage(6, 6, 2, 1);
    const [square] = preprocessCrops(image, [keep(0, 0, 6, 2)], 2);
    expect([...square]).toEqual([...image.data.subarray(6, 12), ...image.data.subarray(24, 30)]);
  });

  test('a mask without a pixel in the box leaves nothing but background', () => {
    const image = makeImage(7, 20, 20, 1);
    const region: CropRegion = { ...keep(1, 1, 9, 9), background: 'white', mask: Mask.empty(20, 20) };
    expect([...preprocessCrops(image, [region], 4)[0]]).toEqual(new Array(48).fill(255));
  });

  test('one colour stays that colour at any size and shape', () => {
    const side = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(
        side,
        side,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 255 }),
        (w, h, size, value) => {
          const image = { data: new Uint8Array(w * h * 3).fill(value), width: w, height: h };
          const [square] = preprocessCrops(image, [keep(0, 0, w, h)], size);
          expect(square.length).toBe(size * size * 3);
          expect(square.every((byte) => byte === value)).toBe(true);
        },
      ),
    );
  });

  test('the image itself is left as it is', () => {
    const image = makeImage(8, 30, 20, 1);
    const before = image.data.slice();
    preprocessCrops(image, [{ ...keep(0, 0, 30, 20), background: 'black', mask: Mask.empty(30, 20) }], 8);
    expect(image.data).toEqual(before);
  });

  test.each([
    [[0, 0, 0, 5], 'box of a crop: got [0, 0, 0, 5], expected whole pixels inside 30 x 20'],
    [[0, 0, 31, 5], 'got [0, 0, 31, 5]'],
    [[-1, 0, 3, 5], 'got [-1, 0, 3, 5]'],
    [[0.5, 0, 3, 5], 'got [0.5, 0, 3, 5]'],
    [[0, NaN, 3, 5], 'got [0, NaN, 3, 5]'],
  ])('refuses the box %j', ([x1, y1, x2, y2], message) => {
    expect(() => preprocessCrops(makeImage(9, 30, 20, 1), [keep(x1, y1, x2, y2)], 8)).toThrow(message);
  });

  test('refuses a mask on another grid and a size that is none', () => {
    const image = makeImage(9, 30, 20, 1);
    const region: CropRegion = { ...keep(0, 0, 5, 5), mask: Mask.empty(31, 20) };
    expect(() => preprocessCrops(image, [region], 8)).toThrow(
      'mask of a crop: got a grid of 31 x 20, expected 30 x 20',
    );
    expect(() => preprocessCrops(image, [], 0)).toThrow('size of crops: got 0');
  });
});
