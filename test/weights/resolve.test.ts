import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import type { ProgressEvent } from '../../src/progress.js';
import { resolveWeights } from '../../src/weights/resolve.js';
import { FileServer, status } from '../support/fileServer.js';

const content = Uint8Array.from({ length: 5000 }, (_, i) => (i * 31) % 256);
const retry = { attempts: 2, delay: 1, stallTimeout: 5000 };

let folder: string;
let server: FileServer;
let env: Record<string, string>;
let events: ProgressEvent[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fastsam-resolve-'));
  server = new FileServer(content);
  await server.start();
  env = {};
  events = [];
  usePlatform({ ...nodePlatform, env: (name) => env[name], cacheFolder: () => join(folder, 'cache') });
});

afterEach(async () => {
  usePlatform(nodePlatform);
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const resolve = (name: string | URL) => resolveWeights(name, { retry, onProgress: (event) => events.push(event) });
const put = (path: string, bytes: Uint8Array = content) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
};

describe('a folder of the caller for weights that have a name', () => {
  const demo = readFileSync(nodePlatform.packageFile('weights/demo.safetensors'));

  test('is asked by URL, for what the package ships too', async () => {
    server.content = demo;
    const { bytes, name, entry } = await resolveWeights('demo', { retry, weightsUrl: `${dirname(server.url)}/` });
    expect(Buffer.compare(bytes, demo)).toBe(0);
    expect([name, entry?.file, server.ranges.length]).toEqual(['demo', 'demo.safetensors', 1]);
  });

  test('may be local, and its files are checked', async () => {
    put(join(folder, 'demo.safetensors'), demo);
    expect((await resolveWeights('demo', { weightsUrl: folder })).path).toBe(join(folder, 'demo.safetensors'));
    expect((await resolveWeights('demo', { weightsUrl: pathToFileURL(folder).href })).name).toBe('demo');
    put(join(folder, 'FastSAM-s.pt'));
    await expect(resolveWeights('FastSAM-s', { weightsUrl: folder })).rejects.toMatchObject({
      code: 'DOWNLOAD_CORRUPT',
    });
    await expect(resolveWeights('FastSAM-x', { weightsUrl: folder })).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
    });
  });
});

