/** `.npy` and `.npz` beside NumPy's (tools/golden/npy.py). */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readNpy } from '../../src/weights/npy.js';
import { readNpz } from '../../src/weights/npz.js';
import { saveArrays } from '../../src/weights/saveArrays.js';
import { readSafetensors } from '../../src/weights/safetensors.js';
import { writeNpy, writeNpz, type GivenArray } from '../../src/weights/writeNpy.js';
import { openZip } from '../../src/weights/zip.js';
import { usePlatform } from '../../src/platform/platform.js';
import { nodePlatform } from '../../src/platform/node.js';
import { goldenBytes, readGolden } from '../support/golden.js';
import { repository } from '../support/paths.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

usePlatform(nodePlatform);

interface Described {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

const FILES = openZip(goldenBytes('npy/files.zip'));
const VALUES = readGolden<Record<string, Described>>('npy/values.json');
const folder = temporaryFolder();

/** A file of NumPy's with some of its text changed to as much other text. */
function forged(name: string, from: string, to: string): Uint8Array {
  const bytes = Uint8Array.from(FILES.read(name));
  const at = Buffer.from(bytes).indexOf(from);
  expect(at).toBeGreaterThan(0);
  bytes.set(new TextEncoder().encode(to.padEnd(from.length)), at);
  return bytes;
}

describe('reading', () => {
  test.each(Object.entries(VALUES))('%s', (name, { dtype, shape, values }) => {
    const array = readNpy(FILES.read(`${name}.npy`));
    expect(array.dtype).toBe(dtype);
    expect(array.shape).toEqual(shape);
    expect(Array.from(array.data, Number)).toEqual(values);
  });

  test.each(['stored.npz', 'deflated.npz'])('%s', (name) => {
    const arrays = readNpz(FILES.read(name));
    expect([...arrays.keys()]).toEqual(['a', 'b/c']);
    expect(arrays.get('a')?.data).toEqual(Float32Array.from({ length: 600 }, (_, i) => i));
    expect(arrays.get('b/c')?.data).toEqual(Int16Array.of(0, 1, 2, 3, 4, 5, 6));
  });

  test.each([
    ['objects', () => readNpz(FILES.read('objects.npz')), /type "\|O", expected numbers or booleans/],
    ['records', () => readNpy(FILES.read('records.npy')), /got records, expected numbers/],
    ['complex numbers', () => readNpy(FILES.read('complex.npy')), /type "<c8"/],
    [
      'more data than the shape says',
      () => readNpy(forged('f4-little.npy', '(3, 4)', '(3, 3)')),
      /got 48 bytes .* expected 36/,
    ],
    ['less', () => readNpy(FILES.read('f4-little.npy').subarray(0, 170)), /got 42 bytes of data, expected 48/],
    ['a shape beyond all memory', () => readNpy(forged('f4-little.npy', '(3, 4)', '(9e9,)')), /no dict of descr/],
    ['negative sizes', () => readNpy(forged('f4-little.npy', '(3, 4)', '(-3,4)')), /no dict of descr/],
    ['code', () => readNpy(forged('f4-little.npy', 'False', 'f()  ')), /no dict of descr/],
    ['a cut header', () => readNpy(FILES.read('f4-little.npy').subarray(0, 40)), /cut off or damaged/],
    ['another version', () => readNpy(Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 9, 0, 0, 0)), /version 9/],
    ['other bytes', () => readNpy(new Uint8Array(200)), /numpy\.save/],
    ['no bytes', () => readNpy(new Uint8Array(0)), /numpy\.save/],
    ['an archive of other things', () => readNpz(goldenBytes('npy/files.zip')), /entry "stored\.npz"/],
  ])('refuses %s', (_, read, message) => {
    expect(read).toThrow(expect.objectContaining({ name: 'FastSAMError' }) as Error);
    expect(read).toThrow(message);
  });

  test('a file at any offset of a larger buffer', () => {
    const bytes = FILES.read('f8-big.npy');
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(Array.from(readNpy(shifted.subarray(3)).data, Number)).toEqual(VALUES['f8-big'].values);
  });
});

