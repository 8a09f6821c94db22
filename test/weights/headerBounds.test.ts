/** What a header of a safetensors file may hold at most. */
import { expect, test } from 'vitest';
import { readSafetensors } from '../../src/weights/safetensors.js';
import { errorOf } from '../support/errors.js';

/** A file of no data with this header. */
function fileOf(header: string): Uint8Array {
  const json = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + json.length);
  new DataView(file.buffer).setUint32(0, json.length, true);
  file.set(json, 8);
  return file;
}

const metadataOf = (count: number): string =>
  `{"__metadata__":{${Array.from({ length: count }, (_, i) => `"${i}":""`).join(',')}}}`;

test('a hundred thousand keys, one of them __metadata__, are read', () => {
  expect(Object.keys(readSafetensors(fileOf(metadataOf(99_999))).metadata)).toHaveLength(99_999);
});

test.each([
  ['one key more', fileOf(metadataOf(100_000)), 'got more than 100000 keys; refused'],
  ['four levels', fileOf('{"a":{"b":{"c":{}}}}'), 'nests deeper than 3 levels; refused'],
  ['a length of 16 MB and a byte', Uint8Array.of(1, 0, 0, 1, 0, 0, 0, 0), 'expected at most 16777216; refused'],
])('%s: refused', (_, file, message) => {
  expect(errorOf(() => readSafetensors(file))).toMatchObject({
    code: 'INVALID_CHECKPOINT',
    message: expect.stringContaining(message) as string,
  });
});