describe('resolveWeights of a path', () => {
  test.each([
    ['path', (path: string) => path],
    ['file URL', (path: string) => pathToFileURL(path)],
    ['file URL as text', (path: string) => pathToFileURL(path).href],
  ])('reads a %s and ends with done', async (_name, form) => {
    const path = put(join(folder, 'my own.pt'));
    const { bytes, name, path: where, entry } = await resolve(form(path));
    expect(Buffer.compare(bytes, content)).toBe(0);
    expect([name, where, entry]).toEqual(['my own.pt', path, undefined]);
    expect(events).toEqual([{ type: 'done', name: 'my own.pt', path }]);
  });

  test('prefers a file that lies there to the catalogue', async () => {
    const path = put(join(folder, 'FastSAM-s.pt'));
    expect((await resolve(path)).path).toBe(path);
  });

  test('names the path of a missing file', async () => {
    const path = join(folder, 'none.pt');
    await expect(resolve(path)).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringContaining(path) as string,
    });
  });

  test('refuses a folder', async () => {
    await expect(resolve(folder)).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringContaining('EISDIR') as string,
    });
  });

  test.each(['FastSAM-q', '', '  '])('takes %j for a name', async (name) => {
    await expect(resolve(name)).rejects.toMatchObject({ code: 'UNKNOWN_NAME' });
  });

  test.each(['file://host:1/x', 'https://'])('refuses the URL %s', async (url) => {
    await expect(resolve(url)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('resolveWeights of a URL', () => {
  test('downloads once, then reads the kept file', async () => {
    const first = await resolve(server.url);
    const second = await resolve(server.url);
    expect(server.ranges).toHaveLength(1);
    expect(second.path).toBe(first.path);
    expect(Buffer.compare(second.bytes, content)).toBe(0);
    expect(events.at(-1)?.type).toBe('done');
    expect(events.filter((event) => event.type === 'done')).toHaveLength(2);
  });

  test('keeps equal names of different places apart', async () => {
    const first = await resolve(server.url);
    const second = await resolve(server.url.replace('/file.pt', '/other/file.pt'));
    expect(first.name).toBe(second.name);
    expect(first.path).not.toBe(second.path);
  });

  test('notes the checksum as sha256sum does, and refuses a file that differs from it', async () => {
    const { path } = await resolve(server.url);
    expect(readFileSync(`${path}.sha256`, 'utf8')).toBe(`${server.sha256}  file.pt\n`);
    writeFileSync(path, content.subarray(1));
    await expect(resolve(server.url)).rejects.toMatchObject({
      code: 'DOWNLOAD_CORRUPT',
      message: expect.stringContaining(`delete ${path} to download it again`) as string,
    });
  });

  test('refuses a new download that differs from the first one until the note is deleted', async () => {
    const { path } = await resolve(server.url);
    rmSync(path);
    server.content = content.slice().reverse();
    await expect(resolve(server.url)).rejects.toMatchObject({
      code: 'DOWNLOAD_CORRUPT',
      message: expect.stringContaining(`delete ${path}.sha256 if you trust the file`) as string,
    });
    expect(readdirSync(dirname(path))).toEqual(['file.pt.sha256']);
    rmSync(`${path}.sha256`);
    expect(Buffer.compare((await resolve(server.url)).bytes, server.content)).toBe(0);
  });
});

describe('resolveWeights of a name', () => {
  test('asks the mirror of FASTSAM_WEIGHTS_URL', async () => {
    const asked: (string | undefined)[] = [];
    server.script.push((request, response) => {
      asked.push(request.url);
      return status(404)(request, response);
    });
    env.FASTSAM_WEIGHTS_URL = server.url.replace('/file.pt', '/mirror/');
    await expect(resolve('fastsam_s')).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
    expect(asked).toEqual(['/mirror/FastSAM-s.pt']);
  });

  test('refuses a mirror that serves something else, before fetching it', async () => {
    env.FASTSAM_WEIGHTS_URL = server.url.replace('/file.pt', '');
    await expect(resolve('FastSAM-x')).rejects.toMatchObject({
      code: 'DOWNLOAD_CORRUPT',
      message: expect.stringContaining('a file of 5000 bytes, expected 144972346 bytes') as string,
    });
  });

  test('looks into FASTSAM_WEIGHTS_DIR first and checks what lies there', async () => {
    env.FASTSAM_WEIGHTS_DIR = join(folder, 'local');
    const path = put(join(folder, 'local', 'FastSAM-s.pt'));
    await expect(resolve('FastSAM-s')).rejects.toMatchObject({
      code: 'DOWNLOAD_CORRUPT',
      message: `FastSAM-s: got 5000 bytes, expected 23851578; replace ${path}`,
    });
  });

  test('looks there for what the package ships too, and takes the package’s where it is not there', async () => {
    env.FASTSAM_WEIGHTS_DIR = join(folder, 'local');
    expect((await resolve('demo')).path).toMatch(/weights\/demo\.safetensors$/);
    const path = put(join(folder, 'local', 'demo.safetensors'));
    expect(await resolve('demo')).toMatchObject({ name: 'demo', path, entry: { name: 'demo' } });
  });

  test('checks the file in the cache and does not remove it on its own', async () => {
    const path = put(join(folder, 'cache', 'FastSAM-s.pt'));
    await expect(resolve('FastSAM-s')).rejects.toMatchObject({ code: 'DOWNLOAD_CORRUPT' });
    expect(readFileSync(path)).toHaveLength(5000);
    expect(server.ranges).toEqual([]);
  });

  test('accepts a file of the right size in the cache where no checksum is published, and notes its own', async () => {
    const path = put(join(folder, 'cache', 'FastSAM-x.pt'), new Uint8Array(144_972_346));
    const { bytes, entry } = await resolve('FastSAM-x');
    expect(bytes).toHaveLength(144_972_346);
    expect(entry?.defaults).toEqual({ imgsz: 1024, conf: 0.4, iou: 0.9 });
    // sha256sum of 144,972,346 zero bytes.
    expect(readFileSync(`${path}.sha256`, 'utf8')).toBe(
      '0e2fe770925242bdd569f5e5d1fd4d69023926bed65d202ccd5bbd907d5f92a5  FastSAM-x.pt\n',
    );
  });

  test('says without a network where to put the file', async () => {
    env.FASTSAM_WEIGHTS_URL = server.url.replace('/file.pt', '');
    await server.stop();
    await expect(resolve('FastSAM-s')).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining(`put the file by hand at ${join(folder, 'cache', 'FastSAM-s.pt')}`) as string,
    });
  });
});