const ARRAYS: Record<string, GivenArray> = {
  f4: { shape: [2, 3], data: Float32Array.of(1, -2.5, 3, NaN, Infinity, 0) },
  f8: { shape: [1], data: Float64Array.of(Math.PI) },
  i8: { shape: [2], data: BigInt64Array.of(-1n, 2n ** 40n) },
  bool: { shape: [2, 2], data: Uint8Array.of(0, 1, 1, 0), dtype: 'bool' },
  scalar: { shape: [], data: Int32Array.of(7) },
  empty: { shape: [0, 4], data: new Float32Array(0) },
};

describe('writing', () => {
  test.each(Object.entries(ARRAYS))('%s comes back', (_, array) => {
    const read = readNpy(writeNpy(array));
    expect(read.shape).toEqual(array.shape);
    expect(read.data).toEqual(array.data);
  });

  test('a header is what numpy.save writes', () => {
    const { shape, values } = VALUES['f4-little'];
    expect(writeNpy({ shape, data: Float32Array.from(values) })).toEqual(Uint8Array.from(FILES.read('f4-little.npy')));
    const vector = VALUES.vector;
    expect(writeNpy({ shape: [2], data: Float32Array.from(vector.values) })).toEqual(
      Uint8Array.from(FILES.read('vector.npy')),
    );
  });

  test('equal arrays give equal archives, which come back', () => {
    const bytes = writeNpz(ARRAYS);
    expect(writeNpz(new Map(Object.entries(ARRAYS)))).toEqual(bytes);
    const read = readNpz(bytes);
    for (const [name, { data }] of Object.entries(ARRAYS)) expect(read.get(name)?.data).toEqual(data);
  });

  test.each([
    [
      'too few values',
      () => writeNpy({ shape: [4], data: Float32Array.of(1, 2, 3) }),
      /got 3 values, expected 4 for shape \[4\]/,
    ],
    ['a list', () => writeNpy({ shape: [1], data: [1] as unknown as Float32Array }), /expected \{ shape, data \}/],
    ['a name outside', () => writeNpz({ '../a': ARRAYS.f4 }), /name '\.\.\/a'/],
  ])('refuses %s', (_, write, message) => {
    expect(write).toThrow(message);
  });

  test('files are written by their ending', async () => {
    const path = (name: string): string => join(folder, name);
    const read = (name: string): Uint8Array => new Uint8Array(readFileSync(path(name)));
    await saveArrays(path('one.npy'), ARRAYS.f4);
    expect(readNpy(read('one.npy')).data).toEqual(ARRAYS.f4.data);
    await saveArrays(path('all.npz'), ARRAYS);
    expect(readNpz(read('all.npz')).size).toBe(6);
    await saveArrays(path('all.safetensors'), { f8: ARRAYS.f8, bool: ARRAYS.bool });
    expect(readSafetensors(read('all.safetensors')).tensors.get('f8')?.toFloat32()).toEqual(Float32Array.of(Math.PI));
    await expect(saveArrays(path('two.npy'), { a: ARRAYS.f4, b: ARRAYS.f8 })).rejects.toThrow(
      /got 2 arrays for a \.npy/,
    );
    await expect(saveArrays(path('a.txt'), ARRAYS.f4)).rejects.toThrow(/ends in \.npy, \.npz or \.safetensors/);
    await expect(saveArrays(path('a.npz'), { a: 3 as unknown as GivenArray })).rejects.toThrow(/a: got 3/);
  });

  const python = process.env.GOLDEN_PYTHON;
  test.skipIf(python === undefined)('NumPy reads them (GOLDEN_PYTHON names a Python with numpy)', async () => {
    const path = join(folder, 'numpy.npz');
    await saveArrays(path, { ...ARRAYS, f4: { shape: [2], data: Float32Array.of(1.5, -2) } });
    const line = execFileSync(python ?? '', [repository('tools/golden/npy.py'), '--read', path], { encoding: 'utf8' });
    const found = JSON.parse(line) as Record<string, Described>;
    expect(found.f4).toEqual({ dtype: 'float32', shape: [2], values: [1.5, -2] });
    expect(found.bool).toEqual({ dtype: 'bool', shape: [2, 2], values: [0, 1, 1, 0] });
    expect(found.scalar).toEqual({ dtype: 'int32', shape: [], values: [7] });
    expect(found.i8).toEqual({ dtype: 'int64', shape: [2], values: [-1, 2 ** 40] });
    expect(found.empty).toEqual({ dtype: 'float32', shape: [0, 4], values: [] });
  });
});
