import { crc32 as nodeCrc32, deflateRawSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { crc32 } from '../../src/weights/crc32.js';
import { inflateBounded } from '../../src/weights/inflate.js';
import { openZip } from '../../src/weights/zip.js';
import { Random } from '../../tools/fuzz/random.js';
import { errorOf } from '../support/errors.js';

const HELLO = new TextEncoder().encode('hello, archive');
const CENTRAL = [0x50, 0x4b, 1, 2];
const END = [0x50, 0x4b, 5, 6];

/** An archive of two stored entries, a/one and a/two. */
function archive(): Uint8Array {
  return zipSync({ 'a/one': HELLO, 'a/two': new Uint8Array([1, 2, 3]) }, { level: 0 });
}

function find(bytes: Uint8Array, signature: number[], from = 0): number {
  for (let at = from; at < bytes.length; at++) if (signature.every((byte, i) => bytes[at + i] === byte)) return at;
  throw new Error('no such record');
}

/** Overwrites bytes of the first record with this signature. */
function patched(bytes: Uint8Array, signature: number[], offset: number, values: number[], nth = 0): Uint8Array {
  let at = find(bytes, signature);
  for (let i = 0; i < nth; i++) at = find(bytes, signature, at + 1);
  const out = Uint8Array.from(bytes);
  out.set(values, at + offset);
  return out;
}

describe('crc32', () => {
  test('gives the check value of the standard', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array(0))).toBe(0);
  });

  test('agrees with zlib at every length up to 40', () => {
    if (typeof nodeCrc32 !== 'function') return;
    const bytes = new Random(1).bytes(40);
    for (let n = 0; n <= 40; n++) expect(crc32(bytes.subarray(0, n))).toBe(nodeCrc32(bytes.subarray(0, n)));
  });
});

describe('openZip', () => {
  test('lists entries and gives stored ones as views of the archive', () => {
    const bytes = archive();
    const zip = openZip(bytes);
    expect(zip.names).toEqual(['a/one', 'a/two']);
    expect(zip.has('a/one')).toBe(true);
    expect(zip.has('a/three')).toBe(false);
    expect(zip.read('a/one')).toEqual(HELLO);
    expect(zip.read('a/one').buffer).toBe(bytes.buffer);
  });

  test('unpacks deflated entries', () => {
    const text = new TextEncoder().encode('abc'.repeat(10_000));
    expect(openZip(zipSync({ x: text }, { level: 6 })).read('x')).toEqual(text);
  });

  test('says which entry is missing', () => {
    expect(errorOf(() => openZip(archive()).read('a/three')).message).toContain('a/three');
  });

  test('refuses data that does not fit its checksum, unless none was recorded', () => {
    const bytes = archive();
    const spoiled = Uint8Array.from(bytes);
    spoiled[find(bytes, [...HELLO.subarray(0, 5)])] ^= 1;
    expect(errorOf(() => openZip(spoiled).read('a/one')).message).toContain('checksum');
    const unchecked = patched(spoiled, CENTRAL, 16, [0, 0, 0, 0]);
    expect(openZip(unchecked).read('a/one')[0]).toBe(HELLO[0] ^ 1);
  });

  test('refuses every truncation', () => {
    const bytes = archive();
    for (let length = 0; length < bytes.length; length++) {
      expect(errorOf(() => openZip(bytes.subarray(0, length))).code).toBe('INVALID_CHECKPOINT');
    }
  });

  test.each(['../x', 'a/../../x', '/x', 'a\\x', 'a\0x'])('refuses the entry name %j', (name) => {
    expect(errorOf(() => openZip(zipSync({ [name]: HELLO }))).message).toContain('hostile');
  });

  test.each([
    ['two entries of one name', patched(archive(), CENTRAL, 46, [...new TextEncoder().encode('a/two')])],
    ['two entries at one place', patched(archive(), CENTRAL, 42, [0, 0, 0, 0], 1)],
    ['an entry beyond the end', patched(archive(), CENTRAL, 42, [0, 0, 0, 1], 1)],
    ['data beyond the directory', patched(archive(), CENTRAL, 20, [0, 4, 0, 0, 0, 4, 0, 0], 1)],
    ['a stored entry of two sizes', patched(archive(), CENTRAL, 24, [3, 0, 0, 0])],
    ['more entries than the directory has', patched(archive(), END, 10, [3, 0])],
    ['a directory beyond the end', patched(archive(), END, 16, [0xff, 0xff, 0, 0])],
    ['a saturated end record without a zip64 one', patched(archive(), END, 10, [0xff, 0xff])],
    ['saturated sizes without zip64 ones', patched(archive(), CENTRAL, 20, Array<number>(8).fill(0xff))],
  ])('refuses %s', (_, bytes) => {
    expect(errorOf(() => openZip(bytes)).code).toBe('INVALID_CHECKPOINT');
  });

  test.each([
    ['encryption', patched(archive(), CENTRAL, 8, [1, 0])],
    ['other compression methods', patched(archive(), CENTRAL, 10, [12, 0])],
  ])('does not support %s', (_, bytes) => {
    expect(errorOf(() => openZip(bytes).read('a/one')).code).toBe('UNSUPPORTED_CHECKPOINT');
  });

  test('refuses entries that unpack to more than the archive may hold', () => {
    const zeros = new Uint8Array(40 * 2 ** 20);
    const zip = openZip(zipSync({ x: zeros, y: zeros }, { level: 6 }));
    expect(zip.read('x').length).toBe(zeros.length);
    expect(errorOf(() => zip.read('y')).message).toContain('bomb');
  });
});

describe('inflateBounded', () => {
  const packed = new Uint8Array(deflateRawSync(new Uint8Array(5_000)));

  test('unpacks runs of literals longer than 131,072', () => {
    const literals = new Random(2).bytes(300_000).map((byte) => byte & 1);
    const coded = new Uint8Array(deflateRawSync(literals, { strategy: 2 }));
    expect(inflateBounded(coded, literals.length, 'x')).toEqual(literals);
  });

  test.each([
    ['less than declared', packed, 5_001],
    ['more than declared', packed, 4_999],
    ['a cut stream', packed.subarray(0, -2), 5_000],
    ['no deflate at all', new Uint8Array([7, 7, 7]), 5],
    ['nothing', new Uint8Array(0), 5],
  ])('refuses %s', (_, bytes, size) => {
    expect(errorOf(() => inflateBounded(bytes, size, 'x')).code).toBe('INVALID_CHECKPOINT');
  });
});
