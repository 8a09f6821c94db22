import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readImage, type ImageInput } from '../../src/source/readImage.js';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

// Two pixels side by side: orange and blue.
const RGB = [255, 128, 0, 10, 20, 240];
const RGBA = [255, 128, 0, 0, 10, 20, 240, 255];

const folder = temporaryFolder();
let png: Uint8Array;
let file: string;
let server: Server;
let origin: string;

beforeAll(async () => {
  usePlatform(nodePlatform);
  png = await nodePlatform.encodePng(new Uint8Array(RGB), 2, 1);
  file = join(folder, 'ä b.png');
  writeFileSync(file, png);
  server = createServer((request, response) => {
    if (request.url === '/slow') return;
    if (request.url === '/missing') response.writeHead(404).end('gone');
    else if (request.url === '/moved') response.writeHead(302, { location: '/image.png' }).end();
    else response.writeHead(200).end(png);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('readImage reads the same two pixels from', () => {
  test.each<[string, () => ImageInput]>([
    ['a path', () => file],
    ['a file: URL', () => pathToFileURL(file)],
    ['a file: URL as text', () => pathToFileURL(file).href],
    ['an http: URL', () => `${origin}/image.png`],
    ['an http: URL that redirects', () => new URL(`${origin}/moved`)],
    ['a base64 data: URL', () => `data:image/png;base64,${Buffer.from(png).toString('base64')}`],
    ['a percent-encoded data: URL', () => `data:image/png,${Buffer.from(png).toString('hex').replace(/../g, '%$&')}`],
    ['bytes', () => png],
    ['a Buffer', () => readFileSync(file)],
    ['an ArrayBuffer', () => Uint8Array.from(png).buffer],
    ['a Blob', () => new Blob([Uint8Array.from(png)])],
    ['RGB pixels', () => ({ data: new Uint8Array(RGB), width: 2, height: 1, channels: 3 })],
    ['RGB pixels without channels', () => ({ data: new Uint8Array(RGB), width: 2, height: 1 })],
    ['RGBA pixels, alpha dropped', () => ({ data: new Uint8ClampedArray(RGBA), width: 2, height: 1, channels: 4 })],
    ['a tensor of int32', () => tensor(RGB, [1, 2, 3], 'int32')],
    [
      'a tensor of float32',
      () =>
        tensor(
          RGB.map((v) => v / 255),
          [1, 2, 3],
          'float32',
        ),
    ],
    ['a tensor with alpha', () => tensor(RGBA, [1, 2, 4], 'int32')],
  ])('%s', async (_name, input) => {
    const image = await readImage(input());
    expect([image.width, image.height]).toEqual([2, 1]);
    expect([...image.data]).toEqual(RGB);
  });
});

function tensor(values: number[], shape: number[], dtype: string) {
  const data = dtype === 'float32' ? new Float32Array(values) : new Int32Array(values);
  return { shape, dtype, data: () => Promise.resolve(data) };
}

describe('readImage', () => {
  test('keeps the name of where an image came from', async () => {
    expect((await readImage(file)).path).toBe(file);
    expect((await readImage(`${origin}/image.png`)).path).toBe(`${origin}/image.png`);
    expect((await readImage({ data: new Uint8Array(RGB), width: 2, height: 1, path: 'name' })).path).toBe('name');
    expect((await readImage(png)).path).toBeUndefined();
  });

  test('repeats grey pixels', async () => {
    const image = await readImage({ data: new Uint8Array([7, 9]), width: 1, height: 2, channels: 1 });
    expect([...image.data]).toEqual([7, 7, 7, 9, 9, 9]);
  });

  test.each([
    ['white', [255, 255, 255, 10, 20, 240]],
    ['black', [0, 0, 0, 10, 20, 240]],
  ] as const)('lays alpha over %s where asked', async (alpha, want) => {
    const image = await readImage({ data: new Uint8Array(RGBA), width: 2, height: 1 }, { alpha });
    expect([...image.data]).toEqual(want);
  });

  test('forgives the overshoot of resizing in float tensors', async () => {
    const image = await readImage(tensor([1.0005, -0.0005, 0.5], [1, 1, 3], 'float32'));
    expect([...image.data]).toEqual([255, 0, 128]);
  });
});

describe('readImage refuses', () => {
  const pixels = (length: number, width: number, height: number, channels?: 1 | 3 | 4) => ({
    data: new Uint8Array(length),
    width,
    height,
    ...(channels === undefined ? {} : { channels }),
  });

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'INVALID_ARGUMENT'],
    ['null', null, 'INVALID_ARGUMENT'],
    ['a number', 5, 'INVALID_ARGUMENT'],
    ['an object of another kind', {}, 'INVALID_ARGUMENT'],
    ['an empty path', '', 'INVALID_ARGUMENT'],
    ['too few bytes', pixels(5, 2, 1, 3), 'INVALID_ARGUMENT'],
    ['two channels', pixels(4, 2, 1), 'INVALID_ARGUMENT'],
    ['channels that do not fit the bytes', pixels(6, 2, 1, 4), 'INVALID_ARGUMENT'],
    ['no width', pixels(0, 0, 1, 3), 'INVALID_ARGUMENT'],
    ['a broken width', pixels(6, 1.5, 1), 'INVALID_ARGUMENT'],
    ['a NaN height', pixels(6, 2, NaN), 'INVALID_ARGUMENT'],
    ['floats as pixels', { data: new Float32Array(6), width: 2, height: 1 }, 'INVALID_ARGUMENT'],
    ['a batch as a tensor', tensor(RGB, [1, 1, 2, 3], 'int32'), 'INVALID_ARGUMENT'],
    ['a tensor of two channels', tensor([1, 2], [1, 1, 2], 'int32'), 'INVALID_ARGUMENT'],
    ['a tensor of booleans', tensor(RGB, [1, 2, 3], 'bool'), 'INVALID_ARGUMENT'],
    ['a float tensor of 0…255', tensor(RGB, [1, 2, 3], 'float32'), 'INVALID_ARGUMENT'],
    ['a float tensor with NaN', tensor([NaN, 0, 0], [1, 1, 3], 'float32'), 'INVALID_ARGUMENT'],
    ['an int tensor above 255', tensor([256, 0, 0], [1, 1, 3], 'int32'), 'INVALID_ARGUMENT'],
    ['an empty tensor', tensor([], [0, 2, 3], 'int32'), 'INVALID_ARGUMENT'],
    ['a tensor shorter than its shape', tensor([1, 2, 3], [1, 2, 3], 'int32'), 'INVALID_ARGUMENT'],
    ['a missing file', '/no/such/image.jpg', 'FILE_UNREADABLE'],
    ['a folder', tmpdir(), 'FILE_UNREADABLE'],
    ['a path with a zero byte', 'a\0b', 'FILE_UNREADABLE'],
    ['a file: URL of another machine', 'file://elsewhere:1/x.png', 'INVALID_ARGUMENT'],
    ['a data: URL without a comma', 'data:image/png;base64', 'INVALID_IMAGE'],
    ['a data: URL that is not base64', 'data:image/png;base64,%%%', 'INVALID_IMAGE'],
    ['bytes that are no image', new Uint8Array([1, 2, 3]), 'INVALID_IMAGE'],
  ])('%s', async (_name, input, code) => {
    await expect(readImage(input as ImageInput)).rejects.toMatchObject({ name: 'FastSAMError', code });
  });

  test('HTTP errors, and names the status and the address', async () => {
    await expect(readImage(`${origin}/missing`)).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: `image ${origin}/missing: got HTTP 404, expected an image; check the address`,
    });
  });

  test('a server that is not there', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    await expect(readImage(`http://127.0.0.1:${port}/a.png`)).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining('ECONNREFUSED') as string,
    });
  });

  test('a server that does not answer in time', async () => {
    await expect(readImage(`${origin}/slow`, { timeout: 50 })).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining('no whole answer in 50 ms') as string,
    });
  });

  test('more bytes than allowed', async () => {
    await expect(readImage(`${origin}/image.png`, { maxBytes: 20 })).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining('more than 20 bytes') as string,
    });
  });

  test('to go on when the signal has fired, before and on the way', async () => {
    await expect(readImage(png, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
    const controller = new AbortController();
    const reading = readImage(`${origin}/slow`, { signal: controller.signal });
    setTimeout(() => {
      controller.abort();
    }, 20);
    await expect(reading).rejects.toMatchObject({ code: 'ABORTED' });
  });
});
