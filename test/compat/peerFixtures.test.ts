/** Letterbox and boxes against what the peers' releases gave: files beside the checkout, where they are. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { letterboxGeometry, type Letterbox } from '../../src/image/letterbox.js';
import type { Compat } from '../../src/compat/reference.js';
import { referenceOf } from '../../src/compat/references.js';
import { shared } from '../support/paths.js';

interface Fixture {
  readonly letterbox?: {
    readonly orig_hw: [number, number];
    readonly imgsz: number;
    readonly auto: boolean;
    readonly new_unpad_wh: [number, number];
    readonly top: number;
    readonly bottom: number;
    readonly left: number;
    readonly right: number;
    readonly net_hw: [number, number];
  }[];
  readonly scale_boxes: {
    readonly net_hw: [number, number];
    readonly orig_hw: [number, number];
    readonly inp: number[][];
    readonly out: number[][];
  }[];
}

const CURRENT = 'post-ultralytics-8.4.190.json';

const fileOf = (name: string): string => shared(`reference/fixtures/${name}`);
const read = (name: string): Fixture => JSON.parse(readFileSync(fileOf(name), 'utf8')) as Fixture;

describe.each<[string, Compat | undefined]>([
  [CURRENT, undefined],
  [CURRENT, 'ultralytics'],
  ['post-ultralytics-8.0.120.json', 'casia'],
  ['post-casia-head.json', 'casia'],
])('%s, compat %s', (name, compat) => {
  const absent = !existsSync(fileOf(name));
  const note = absent ? ' (skipped: reference files are not beside the checkout)' : '';

  test.skipIf(absent)(`boxes come to the same place of the image${note}`, () => {
    for (const { net_hw, orig_hw, inp, out } of read(name).scale_boxes) {
      const [netHeight, netWidth] = net_hw;
      const [imageHeight, imageWidth] = orig_hw;
      // Placing uses the sizes of image and network input, and of the content nothing.
      const geometry = { imageWidth, imageHeight, netWidth, netHeight } as Letterbox;
      const { boxes } = referenceOf(compat).scaleBoxes(Float32Array.from(inp.flat()), geometry, {
        snap: false,
        first: true,
      });
      expect([...boxes], JSON.stringify([net_hw, orig_hw])).toEqual([...Float32Array.from(out.flat())]);
    }
  });
});

test.skipIf(!existsSync(fileOf(CURRENT)))("images lie in the network's input as with Ultralytics 8.4", () => {
  const { letterbox = [] } = read(CURRENT);
  expect(letterbox.length).toBeGreaterThan(50);
  for (const wanted of letterbox) {
    const [height, width] = wanted.orig_hw;
    const g = letterboxGeometry(width, height, wanted.imgsz, { auto: wanted.auto });
    expect([g.netHeight, g.netWidth, g.width, g.height, g.top, g.bottom, g.left, g.right]).toEqual([
      ...wanted.net_hw,
      ...wanted.new_unpad_wh,
      ...[wanted.top, wanted.bottom, wanted.left, wanted.right],
    ]);
  }
});
