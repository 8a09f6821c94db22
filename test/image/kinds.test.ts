/** Bitmaps, TIFFs of many kinds and images with more than 8 bits, against OpenCV, Pillow and numpy. */
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeBmp } from '../../src/image/bmp.js';
import { nodePlatform } from '../../src/platform/node.js';
import { decodeImage } from '../../src/platform/nodeImages.js';
import { usePlatform } from '../../src/platform/platform.js';
import { readImage } from '../../src/source/readImage.js';
import { readGolden } from '../support/golden.js';

interface Golden {
  readonly width: number;
  readonly height: number;
  readonly readable: readonly {
    readonly name: string;
    readonly file: string;
    readonly rgb: string;
    readonly by: string;
  }[];
  readonly refused: readonly { readonly name: string; readonly file: string; readonly says: string }[];
  readonly windows: readonly {
    readonly name: string;
    readonly file: string;
    readonly window: [number, number];
    readonly rgb: string;
    readonly percentiles: [number, number];
    readonly percentilesRgb: string;
  }[];
}

const { width, height, readable, refused, windows } = readGolden<Golden>('source/imageKinds.json');
const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'base64'));

/** libtiff works out YCbCr in whole numbers. */
const TOLERANCE = (name: string) => (name.startsWith('ycbcr') ? 1 : 0);

beforeAll(() => {
  usePlatform(nodePlatform);
});

describe('the pixels of', () => {
  test.each(readable.map((one) => [one.name, one.by, one] as const))(
    '%s are those of %s',
    async (name, _by, { file, rgb }) => {
      const image = await decodeImage(bytesOf(file));
      expect([image.width, image.height]).toEqual([width, height]);
      expect(image.data).toBeAllclose(bytesOf(rgb), { atol: TOLERANCE(name) });
    },
  );

  test('a bitmap with alpha, laid over white', () => {
    const { file } = readable.find(({ name }) => name === '32bitV5.bmp') ?? { file: '' };
    expect(decodeBmp(bytesOf(file)).channels).toBe(4);
  });
});

describe('whole files that are not read say why, and are not called broken', () => {
  test.each(refused.map((one) => [one.name, one] as const))('%s', async (_name, { file, says }) => {
    const message = await decodeImage(bytesOf(file), { path: 'x' }).catch((error: unknown) => (error as Error).message);
    expect(message).toContain(says);
    expect(message).toMatch(/^image x: got .*, expected another kind; /);
    expect(message).not.toMatch(/broken|truncated|fetch it again/);
  });

  test('a bitmap that ends early is broken', async () => {
    for (const { name, file } of readable.filter((one) => one.name.endsWith('.bmp'))) {
      const bytes = bytesOf(file);
      const half = bytes.subarray(0, bytes.length - 40);
      await expect(decodeImage(half), name).rejects.toThrow(/broken or truncated BMP/);
    }
  });
});

describe('more than 8 bits', () => {
  test.each(windows.map((one) => [one.name, one] as const))(
    '%s: a range and percentiles, as numpy maps them',
    async (name, one) => {
      const bits = name.includes('Float') ? 32 : 16;
      const ranged = await readImage(bytesOf(one.file), { window: one.window });
      expect(ranged.data).toBeAllclose(bytesOf(one.rgb), { atol: 0 });
      const [low, high] = one.window;
      expect(ranged.window).toEqual({ rule: 'range', low, high, bits });
      const spread = await readImage(bytesOf(one.file), { window: 'percentiles' });
      expect(spread.data).toBeAllclose(bytesOf(one.percentilesRgb), { atol: 0 });
      expect(spread.window).toEqual({ rule: 'percentiles', low: one.percentiles[0], high: one.percentiles[1], bits });
    },
  );

  test('full is the upper byte, and is noted', async () => {
    const { file } = windows[0];
    const image = await readImage(bytesOf(file));
    expect(image.window).toEqual({ rule: 'full', low: 0, high: 65_535, bits: 16 });
    expect(Math.max(...image.data)).toBe(19); // 5095 / 256
  });

  test('8 bits stay as they are, whatever the window, and nothing is noted', async () => {
    const { file, rgb } = readable[10];
    const image = await readImage(bytesOf(file), { window: [10, 20] });
    expect(image.data).toEqual(bytesOf(rgb));
    expect(image.window).toBeUndefined();
  });

  test('the advice for floats works: a window reads them', async () => {
    const { file } = refused.find(({ name }) => name === 'float32.tif') ?? { file: '' };
    await expect(readImage(bytesOf(file))).rejects.toThrow(/choose their range with window/);
    expect((await readImage(bytesOf(file), { window: 'percentiles' })).data.every((value) => value === 0)).toBe(true);
  });

  test.each([[[5, 5]], [[9, 1]], ['auto'], [[1]], [[0, NaN]]])('the window %j is refused', async (window) => {
    await expect(readImage(bytesOf(readable[0].file), { window: window as never })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('expected full, percentiles or [low, high]') as string,
    });
  });
});
