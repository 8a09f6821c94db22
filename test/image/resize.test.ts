import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { RgbImage } from '../../src/image/rgbImage.js';
import { resizeInto } from '../../src/image/resize.js';
import { roundHalfEven } from '../../src/geometry/rounding.js';
import { shared } from '../support/paths.js';
import { noiseImage } from '../support/random.js';

function resize(source: RgbImage, width: number, height: number): Uint8Array {
  const data = new Uint8Array(width * height * 3);
  resizeInto(source, width, height, { data, offset: 0, stride: width * 3 });
  return data;
}

/** OpenCV's recipe, one value at a time, straight from its description. */
function valueAt(source: RgbImage, width: number, height: number, x: number, y: number, c: number) {
  const axis = (i: number, from: number, to: number) => {
    const position = Math.fround((i + 0.5) * (from / to) - 0.5);
    const k = Math.floor(position);
    return { k, f: Math.fround(position - k) };
  };
  const weights = (f: number) => [roundHalfEven(Math.fround((1 - f) * 2048)), roundHalfEven(Math.fround(f * 2048))];
  const h = axis(x, source.width, width);
  const v = axis(y, source.height, height);
  const [a0, a1] = weights(h.k < 0 || h.k >= source.width - 1 ? 0 : h.f);
  const [b0, b1] = weights(v.f);
  const at = (row: number, column: number) => {
    const r = Math.min(Math.max(row, 0), source.height - 1);
    const s = Math.min(Math.max(column, 0), source.width - 1);
    return source.data[(r * source.width + s) * 3 + c];
  };
  const along = (row: number) => Math.floor((a0 * at(row, h.k) + a1 * at(row, h.k + 1)) / 16);
  const sum = Math.floor((b0 * along(v.k)) / 65536) + Math.floor((b1 * along(v.k + 1)) / 65536);
  return Math.floor((sum + 2) / 4);
}

describe('resize', () => {
  test('four pixels of one row into two: the mean of the middle two of each pair', () => {
    const data = Uint8Array.from([0, 10, 30, 90].flatMap((v) => [v, v, v]));
    expect([...resize({ data, width: 4, height: 1 }, 2, 1)]).toEqual([5, 5, 5, 60, 60, 60]);
  });

  test('channels do not mix', () => {
    const data = Uint8Array.of(255, 0, 7, 255, 0, 7);
    const out = resize({ data, width: 2, height: 1 }, 5, 1);
    expect(Array.from({ length: 5 }, (_, i) => [...out.subarray(3 * i, 3 * i + 3)])).toEqual(
      new Array(5).fill([255, 0, 7]),
    );
  });

  test('writes nothing outside its place', () => {
    const target = { data: new Uint8Array(7 * 6 * 3).fill(9), offset: (2 * 7 + 1) * 3, stride: 7 * 3 };
    resizeInto({ data: new Uint8Array(5 * 5 * 3).fill(200), width: 5, height: 5 }, 4, 3, target);
    const written = Array.from({ length: 42 }, (_, i) => (target.data[3 * i] === 9 ? '.' : '#')).join('');
    expect(written.match(/.{7}/g)).toEqual(['.......', '.......', '.####..', '.####..', '.####..', '.......']);
  });

  test("any size to any size is OpenCV's recipe, value by value", () => {
    const side = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(side, side, side, side, fc.nat(), (w, h, width, height, seed) => {
        const source = noiseImage(seed, w, h);
        const expected = Uint8Array.from({ length: width * height * 3 }, (_, i) =>
          valueAt(source, width, height, Math.floor(i / 3) % width, Math.floor(i / (3 * width)), i % 3),
        );
        expect(resize(source, width, height)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });
});

const fixture = shared('reference/fixtures/resize.json');

interface Fixture {
  readonly cases: {
    readonly seed: number;
    readonly src_hw: [number, number];
    readonly dst_hw: [number, number];
    readonly cv2_linear: { readonly sha256: string };
  }[];
}

test.skipIf(!existsSync(fixture))("OpenCV's own bytes of more images (reference files beside the checkout)", () => {
  const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as Fixture;
  for (const { seed, src_hw, dst_hw, cv2_linear } of cases) {
    const out = resize(noiseImage(seed, src_hw[1], src_hw[0]), dst_hw[1], dst_hw[0]);
    expect(createHash('sha256').update(out).digest('hex')).toBe(cv2_linear.sha256);
  }
});
