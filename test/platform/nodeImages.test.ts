import { beforeAll, describe, expect, test } from 'vitest';
import { decodeImage, encodeJpeg, encodePng } from '../../src/platform/nodeImages.js';
import { goldenBytes, readGolden } from '../support/golden.js';

interface Entry {
  readonly width: number;
  readonly height: number;
  readonly offset: number;
  readonly source: string;
  readonly tolerance: number;
}

const manifest = readGolden<Record<string, Entry>>('images/manifest.json');
const golden = (name: string) => goldenBytes(`images/${name}`);

describe('decodeImage gives the pixels that the peers see', () => {
  let expected: Uint8Array;
  beforeAll(() => {
    expected = golden('expected.bin');
  });

  test.each(Object.entries(manifest))('%s', async (name, { width, height, offset, tolerance }) => {
    const image = await decodeImage(golden(name));
    expect([image.width, image.height]).toEqual([width, height]);
    const want = expected.subarray(offset, offset + width * height * 3);
    expect(image.data).toBeAllclose(want, { atol: tolerance });
  });

  test('covers every format that is promised', () => {
    const endings = new Set(Object.keys(manifest).map((name) => name.split('.').at(-1)));
    expect([...endings].sort()).toEqual(['avif', 'gif', 'jpg', 'png', 'tif', 'webp']);
  });
});

describe('decodeImage and alpha', () => {
  // One transparent red, one half red, one opaque red pixel.
  const rgba = new Uint8Array([200, 0, 0, 0, 200, 0, 0, 128, 200, 0, 0, 255]);

  test.each([
    ['drop', [200, 0, 0, 200, 0, 0, 200, 0, 0]],
    ['white', [255, 255, 255, 227, 127, 127, 200, 0, 0]],
    ['black', [0, 0, 0, 100, 0, 0, 200, 0, 0]],
  ] as const)('%s', async (alpha, want) => {
    const png = await encodePng(rgba, 3, 1);
    expect([...(await decodeImage(png, { alpha })).data]).toEqual(want);
  });

  test('leaves an image without alpha as it is', async () => {
    const png = await encodePng(new Uint8Array([10, 20, 30]), 1, 1);
    expect([...(await decodeImage(png, { alpha: 'white' })).data]).toEqual([10, 20, 30]);
  });
});

describe('decodeImage refuses with INVALID_IMAGE', () => {
  const text = (content: string) => new TextEncoder().encode(content);

  test.each([
    ['an empty file', new Uint8Array(0), /an empty file/],
    ['text', text('hello, this is no image'), /got text/],
    ['a web page', text('<!DOCTYPE html><html><body>404</body></html>'), /web page/],
    ['SVG', text('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), /SVG/],
    ['a PDF', text('%PDF-1.7\n'), /PDF/],
    ['a zip archive', new Uint8Array([0x50, 0x4b, 3, 4, 0, 0]), /zip/],
    ['a video', text('\0\0\0\x20ftypisom\0\0\x02\0'), /video/],
    ['HEIC', text('\0\0\0\x20ftypheic\0\0\0\0mif1heic'), /HEIC/],
    ['a bitmap', text('BM\x99\0\0\0\0\0\0\0'), /BMP/],
    ['noise', new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7]), /8 bytes of no known format/],
    ['a JPEG header alone', golden('444.jpg').slice(0, 20), /JPEG/],
    ['a PNG header alone', golden('rgb.png').slice(0, 33), /PNG/],
  ])('%s', async (_name, bytes, message) => {
    await expect(decodeImage(bytes)).rejects.toMatchObject({
      name: 'FastSAMError',
      code: 'INVALID_IMAGE',
      message: expect.stringMatching(message) as string,
    });
  });

  test.each(['444.jpg', 'progressive.jpg', 'rgb.png', 'lossless.webp', '444.avif', 'lzw.tif', 'still.gif'])(
    'a truncated %s, and says so',
    async (name) => {
      const bytes = golden(name);
      await expect(decodeImage(bytes.subarray(0, Math.floor(bytes.length * 0.6)))).rejects.toMatchObject({
        code: 'INVALID_IMAGE',
        message: expect.stringMatching(/broken or truncated/) as string,
      });
    },
  );

  test('more pixels than allowed, before decoding them', async () => {
    await expect(decodeImage(golden('rgb.png'), { maxPixels: 850, path: 'big.png' })).rejects.toMatchObject({
      code: 'INVALID_IMAGE',
      message:
        'image big.png: got 37 x 23 pixels, expected at most 850 pixels in all; scale it down or raise maxPixels (--max-pixels)',
    });
    expect((await decodeImage(golden('rgb.png'), { maxPixels: 851 })).width).toBe(37);
  });
});

describe('encoding', () => {
  test('keeps every byte through PNG for 1, 3 and 4 channels', async () => {
    for (const channels of [1, 3, 4]) {
      const data = Uint8Array.from({ length: 6 * channels }, (_, i) => (i * 37) % 256);
      const { data: back } = await decodeImage(await encodePng(data, 3, 2));
      const rgb = Array.from(
        { length: 18 },
        (_, i) => data[Math.floor(i / 3) * channels + (channels === 1 ? 0 : i % 3)],
      );
      expect([...back]).toEqual(rgb);
    }
  });

  test('writes JPEG close to the pixels', async () => {
    const flat = new Uint8Array(16 * 16 * 3).fill(90);
    const { data } = await decodeImage(await encodeJpeg(flat, 16, 16));
    expect(data).toBeAllclose(flat, { atol: 1 });
  });

  test('refuses a length that fits no number of channels', async () => {
    await expect(encodePng(new Uint8Array(7), 2, 2)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
