/** Files as programs have them: Blobs, Files, buffers and answers of servers, as weights and as images; smaller ones. */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { sizeWithin } from '../../src/image/fit.js';
import { openCheckpoint } from '../../src/model/open.js';
import { nodePlatform } from '../../src/platform/node.js';
import { readByteSource } from '../../src/platform/byteSource.js';
import { usePlatform } from '../../src/platform/platform.js';
import { readImage, type ImageInput } from '../../src/source/readImage.js';
import { scene, TRAINED } from '../support/paths.js';
import { rejectionOf } from '../support/errors.js';

beforeAll(() => {
  usePlatform(nodePlatform);
});

const bytes = new Uint8Array(readFileSync(TRAINED));
const picture = new Uint8Array(readFileSync(scene('coins.png')));

/** The same bytes in every form, by the name that they bring. */
const formsOf = (content: Uint8Array<ArrayBuffer>, name: string): [unknown, string | undefined][] => [
  [content, undefined],
  [Buffer.from(content), undefined],
  [content.buffer, undefined],
  [new Blob([content]), undefined],
  [new File([content], name), name],
  [new Response(content), undefined],
  [answerOf(content, `https://user:secret@example.org/a/${name}`), `https://example.org/a/${name}`],
];

function answerOf(content: BodyInit, url: string, status = 200): Response {
  return Object.defineProperty(new Response(content, { status }), 'url', { value: url });
}

describe('weights', () => {
  test('are read in every form, the same', async () => {
    for (const [source, name] of formsOf(bytes, 'my-model.safetensors')) {
      const found = await readByteSource('weights', source as Blob);
      expect(Buffer.compare(found.bytes, bytes)).toBe(0);
      expect(found.name).toBe(name);
    }
  });

  test('are opened under the name of their file', async () => {
    const { architecture } = await openCheckpoint(bytes);
    const file = await openCheckpoint(new File([bytes], 'my-model.safetensors'));
    expect(file).toMatchObject({ name: 'my-model.safetensors', path: '', fileBytes: bytes.length, architecture });
    const answer = await openCheckpoint(answerOf(bytes, 'https://example.org/a/my-model.safetensors'));
    expect(answer.name).toBe('my-model.safetensors');
  });

  test('that do not come are refused; the advice works', async () => {
    const missing = await rejectionOf(() => openCheckpoint(answerOf('no', 'https://example.org/a.pt', 404)));
    expect(missing).toMatchObject({ code: 'DOWNLOAD_FAILED' });
    expect(missing.message).toMatch(/weights: got HTTP 404 from https:\/\/example\.org\/a\.pt, expected the file/);
    const page = new Response('<!doctype html><p>not found');
    expect((await rejectionOf(() => openCheckpoint(page))).message).toMatch(/got a web page/);
    const read = new Response(bytes);
    const clone = read.clone();
    await read.arrayBuffer();
    expect((await rejectionOf(() => openCheckpoint(read))).message).toMatch(
      /body was read before, .*response\.clone\(\)/,
    );
    expect((await readByteSource('weights', clone)).bytes).toHaveLength(bytes.length);
    const broken = new Response(
      new ReadableStream({
        start(controller) {
          controller.error(new Error('cut'));
        },
      }),
    );
    expect(await rejectionOf(() => openCheckpoint(broken))).toMatchObject({ code: 'DOWNLOAD_FAILED' });
    const gone = Object.defineProperty(new Blob([bytes]), 'arrayBuffer', {
      value: () => Promise.reject(new DOMException('gone', 'NotFoundError')),
    });
    expect(await rejectionOf(() => openCheckpoint(gone))).toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});

describe('images', () => {
  test('are read in every form, the same, and keep their name', async () => {
    const expected = await readImage(picture);
    for (const [input, name] of formsOf(picture, 'my-coins.png')) {
      const image = await readImage(input as ImageInput);
      expect(Buffer.compare(image.data, expected.data)).toBe(0);
      expect(image.path).toBe(name);
    }
    expect((await readImage(new File([picture], 'a.png'), { path: 'b.png' })).path).toBe('b.png');
    const text = await rejectionOf(() => readImage(new File(['hello'], 'a.png')));
    expect(text.message).toMatch(/image a\.png: got text/);
  });
});

describe('maxSide', () => {
  const whole = sharp(picture);

  test('scales down as it decodes, and only down', async () => {
    const { width, height, data } = await readImage(picture);
    const small = await readImage(picture, { maxSide: 100 });
    expect(small).toMatchObject(sizeWithin(width, height, 100));
    const mean = (values: Uint8Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean(small.data) - mean(data))).toBeLessThan(2);
    for (const maxSide of [Math.max(width, height), 10_000]) {
      expect(Buffer.compare((await readImage(picture, { maxSide })).data, data)).toBe(0);
    }
  });

  test('bounds the longer side of the upright image', async () => {
    const turned = await whole
      .clone()
      .resize(300, 60, { fit: 'fill' })
      .jpeg()
      .withMetadata({ orientation: 6 })
      .toBuffer();
    expect(await readImage(turned, { maxSide: 100 })).toMatchObject({ width: 20, height: 100 });
  });

  test('holds for BMP and pixels too, and is refused for floats', async () => {
    const pixels = { data: new Uint8Array(30 * 10 * 3).fill(7), width: 30, height: 10 };
    const small = await readImage(pixels, { maxSide: 15 });
    expect([small.width, small.height, ...new Set(small.data)]).toEqual([15, 5, 7]);
    const floats = { shape: [2, 4, 3], dtype: 'float32', data: () => Promise.resolve(new Float32Array(24)) };
    expect((await rejectionOf(() => readImage(floats, { maxSide: 3 }))).message).toMatch(
      /maxSide: got 3 for a float tensor of 4 x 2/,
    );
    expect(await readImage(floats, { maxSide: 4 })).toMatchObject({ width: 4, height: 2 });
    expect((await rejectionOf(() => readImage(pixels, { maxSide: 0 }))).message).toMatch(
      /maxSide: got 0, expected a whole number/,
    );
  });

  test.each([
    [30, 10, 15, 15, 5],
    [10, 30, 15, 5, 15],
    [1000, 1, 10, 10, 1],
    [30, 10, 30, 30, 10],
    [30, 10, 99, 30, 10],
  ])('%i x %i within %i', (width, height, side, w, h) => {
    expect(sizeWithin(width, height, side)).toEqual({ width: w, height: h });
  });
});
