import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FastSAMError } from '../../src/errors.js';
import { readHumanMaps } from '../../src/studies/edges/groundTruth.js';
import { readMat, matrixRows, type MatValue } from '../../src/evaluate/mat/file.js';
import { BSDS } from '../studies/bsds.js';
import { goldenPath, readGolden } from '../support/golden.js';

interface Golden {
  numbers: Record<string, { dims: number[]; columns: (number | boolean)[] }>;
}

const bytesOf = (name: string) => new Uint8Array(readFileSync(goldenPath(`bsds/mat/${name}.mat`)));
const golden = readGolden<Golden>('bsds/mat.json');

describe.each(['plain', 'packed'])('a MAT-file that scipy wrote, %s', (name) => {
  const file = readMat(bytesOf(name), name);

  test('gives the numbers that scipy reads', () => {
    for (const [key, { dims, columns }] of Object.entries(golden.numbers)) {
      const value = file.get(key);
      if (value?.kind !== 'numbers') throw new Error(`${key}: ${String(value?.kind)}`);
      expect({ key, dims: value.dims, columns: [...value.data] }).toEqual({ key, dims, columns: columns.map(Number) });
    }
    expect(Object.keys(golden.numbers).length).toBeGreaterThan(8);
  });

  test('keeps classes apart: logicals, bytes, floats, whatever they are stored in', () => {
    const of = (key: string) => file.get(key) as Extract<MatValue, { kind: 'numbers' }>;
    expect(of('flags').logical).toBe(true);
    expect(of('u8').logical).toBe(false);
    expect(of('u8').data).toBeInstanceOf(Uint8Array);
    expect(of('u16').data).toBeInstanceOf(Uint16Array);
    expect(of('single').data).toBeInstanceOf(Float32Array);
    expect(of('integers').data).toBeInstanceOf(Float64Array);
  });

  test('reads text, cells and structures in structures', () => {
    expect(file.get('text')).toMatchObject({ kind: 'text', text: 'grün & blue' });
    const cells = file.get('cells') as Extract<MatValue, { kind: 'cells' }>;
    expect(cells.dims).toEqual([2, 2]);
    expect(cells.cells[0]).toMatchObject({ kind: 'numbers', dims: [1, 2] });
    expect(cells.cells[1]).toMatchObject({ kind: 'numbers', dims: [0, 0] });
    expect(cells.cells[2]).toMatchObject({ kind: 'text', text: 'two' });
    const record = (file.get('record') as Extract<MatValue, { kind: 'structs' }>).elements[0];
    expect([...record.keys()]).toEqual(['name', 'value', 'deep']);
    const deep = (record.get('deep') as Extract<MatValue, { kind: 'structs' }>).elements[0];
    expect(matrixRows(deep.get('more'), 'more').data).toEqual(Float64Array.of(5));
  });

  test('turns columns into rows', () => {
    expect(matrixRows(file.get('integers'), 'integers')).toEqual({
      data: Float64Array.from({ length: 12 }, (_, i) => i),
      rows: 3,
      columns: 4,
    });
    expect(() => matrixRows(file.get('text'), 'it')).toThrow('it: got text, expected a table of numbers');
    expect(() => matrixRows(undefined, 'it')).toThrow('it: got nothing');
  });
});

describe('files that are no sound MAT-files', () => {
  const codeOf = (bytes: Uint8Array): string => {
    try {
      readMat(bytes, 'x.mat');
      return 'read';
    } catch (error) {
      return error instanceof FastSAMError ? error.code : String(error);
    }
  };

  test('say what they are', () => {
    expect(() => readMat(new Uint8Array(0), 'x.mat')).toThrow('x.mat: got no MAT-file of level 5');
    const hdf = bytesOf('plain').slice();
    hdf.set([0x00, 0x02], 124);
    expect(() => readMat(hdf, 'x.mat')).toThrow('level 2; MATLAB writes the level that is read here with save -v7');
  });

  test.each(['plain', 'packed'])('fail as one error wherever %s is cut off', (name) => {
    const whole = bytesOf(name);
    for (let length = 0; length < whole.length; length += 7) {
      expect(['read', 'INVALID_ARGUMENT']).toContain(codeOf(whole.subarray(0, length)));
    }
  });

  test.each(['plain', 'packed'])('fail as one error when bytes of %s are changed', (name) => {
    const whole = bytesOf(name);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: whole.length - 1 }), fc.integer({ min: 0, max: 255 })), {
          minLength: 1,
          maxLength: 4,
        }),
        (changes) => {
          const bytes = whole.slice();
          for (const [at, value] of changes) bytes[at] = value;
          expect(['read', 'INVALID_ARGUMENT']).toContain(codeOf(bytes));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('do not allocate what their dimensions claim', () => {
    const bytes = bytesOf('plain').slice();
    const view = new DataView(bytes.buffer);
    // The first variable's dimensions follow its tag (8), flags (16) and their own tag (8).
    view.setInt32(128 + 8 + 16 + 8, 0x7fffffff, true);
    view.setInt32(128 + 8 + 16 + 12, 0x7fffffff, true);
    expect(codeOf(bytes)).toBe('INVALID_ARGUMENT');
  });
});

describe.skipIf(BSDS === undefined)('human maps of BSDS500 (skipped: no data set beside the repository)', () => {
  test('has as many edge pixels as scipy and numpy count', () => {
    const { images } = readGolden<{ images: Record<string, { people: number[]; size: [number, number] }> }>(
      'bsds/real.json',
    );
    for (const [name, { people, size }] of Object.entries(images)) {
      const maps = readHumanMaps(new Uint8Array(readFileSync(join(BSDS ?? '', 'groundTruth', `${name}.mat`))), name);
      expect(maps.map(({ data }) => data.reduce((sum, value) => sum + value, 0))).toEqual(people);
      for (const { width, height } of maps) expect([height, width]).toEqual(size);
    }
  });

  test('reads files by the dozen', () => {
    const folder = join(BSDS ?? '', 'groundTruth');
    for (const name of readdirSync(folder).slice(0, 12)) {
      expect(readHumanMaps(new Uint8Array(readFileSync(join(folder, name))), name).length).toBeGreaterThan(3);
    }
  });
});

describe('other MAT-files', () => {
  test('are refused as human maps', () => {
    expect(() => readHumanMaps(bytesOf('plain'), 'x.mat')).toThrow('x.mat: got no cells "groundTruth"');
  });
});
