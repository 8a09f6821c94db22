/** Files beside the images of studies: hints, a detector's boxes, masks, MAT-files; odd ones are refused in one line. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { zlibSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { readMat } from '../../src/evaluate/mat/file.js';
import { FastSAMError } from '../../src/index.js';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import { studyFiles } from '../../src/studies/files.js';
import { readDetections } from '../../src/studies/instances/prompts.js';
import { readHints } from '../../src/studies/shared/hints.js';
import { filesIn, readMask } from '../../src/studies/shared/maskFolder.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

usePlatform(nodePlatform);
const folder = temporaryFolder();

function write(value: unknown): string {
  const path = `${folder}/a.json`;
  writeFileSync(path, typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value));
  return path;
}

async function messageOf(outcome: Promise<unknown>): Promise<string> {
  const error: unknown = await outcome.then(
    () => 'nothing was refused',
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FastSAMError);
  const { message, cause } = error as FastSAMError;
  expect(cause instanceof TypeError || cause instanceof RangeError).toBe(false);
  expect(message).not.toContain('\n');
  return message;
}

describe("a detector's boxes", () => {
  const box = { image_id: 1, category_id: 2, score: 0.5, bbox: [1, 2, 3, 4] };

  test('are read by image, with ids as texts and a mark of bytes', async () => {
    const expected = [{ bbox: [1, 2, 3, 4], category_id: 2, score: 0.5 }];
    expect((await readDetections(write([box]))).get(1)).toEqual(expected);
    expect((await readDetections(write([{ ...box, image_id: '1', category_id: '2' }]))).get(1)).toEqual(expected);
    expect((await readDetections(write(Buffer.from(`\uFEFF${JSON.stringify([box])}`, 'utf16le')))).get(1)).toEqual(
      expected,
    );
  });

  test.each<[unknown, RegExp]>([
    ['', /got no JSON, expected a list of COCO results with boxes/],
    ['[{"score": NaN}]', /JSON has no NaN/],
    [null, /got null/],
    [{ annotations: [] }, /got an object/],
    [[null], /number 1 of the list: got null/],
    [[box, 7], /number 2 of the list: got 7/],
    [[{ ...box, bbox: null }], /got no bbox/],
    [[{ ...box, bbox: [1, 2, 3, null] }], /got bbox \[1, 2, 3, null\]/],
    [[{ ...box, score: null }], /got score null/],
    [[{ ...box, category_id: {} }], /category_id: got an object/],
  ])('%j', async (value, message) => {
    expect(await messageOf(readDetections(write(value)))).toMatch(message);
  });
});

describe('hints', () => {
  const keys = new Set(['a', 'b']);

  test('in UTF-16, as PowerShell writes', async () => {
    const text = JSON.stringify({ 'a.png': { boxes: [[1, 2, 3, 4]] } });
    expect([...(await readHints(write(Buffer.from(`\uFEFF${text}`, 'utf16le')), keys)).keys()]).toEqual(['a']);
  });

  test.each<[unknown, RegExp]>([
    ['{', /got no JSON, expected hints/],
    [[], /got no hints/],
    [{ a: null }, /"a": got no object/],
    [{ a: { boxes: null } }, /"a"/],
    [{ a: { boxes: [[1, 2, 3]] } }, /"a": boxes/],
    [{ a: { boxes: [[1, 2, 3, '4']] } }, /"a": boxes/],
    [{ a: { points: [[1, null]] } }, /"a": points/],
    [{ a: { points: {} } }, /"a": points/],
    [{ a: { points: [[1, 1]], labels: [7] } }, /"a": labels/],
    [{ a: { boxes: [[1, 1, 2, 2]] }, 'a.jpg': { boxes: [[3, 3, 4, 4]] } }, /got two hints for "a"/],
    [{ __proto__: null, constructor: {} }, /got a hint for "constructor"/],
  ])('%j', async (value, message) => {
    expect(await messageOf(readHints(write(value), keys))).toMatch(message);
  });
});

describe('folders of masks', () => {
  test('hidden files and folders are left out', async () => {
    const masks = `${folder}/masks`;
    mkdirSync(`${masks}/.ipynb_checkpoints`, { recursive: true });
    for (const name of ['a.png', '._a.jpg', '._a.png', '.ipynb_checkpoints/a.jpg'])
      writeFileSync(`${masks}/${name}`, '');
    expect([...(await filesIn(masks, studyFiles)).keys()]).toEqual(['a']);
    writeFileSync(`${masks}/a.jpg`, '');
    expect(await messageOf(filesIn(masks, studyFiles))).toMatch(/got two files "a"/);
  });

  test('a mask of class numbers instead of white would mark nothing: refused', async () => {
    const size = { width: 12, height: 10 };
    const png = async (value: number) => {
      const path = `${folder}/mask.png`;
      const data = new Uint8Array(size.width * size.height).map((_, p) => (p % 3 === 0 ? value : 0));
      writeFileSync(path, await nodePlatform.encodePng(data, size.width, size.height));
      return readMask(path, size);
    };
    expect((await png(255)).area).toBe(40);
    expect((await png(0)).area).toBe(0);
    for (const value of [1, 5, 127]) {
      expect(await messageOf(png(value))).toMatch(`brightest pixel is ${value}, expected 255`);
    }
    expect((await png(128)).area).toBe(40);
  });
});

describe('MAT-files without bounds', () => {
  const element = (type: number, body: Uint8Array) => {
    const padded = new Uint8Array(8 + Math.ceil(body.length / 8) * 8);
    new DataView(padded.buffer).setUint32(0, type, true);
    new DataView(padded.buffer).setUint32(4, body.length, true);
    padded.set(body, 8);
    return padded;
  };
  const words = (...values: number[]) => new Uint8Array(Int32Array.from(values).buffer);
  const join = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
  const file = (...elements: Uint8Array[]) => {
    const head = new Uint8Array(128);
    head.set([0, 1, 0x49, 0x4d], 124);
    return join(head, ...elements);
  };
  const packed = (bytes: Uint8Array) => {
    const deflated = zlibSync(bytes, { level: 9 });
    const out = new Uint8Array(8 + deflated.length);
    new DataView(out.buffer).setUint32(0, 15, true);
    new DataView(out.buffer).setUint32(4, deflated.length, true);
    out.set(deflated, 8);
    return out;
  };
  const cells = (count: number) =>
    element(
      14,
      join(
        element(6, words(1, 0)),
        element(5, words(count, 1)),
        element(1, Uint8Array.of(97)),
        new Uint8Array(Float64Array.from({ length: count }, () => 0).buffer).map((_, i) => (i % 8 === 0 ? 14 : 0)),
      ),
    );

  test('300,000 empty cells, unpacked sums, fields', () => {
    expect(readMat(file(cells(1000)), 'x.mat').get('a')).toMatchObject({ kind: 'cells', dims: [1000, 1] });
    expect(() => readMat(file(packed(cells(300_000))), 'x.mat')).toThrow(/x\.mat: got more than 262144 values/);
    const megabytes = element(
      14,
      join(
        element(6, words(9, 0)),
        element(5, words(1, 40 * 2 ** 20)),
        element(1, Uint8Array.of(97)),
        element(2, new Uint8Array(40 * 2 ** 20)),
      ),
    );
    expect(() => readMat(file(packed(megabytes), packed(megabytes)), 'x.mat')).toThrow(
      /unpacks to more than 67108864 bytes/,
    );
    const fields = element(
      14,
      join(
        element(6, words(2, 0)),
        element(5, words(0, 0)),
        element(1, Uint8Array.of(97)),
        element(5, words(1)),
        element(1, new Uint8Array(10_000).fill(98)),
      ),
    );
    expect(() => readMat(file(fields), 'x.mat')).toThrow(/structure of more than 4096 fields/);
  });
});
