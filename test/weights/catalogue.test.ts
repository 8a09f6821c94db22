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
    for (const { sources, versions, bundled, licence } of CATALOGUE) {
      expect([sources.length === 0, versions.length === 0]).toEqual([bundled !== undefined, bundled !== undefined]);
      expect(licence.length).toBeGreaterThan(20);
    }
  });

  test('holds the published sizes and checksums', () => {
    expect(CATALOGUE.map(({ name, versions }) => [name, ...versions])).toEqual([
      ['FastSAM-s', { bytes: 23_851_578, sha256: 'c9f78716a81c7aff0d608ccc73e1b82ab3aaad86005049f6a92106a0be6d0844' }],
      ['FastSAM-x', { bytes: 144_972_346, sha256: '752cadc2828edb1cd4bc4f9eb587100631af06ea2108f4c9ed56df4755701e76' }],
      ['demo'],
    ]);
  });

  test.each(CATALOGUE.filter(({ sources }) => sources.length > 0))(
    'has a source for pages: $name',
    ({ sources, file }) => {
      const forPages = sources.filter(({ cors }) => cors).map(({ url }) => url);
      expect(forPages.length).toBeGreaterThan(0);
      for (const url of forPages)
        expect(url).toMatch(/^https:\/\/huggingface\.co\/[^/]+\/[^/]+\/resolve\/main\/[^/]+$/);
      expect(sources[0].url.endsWith(`/${file}`)).toBe(true);
    },
  );
});

test('unknownName lists the names', () => {
  expect(unknownName('FastSAM-l')).toMatchObject({
    code: 'UNKNOWN_NAME',
    message: expect.stringContaining("got 'FastSAM-l', expected one of FastSAM-s, FastSAM-x, demo") as string,
  });
});
