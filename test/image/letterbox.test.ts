import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { letterbox, letterboxGeometry, letterboxRect } from '../../src/image/letterbox.js';
import { resizeInto } from '../../src/image/resize.js';
import { readGolden } from '../support/golden.js';
import { noiseImage } from '../support/random.js';

interface Case {
  readonly width: number;
  readonly height: number;
  readonly imgsz: number | [number, number];
  readonly auto: boolean;
  readonly net: [number, number];
  readonly content: [number, number];
  readonly padding: [number, number, number, number];
  readonly seed?: number;
  readonly sha256?: string;
  readonly firstRow?: number[];
}

const { cases } = readGolden<{
  cases: Case[];
}>('letterbox/cases.json');

describe('geometry', () => {
  test.each(cases)('Ultralytics: $width x $height into $imgsz, auto $auto', (wanted) => {
    const g = letterboxGeometry(wanted.width, wanted.height, wanted.imgsz, { auto: wanted.auto });
    expect([g.netHeight, g.netWidth]).toEqual(wanted.net);
    expect([g.width, g.height]).toEqual(wanted.content);
    expect([g.top, g.bottom, g.left, g.right]).toEqual(wanted.padding);
    expect([g.imageWidth, g.imageHeight]).toEqual([wanted.width, wanted.height]);
  });

  test('the odd pixel of padding goes to the bottom', () => {
    const g = letterboxGeometry(640, 427, 1024);
    expect([g.netHeight, g.netWidth, g.height, g.top, g.bottom]).toEqual([704, 1024, 683, 10, 11]);
  });

  test('an image that is thinner than a pixel there keeps one', () => {
    expect(letterboxRect(32, 32, 1000, 1)).toEqual({ x: 0, y: 15, width: 32, height: 1 });
    expect(letterboxRect(32, 32, 1, 1000)).toEqual({ x: 15, y: 0, width: 1, height: 32 });
    expect(letterboxGeometry(1, 1000, 64, { auto: false })).toMatchObject({
      width: 1,
      height: 64,
      left: 31,
      right: 32,
    });
  });

  test('any image fits: content plus padding is the network input, in stride multiples', () => {
    const side = fc.integer({ min: 1, max: 5000 });
    const imgsz = fc.oneof(fc.integer({ min: 1, max: 1300 }), fc.tuple(fc.integer({ min: 1, max: 900 }), side));
    fc.assert(
      fc.property(side, side, imgsz, fc.boolean(), (width, height, size, auto) => {
        const g = letterboxGeometry(width, height, size, { auto });
        expect(g.left + g.width + g.right).toBe(g.netWidth);
        expect(g.top + g.height + g.bottom).toBe(g.netHeight);
        expect([g.netWidth % 32, g.netHeight % 32]).toEqual([0, 0]);
        expect(Math.min(g.left, g.top, g.width - 1, g.height - 1)).toBeGreaterThanOrEqual(0);
        expect([0, 1]).toContain(g.right - g.left);
        expect([0, 1]).toContain(g.bottom - g.top);
        if (auto) expect(Math.max(g.left + g.right, g.top + g.bottom)).toBeLessThan(32);
      }),
    );
  });

  test.each([
    [0, 10, 640],
    [10, 1.5, 640],
    [10, NaN, 640],
    [10, 10, 0],
    [10, 10, -32],
  ])('refuses an image of %d x %d into %d', (width, height, imgsz) => {
    expect(() => letterboxGeometry(width, height, imgsz)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error,
    );
  });
});

describe('pixels', () => {
  test.each(cases.filter(({ sha256 }) => sha256))(
    'OpenCV, bit for bit: $width x $height into $imgsz, auto $auto',
    ({ width, height, imgsz, auto, seed = 0, sha256, firstRow = [] }) => {
      const g = letterboxGeometry(width, height, imgsz, { auto });
      const pixels = letterbox(noiseImage(seed, width, height), g);
      const start = (g.top * g.netWidth + g.left) * 3;
      expect([...pixels.subarray(start, start + firstRow.length)]).toEqual(firstRow);
      expect(createHash('sha256').update(pixels).digest('hex')).toBe(sha256);
    },
  );

  test('an image of the right size is copied, not shared', () => {
    const image = noiseImage(1, 32, 32);
    const pixels = letterbox(image, letterboxGeometry(32, 32, 32));
    expect(pixels).toEqual(image.data);
    expect(pixels.buffer).not.toBe(image.data.buffer);
  });

  test('twice as wide: half-pixel centres', () => {
    const target = { data: new Uint8Array(12), offset: 0, stride: 12 };
    resizeInto({ data: Uint8Array.of(0, 0, 0, 100, 100, 100), width: 2, height: 1 }, 4, 1, target);
    expect([...target.data].filter((_, i) => i % 3 === 0)).toEqual([0, 25, 75, 100]);
  });

  test('one grey level everywhere stays that level, at any size', () => {
    const side = fc.integer({ min: 1, max: 90 });
    fc.assert(
      fc.property(side, side, side, side, fc.nat(255), (w, h, width, height, grey) => {
        const data = new Uint8Array(width * height * 3).fill(77);
        resizeInto({ data: new Uint8Array(w * h * 3).fill(grey), width: w, height: h }, width, height, {
          data,
          offset: 0,
          stride: width * 3,
        });
        // OpenCV's rows at the border may lose one level.
        expect(data.every((v) => v === grey || v === grey - 1)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('refuses the geometry of another image', () => {
    expect(() => letterbox(noiseImage(1, 5, 4), letterboxGeometry(4, 5, 32))).toThrow(/5 x 4/);
  });
});
