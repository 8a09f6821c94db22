/** Listing, measuring and clearing what downloads have left. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clearCache, listCache } from '../../src/index.js';
import { browserPlatform } from '../../src/platform/browser.js';
import { nodePlatform } from '../../src/platform/node.js';
import { listKept } from '../../src/platform/nodeKept.js';
import { usePlatform } from '../../src/platform/platform.js';
import { rejectionOf } from '../support/errors.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const parent = temporaryFolder();
let count = 0;
let root: string;

beforeEach(() => {
  root = join(parent, String(++count));
  usePlatform({ ...nodePlatform, cacheFolder: () => root, listKept: () => listKept(root) });
});
afterEach(() => {
  usePlatform(nodePlatform);
});

const put = (name: string, bytes: number) => {
  const path = join(root, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, new Uint8Array(bytes));
  return path;
};

describe('the cache', () => {
  test('is empty where nothing was downloaded', async () => {
    expect(await listCache()).toEqual({ folder: root, files: [], bytes: 0 });
    expect(await clearCache()).toEqual([]);
  });

  test('counts files, their copies and what was broken off, and leaves all else alone', async () => {
    const model = put('FastSAM-s.pt', 100);
    const copy = put('copies/0123456789abcdef/ViT-B-32.pt', 30);
    const note = put('urls/0123/mine.pt.json', 0);
    writeFileSync(note, JSON.stringify({ url: 'https://example.org/mine.pt', sha256: '00', etag: '"1"' }));
    const mine = put('urls/0123/mine.pt', 7);
    put('native/2.22/libtensorflow.so', 1000);
    const broken = await nodePlatform.openPartial(join(root, 'FastSAM-x.pt'));
    await broken.append(new Uint8Array(50));
    await broken.keep();
    const { files, bytes } = await listCache();
    expect(bytes).toBe(187);
    expect(files.map(({ name, ...rest }) => [name, rest.bytes, rest.unfinished, rest.url])).toEqual([
      ['FastSAM-s.pt', 100, undefined, undefined],
      ['FastSAM-x.pt', 50, true, undefined],
      ['mine.pt', 7, undefined, 'https://example.org/mine.pt'],
      ['ViT-B-32.pt', 30, undefined, undefined],
    ]);

    expect((await clearCache(['ViT-B/32', 'https://example.org/mine.pt'])).map(({ path }) => path)).toEqual([
      mine,
      copy,
    ]);
    expect(existsSync(note)).toBe(false);
    expect((await clearCache()).map(({ name }) => name)).toEqual(['FastSAM-s.pt', 'FastSAM-x.pt']);
    expect(existsSync(model)).toBe(false);
    expect(readdirSync(root).sort()).toEqual(['copies', 'native', 'urls']);
    expect(readdirSync(join(root, 'native', '2.22'))).toEqual(['libtensorflow.so']);
  });

  test('lets a download go on that somebody is busy with', async () => {
    const busy = await nodePlatform.openPartial(join(root, 'FastSAM-x.pt'));
    await busy.append(new Uint8Array(50));
    expect((await listCache()).files).toMatchObject([{ name: 'FastSAM-x.pt', bytes: 50, unfinished: true }]);
    expect(await clearCache('FastSAM-x')).toEqual([]);
    await busy.append(new Uint8Array(50));
    await busy.commit();
    expect((await listCache()).files).toMatchObject([{ name: 'FastSAM-x.pt', bytes: 100 }]);
    expect(await clearCache('FastSAM-x')).toHaveLength(1);
  });

  test('names what is kept where a name is none of it, and removes nothing then', async () => {
    put('FastSAM-s.pt', 100);
    expect(await rejectionOf(() => clearCache(['FastSAM-s', 'FastSAM-x']))).toMatchObject({
      code: 'UNKNOWN_NAME',
      message:
        "cache: got 'FastSAM-x', expected a name of what is kept (FastSAM-s.pt); list it with listCache(), or fastsam cache",
    });
    expect((await listCache()).files).toHaveLength(1);
    const wrong = 5 as unknown as string;
    expect((await rejectionOf(() => clearCache(wrong))).message).toBe('clearCache: got 5, expected a text');
    expect((await rejectionOf(() => clearCache([wrong]))).message).toBe('clearCache: got 5, expected a text');
  });

  test('of a page without storage is empty', async () => {
    usePlatform(browserPlatform);
    expect(await listCache()).toMatchObject({ files: [], bytes: 0 });
    expect(await clearCache()).toEqual([]);
    expect((await rejectionOf(() => clearCache('FastSAM-s'))).message).not.toContain('fastsam cache');
  });
});
