import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FastSAMError } from '../../src/errors.js';
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
  test('downloads once, then asks whether the server has another file and reads the kept one', async () => {
    const first = await resolve(server.url);
    const second = await resolve(server.url);
    expect(server.asked).toEqual(['GET /file.pt', 'HEAD /file.pt']);
    expect(server.sent).toBe(content.length);
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

  test('notes what it is beside it, without secrets', async () => {
    const { path } = await resolve(server.url.replace('//', '//me:secret@') + '?token=abcdefgh');
    expect(JSON.parse(readFileSync(`${path}.json`, 'utf8'))).toEqual({
      url: `${server.url}?token=…`,
      sha256: server.sha256,
      etag: '"first"',
    });
  });

  const change = () => {
    server.content = content.slice().reverse();
    server.etag = '"second"';
  };

  test.each([
    ['an ETag', { etag: '"first"', lastModified: undefined }],
    ['a weak ETag', { etag: 'W/"first"', lastModified: undefined }],
    ['a date alone', { etag: undefined, lastModified: 'Wed, 01 Jan 2025 00:00:00 GMT' }],
  ])('fetches a file anew that the server has changed, by %s', async (_name, validators) => {
    Object.assign(server, validators);
    const { path } = await resolve(server.url);
    expect(Buffer.compare((await resolve(server.url)).bytes, content)).toBe(0);
    server.content = content.slice().reverse();
    if (server.etag !== undefined) server.etag = server.etag.replace('first', 'second');
    else server.lastModified = 'Thu, 02 Jan 2025 00:00:00 GMT';
    const second = await resolve(server.url);
    expect([second.path, Buffer.compare(second.bytes, server.content)]).toEqual([path, 0]);
    expect(server.asked).toEqual(['GET', 'HEAD', 'HEAD', 'GET'].map((method) => `${method} /file.pt`));
    expect(readdirSync(dirname(path))).toEqual(['file.pt', 'file.pt.json']);
  });

  test('fetches a file anew each time whose server tells nothing of revisions', async () => {
    server.etag = undefined;
    await resolve(server.url);
    server.content = content.slice().reverse();
    expect(Buffer.compare((await resolve(server.url)).bytes, server.content)).toBe(0);
  });

  test('asks with GET where the server does not answer HEAD, and takes no body', async () => {
    await resolve(server.url);
    server.script.push(status(403));
    expect(Buffer.compare((await resolve(server.url)).bytes, content)).toBe(0);
    expect(server.asked).toEqual(['GET /file.pt', 'HEAD /file.pt', 'GET /file.pt']);
  });

  test.each([
    ['is out of order', () => server.script.push(status(503))],
    ['asks for patience', () => server.script.push(status(429))],
    ['does not answer', () => server.script.push(() => true)],
    ['cannot be reached', () => server.stop()],
  ])('takes what is kept where the server %s', async (_name, spoil) => {
    await resolve(server.url);
    await spoil();
    const options = { retry: { ...retry, stallTimeout: 200 } };
    expect(Buffer.compare((await resolveWeights(server.url, options)).bytes, content)).toBe(0);
  });

  test('says so when the server has the file no more, and keeps what it had', async () => {
    const { path } = await resolve(server.url);
    server.always = status(404);
    await expect(resolve(server.url)).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message:
        `download of file.pt: got HTTP 404 from ${server.url}, expected a file of weights; check the address and ` +
        'try again, or fetch the file by other means and give its path (what has arrived is kept)',
    });
    expect(Buffer.compare(readFileSync(path), content)).toBe(0);
    // The advice: the path of the file.
    expect(Buffer.compare((await resolve(path)).bytes, content)).toBe(0);
  });

  test('keeps nothing of a changed file that the caller refuses', async () => {
    const { path } = await resolve(server.url);
    change();
    const inspect = () => Promise.reject(new FastSAMError('INVALID_CHECKPOINT', 'no weights'));
    await expect(resolveWeights(server.url, { inspect })).rejects.toMatchObject({
      message: `no weights (what ${server.url} gave; nothing of it was kept)`,
    });
    expect(Buffer.compare(readFileSync(path), content)).toBe(0);
  });

  test.each([
    [
      'a damaged file',
      (path: string) => {
        writeFileSync(path, content.subarray(1));
      },
    ],
    [
      'a damaged note',
      (path: string) => {
        writeFileSync(`${path}.json`, '{');
      },
    ],
    [
      'a foreign note',
      (path: string) => {
        writeFileSync(`${path}.json`, '[1]');
      },
    ],
    [
      'no note',
      (path: string) => {
        rmSync(`${path}.json`);
      },
    ],
  ])('replaces %s', async (_name, spoil) => {
    const { path } = await resolve(server.url);
    spoil(path);
    expect(Buffer.compare((await resolve(server.url)).bytes, content)).toBe(0);
    expect(Buffer.compare(readFileSync(path), content)).toBe(0);
    expect(JSON.parse(readFileSync(`${path}.json`, 'utf8'))).toMatchObject({ sha256: server.sha256 });
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

  test('refuses a mirror that serves something else, and says what it is', async () => {
    env.FASTSAM_WEIGHTS_URL = server.origin;
    await expect(resolve('FastSAM-x')).rejects.toMatchObject({
      code: 'DOWNLOAD_CORRUPT',
      message: expect.stringContaining(`got 5000 bytes with sha256 ${server.sha256} from ${server.origin}/`) as string,
    });
  });

  test('looks into FASTSAM_WEIGHTS_DIR first and checks what lies there', async () => {
    env.FASTSAM_WEIGHTS_DIR = join(folder, 'local');
    const path = put(join(folder, 'local', 'FastSAM-s.pt'));
    await expect(resolve('FastSAM-s')).rejects.toMatchObject({
      code: 'DOWNLOAD_CORRUPT',
      message: expect.stringMatching(
        `FastSAM-s: got 5000 bytes with sha256 ${server.sha256}, expected 23851578 bytes with .*; replace ${path}, or`,
      ) as string,
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

  test('says without a network where to put the file', async () => {
    env.FASTSAM_WEIGHTS_URL = server.url.replace('/file.pt', '');
    await server.stop();
    await expect(resolve('FastSAM-s')).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining(`put the file by hand at ${join(folder, 'cache', 'FastSAM-s.pt')}`) as string,
    });
  });
});
