import { describe, expect, test } from 'vitest';
import { CATALOGUE, findInCatalogue, unknownName } from '../../src/weights/catalogue.js';

describe('findInCatalogue', () => {
  test.each([
    ['FastSAM-s', 'FastSAM-s'],
    ['fastsam-s', 'FastSAM-s'],
    ['FastSAM-s.pt', 'FastSAM-s'],
    ['FASTSAM_S.PT', 'FastSAM-s'],
    [' FastSAM x ', 'FastSAM-x'],
    ['FastSAM-x', 'FastSAM-x'],
    ['Demo', 'demo'],
    ['demo.safetensors', 'demo'],
  ])('%j is %s', (name, want) => {
    expect(findInCatalogue(name)?.name).toBe(want);
  });

  test.each(['', 'FastSAM', 'FastSAM-m', 'models/FastSAM-s.pt', 'FastSAM-s.onnx'])('%j is not in it', (name) => {
    expect(findInCatalogue(name)).toBeUndefined();
  });
});

describe('CATALOGUE', () => {
  test('either ships an entry or says where it is published, and whose it is', () => {
    for (const { url, bundled, licence } of CATALOGUE) {
      expect((url === undefined) === (bundled !== undefined)).toBe(true);
      expect(licence.length).toBeGreaterThan(20);
    }
  });

  test('holds the published sizes and the known checksum', () => {
    expect(CATALOGUE.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['FastSAM-s', 23_851_578],
      ['FastSAM-x', 144_972_346],
      ['demo', undefined],
    ]);
    expect(findInCatalogue('FastSAM-s')?.sha256).toMatch(/^c9f78716[0-9a-f]{56}$/);
  });
});

test('unknownName lists the names', () => {
  expect(unknownName('FastSAM-l')).toMatchObject({
    code: 'UNKNOWN_NAME',
    message: expect.stringContaining("got 'FastSAM-l', expected one of FastSAM-s, FastSAM-x, demo") as string,
  });
});
