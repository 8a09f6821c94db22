/** The browser's platform against stand-ins for what only browsers have; codecs are the browser's own and not tested here. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readImage, type ImageInput } from '../../src/source/readImage.js';
import { browserPlatform } from '../../src/platform/browser.js';
import { nodePlatform } from '../../src/platform/node.js';
import { platform, usePlatform } from '../../src/platform/platform.js';
import { resolveWeights } from '../../src/weights/resolve.js';
import { goldenBytes } from '../support/golden.js';

const weights = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
const store = new Map<string, Response>();
const fetched: string[] = [];

/** A bitmap, canvas or image of known pixels. */
class FakeImage {
  constructor(
    readonly width: number,
    readonly height: number,
    readonly rgba: readonly number[] = [],
  ) {}
  readonly close = vi.fn();
}

class FakeCanvas extends FakeImage {
  getContext() {
    let drawn: readonly number[] = [];
    return {
      clearRect: () => undefined,
      drawImage: (source: FakeImage) => (drawn = source.rgba),
      getImageData: () => ({ data: new Uint8ClampedArray(drawn) }),
      putImageData: (image: { data: Uint8ClampedArray }) => (encoded = [...image.data]),
    };
  }
  convertToBlob(options: { type: string }) {
    return Promise.resolve(new Blob([new Uint8Array(encoded)], options));
  }
}

let encoded: number[] = [];
let decodedAs: FakeImage;

beforeEach(() => {
  store.clear();
  fetched.length = 0;
  decodedAs = new FakeImage(2, 1, [1, 2, 3, 255, 200, 100, 50, 0]);
  const cache = {
    match: (key: string) => Promise.resolve(store.get(key)?.clone()),
    put: (key: string, value: Response) => Promise.resolve(store.set(key, value)),
  };
  vi.stubGlobal('caches', { open: () => Promise.resolve(cache) });
  vi.stubGlobal('isSecureContext', true);
  vi.stubGlobal('OffscreenCanvas', FakeCanvas);
  vi.stubGlobal('ImageBitmap', FakeImage);
  vi.stubGlobal(
    'ImageData',
    class {
      constructor(readonly data: Uint8ClampedArray) {}
    },
  );
  vi.stubGlobal('createImageBitmap', () => Promise.resolve(decodedAs));
  vi.stubGlobal('fetch', (url: string, { method = 'GET' }: RequestInit = {}) => {
    fetched.push(`${method} ${url}`);
    const headers = { etag: '"first"' };
    const answer = url.includes('missing') ? new Response('', { status: 404 }) : new Response(weights, { headers });
    return Promise.resolve(answer);
  });
  usePlatform(browserPlatform);
});

afterEach(() => {
  vi.unstubAllGlobals();
  usePlatform(nodePlatform);
});

describe('the browser platform', () => {
  test('is the one in use, without an environment', () => {
    expect(platform().name).toBe('browser');
    expect(platform().env('HOME')).toBeUndefined();
  });

  test('keeps downloads in the Cache API and takes them from there', async () => {
    const first = await resolveWeights('https://example.org/w/mine.pt');
    const second = await resolveWeights('https://example.org/w/mine.pt');
    expect(fetched).toEqual(['GET https://example.org/w/mine.pt', 'HEAD https://example.org/w/mine.pt']);
    expect(Buffer.compare(first.bytes, weights)).toBe(0);
    expect(Buffer.compare(second.bytes, weights)).toBe(0);
    expect([...store.keys()].map((key) => key.replace(/^.*\//, ''))).toEqual(['mine.pt', 'mine.pt.json']);
  });

  test('computes the checksum that Node computes', async () => {
    expect(await browserPlatform.sha256(weights)).toBe(createHash('sha256').update(weights).digest('hex'));
  });

  test('does without a cache where the page may not use one', async () => {
    vi.stubGlobal('caches', undefined);
    await resolveWeights('https://example.org/w/mine.pt');
    await resolveWeights('https://example.org/w/mine.pt');
    expect(fetched).toHaveLength(2);
  });

  test('fetches relative paths', async () => {
    expect(await browserPlatform.readFile('images/a.jpg')).toHaveLength(1000);
    expect(fetched).toEqual(['GET images/a.jpg']);
    await expect(browserPlatform.readFile('missing.jpg')).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  test('has no files to write and no file: URLs', async () => {
    await expect(browserPlatform.writeFileAtomic('out.png', weights)).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    await expect(readImage('file:///a.png')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('images in the browser', () => {
  const png = goldenBytes('images/rgb.png');

  test('are decoded without alpha, and the bitmap is closed', async () => {
    const image = await readImage(png);
    expect([image.width, image.height, ...image.data]).toEqual([2, 1, 1, 2, 3, 200, 100, 50]);
    expect(decodedAs.close).toHaveBeenCalledOnce();
  });

  test('are refused by their header when too large', async () => {
    await expect(readImage(png, { maxPixels: 1 })).rejects.toMatchObject({ code: 'INVALID_IMAGE' });
    expect(decodedAs.close).not.toHaveBeenCalled();
  });

  test('are refused when the browser cannot decode them', async () => {
    vi.stubGlobal('createImageBitmap', () => Promise.reject(new DOMException('no', 'InvalidStateError')));
    await expect(readImage(png)).rejects.toMatchObject({ code: 'INVALID_IMAGE' });
    await expect(readImage(new Uint8Array([1, 2, 3]))).rejects.toMatchObject({ code: 'INVALID_IMAGE' });
  });

  test('are handed to the browser where only it may know the format: HEIC', async () => {
    const heic = Uint8Array.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', (c) => c.charCodeAt(0));
    const given: Blob[] = [];
    vi.stubGlobal('createImageBitmap', (blob: Blob) => {
      given.push(blob);
      return Promise.resolve(decodedAs);
    });
    expect([...(await readImage(heic)).data]).toEqual([1, 2, 3, 200, 100, 50]);
    expect(given.map(({ type, size }) => [type, size])).toEqual([['image/heic', heic.length]]);
    await expect(readImage(heic, { maxPixels: 1 })).rejects.toMatchObject({ code: 'INVALID_IMAGE' });
    await expect(readImage(new TextEncoder().encode('%PDF-1.4'))).rejects.toThrow('got a PDF');
    vi.stubGlobal('createImageBitmap', () => Promise.reject(new DOMException('no', 'InvalidStateError')));
    await expect(readImage(heic)).rejects.toThrow(
      /got HEIC that this browser cannot decode.*convert it to JPEG or PNG/,
    );
    expect(given).toHaveLength(2);
  });

  test('come from bitmaps and canvases', async () => {
    const bitmap = new FakeImage(1, 1, [9, 8, 7, 255]) as unknown as ImageInput;
    expect([...(await readImage(bitmap)).data]).toEqual([9, 8, 7]);
    const empty = new FakeCanvas(0, 0) as unknown as ImageInput;
    await expect(readImage(empty)).rejects.toMatchObject({ code: 'INVALID_IMAGE' });
  });

  test('are encoded as RGBA', async () => {
    await browserPlatform.encodePng(new Uint8Array([5, 6]), 2, 1);
    expect(encoded).toEqual([5, 5, 5, 255, 6, 6, 6, 255]);
    await browserPlatform.encodePng(new Uint8Array([1, 2, 3, 4]), 1, 1);
    expect(encoded).toEqual([1, 2, 3, 4]);
    await browserPlatform.encodeJpeg(new Uint8Array([1, 2, 3, 4]), 1, 1);
    expect(encoded).toEqual([1, 2, 3, 255]);
  });
});
