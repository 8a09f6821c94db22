import { describe, expect, test } from 'vitest';
import { letterboxGeometry, type Letterbox } from '../../src/image/letterbox.js';
import type { Compat, ScaleOptions } from '../../src/compat/reference.js';
import { referenceOf } from '../../src/compat/references.js';
import { readGolden } from '../support/golden.js';

interface Golden {
  readonly cases: {
    readonly width: number;
    readonly height: number;
    readonly imgsz: number | [number, number];
    readonly auto: boolean;
    readonly boxes: number[][];
    readonly placed: number[][];
    readonly placed2023: number[][];
  }[];
  readonly full: { readonly width: number; readonly height: number; readonly boxes: number[][]; snapped: number[][] }[];
}

const golden = readGolden<Golden>('letterbox/cases.json');

/** Scales boxes as a peer does, or as this package. */
const scaleBoxes = (
  boxes: Float32Array,
  letterbox: Letterbox,
  { compat, ...options }: ScaleOptions & { compat?: Compat | undefined },
) => referenceOf(compat).scaleBoxes(boxes, letterbox, options);

const flat = (boxes: number[][]): Float32Array => Float32Array.from(boxes.flat());
const off = { snap: false, first: true };
const on = { snap: true, first: true };

describe('boxes in the image', () => {
  test.each(golden.cases)('both generations: $width x $height from $imgsz, auto $auto', (wanted) => {
    const g = letterboxGeometry(wanted.width, wanted.height, wanted.imgsz, { auto: wanted.auto });
    const net = flat(wanted.boxes);
    for (const compat of [undefined, 'ultralytics'] as const) {
      expect(scaleBoxes(net, g, { ...off, compat }).boxes).toEqual(flat(wanted.placed));
    }
    expect(scaleBoxes(net, g, { ...off, compat: 'casia' }).boxes).toEqual(flat(wanted.placed2023));
  });

  test('no boxes stay no boxes', () => {
    const placed = scaleBoxes(new Float32Array(0), letterboxGeometry(50, 50, 64), on);
    expect([placed.boxes.length, placed.imageCrop.length, placed.netCrop.length]).toEqual([0, 0, 0]);
  });
});

describe('boxes that nearly fill the image', () => {
  // No scaling: pixels of the network's input are those of the image.
  const square = letterboxGeometry(640, 640, 640);

  test.each(golden.full)('Ultralytics snaps every box near the border: $width x $height', (wanted) => {
    const { width: imageWidth, height: imageHeight } = wanted;
    const size = { netWidth: imageWidth, netHeight: imageHeight, width: imageWidth, height: imageHeight };
    const g = { imageWidth, imageHeight, ...size, top: 0, bottom: 0, left: 0, right: 0 };
    const placed = scaleBoxes(flat(wanted.boxes), g, { ...on, compat: 'ultralytics' });
    expect(placed.boxes).toEqual(flat(wanted.snapped));
    // Masks were cut before.
    expect(placed.imageCrop).toEqual(flat(wanted.boxes));
    expect(placed.netCrop).toEqual(flat(wanted.boxes));
  });

  test('by default only those are replaced, in both frames, and nothing else is touched', () => {
    const g = letterboxGeometry(640, 400, 640); // 416 rows, 8 of padding above and below
    const net = flat([
      [3, 10, 636, 405],
      [3, 10, 300, 405],
      [0, 8, 640, 407.9],
    ]);
    const placed = scaleBoxes(net, g, on);
    const whole = [0, 0, 640, 400];
    expect(placed.boxes).toEqual(flat([whole, [3, 2, 300, 397], whole]));
    expect(placed.imageCrop).toEqual(placed.boxes);
    expect(placed.netCrop).toEqual(
      flat([
        [0, 0, 640, 416],
        [3, 10, 300, 405],
        [0, 0, 640, 416],
      ]),
    );
    expect(net[0]).toBe(3);
  });

  test('small boxes of small images are left alone by default', () => {
    const g = letterboxGeometry(30, 30, 32); // the peers' 20 pixels reach over all of it
    const box = flat([[10, 10, 20, 20]]);
    expect(scaleBoxes(box, g, on).boxes).toEqual(scaleBoxes(box, g, off).boxes);
  });

  test('every image of a call has the step, except under CASIA', () => {
    const box = flat([[5, 5, 635, 635]]);
    expect([...scaleBoxes(box, square, { snap: true, first: false }).boxes]).toEqual([0, 0, 640, 640]);
    const casia = { snap: true, compat: 'casia' } as const;
    expect([...scaleBoxes(box, square, { ...casia, first: true }).boxes]).toEqual([0, 0, 640, 640]);
    expect([...scaleBoxes(box, square, { ...casia, first: false }).boxes]).toEqual([5, 5, 635, 635]);
  });

  test('CASIA counts letterbox bars as image, snaps all boxes, and crops masks by the snapped ones', () => {
    const g = letterboxGeometry(640, 320, 640, { auto: false }); // bars of 160 rows
    const placed = scaleBoxes(flat([[10, 165, 300, 475]]), g, { ...on, compat: 'casia' });
    expect([...placed.netCrop]).toEqual([0, 165, 300, 475]);
    expect([...placed.imageCrop]).toEqual([0, 5, 300, 315]);
  });

  test('CASIA fails on two boxes that fill the image; others do not', () => {
    const two = flat([
      [5, 5, 635, 635],
      [0, 0, 640, 640],
    ]);
    expect(scaleBoxes(two, square, { ...on, compat: 'casia' }).endsCall).toBe(true);
    expect(scaleBoxes(two.subarray(0, 4), square, { ...on, compat: 'casia' }).endsCall).toBe(false);
    expect(scaleBoxes(two, square, { ...on, compat: 'ultralytics' }).endsCall).toBe(false);
    expect(scaleBoxes(two, square, on).endsCall).toBe(false);
  });
});
