/** Weights by name from several sources, in Node: servers that behave as hosts of weights do, and worse. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FastSAMError } from '../../src/errors.js';
import { FastSAM } from '../../src/fastsam.js';
import { fetchOutside } from '../../src/platform/addresses.js';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import type { ProgressEvent } from '../../src/progress.js';
import type { PublishedFile } from '../../src/weights/catalogue.js';
import { resolveFrom, type ResolveOptions } from '../../src/weights/resolve.js';
import { rejectionOf } from '../support/errors.js';
import { FileServer, otherHost, redirect, status } from '../support/fileServer.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const content = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 7919 + (i >> 8)) % 256);
const other = content.slice().reverse();
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const retry = { attempts: 2, delay: 1, stallTimeout: 5000 };
/** For servers that stand still. */
const hurried = { ...retry, stallTimeout: 400 };

const folder = temporaryFolder();
let count = 0;
let cache: string;
let env: Record<string, string>;
let first: FileServer;
let second: FileServer;
let entry: PublishedFile;
let events: ProgressEvent[];

beforeEach(async () => {
  cache = join(folder, `cache-${++count}`);
  env = {};
  events = [];
  first = new FileServer(content);
  second = new FileServer(content);
  await Promise.all([first.start(), second.start()]);
  entry = {
    name: 'Model',
    file: 'model.pt',
    sources: [{ url: `${first.origin}/one/model.pt` }, { url: `${second.origin}/two/model.pt` }],
    versions: [{ bytes: content.length, sha256: hashOf(content) }],
    licence: 'None: random bytes of a test.',
  };
  usePlatform({ ...nodePlatform, env: (name) => env[name], cacheFolder: () => cache });
});

afterEach(async () => {
  usePlatform(nodePlatform);
  await Promise.all([first.stop(), second.stop()]);
});

const load = (options: ResolveOptions = {}, name = 'model') =>
  resolveFrom([entry], name, { retry, onProgress: (event) => events.push(event), ...options });
const kept = () => (existsSync(cache) ? readdirSync(cache, { recursive: true }).map(String).sort() : []);
const put = (path: string, bytes = content) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
};
const expectContent = (bytes: Uint8Array, wanted = content) => {
  expect(Buffer.compare(bytes, wanted)).toBe(0);
};

describe('sources of a name', () => {
  test('the first one that has the file is enough, and a kept file asks nobody', async () => {
    expectContent((await load()).bytes);
    expectContent((await load()).bytes);
    expect([first.asked, second.asked]).toEqual([['GET /one/model.pt'], []]);
    expect(kept()).toEqual(['model.pt']);
  });

  const spoil: readonly (readonly [string, () => unknown, RegExp])[] = [
    ['403', () => (first.always = status(403)), /^HTTP 403; next: /],
    ['404', () => (first.always = status(404)), /^HTTP 404; next: /],
    [
      '429 with an hour',
      () => (first.always = status(429, { 'retry-after': '3600' })),
      /^HTTP 429, asked to wait 3600 s;/,
    ],
    [
      '429 with a date next year',
      () => (first.always = status(429, { 'retry-after': new Date(Date.now() + 3.2e10).toUTCString() })),
      /^HTTP 429, asked to wait 3[12]\d{6} s;/,
    ],
    ['503 again and again', () => (first.always = status(503)), /^2 failures, the last one: HTTP 503; next: /],
    [
      'a login page',
      () => (first.always = status(200, { 'content-type': 'text/html' }, '<html>')),
      /^a web page \(a login/,
    ],
    ['a page without a type', () => (first.content = Buffer.from('<!doctype html>')), /^a web page; next: /],
    [
      'a Git LFS pointer',
      () => (first.content = Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n')),
      /^a Git LFS pointer; next: /,
    ],
    ['another file', () => (first.content = other), new RegExp(`^200000 bytes with sha256 ${hashOf(other)}; next: `)],
    ['a stalled line', () => (first.always = first.stallAfter(1000)), /^2 failures, the last one: no byte for 400 ms;/],
    ['a wrong length', () => (first.always = first.cutAfter(0)), /^2 failures, the last one: /],
    ['a closed port', () => first.stop(), /^no connection \(ECONNREFUSED .*; next: /],
  ];
  test.each(spoil)('the next one is asked after %s, and nothing of it is kept', async (name, make, reason) => {
    await make();
    expectContent((await load(name === 'a stalled line' ? { retry: hurried } : {})).bytes);
    expect(second.asked).toEqual(['GET /two/model.pt']);
    const retries = events.filter((event) => event.type === 'retry');
    expect(retries.at(-1)).toMatchObject({ delay: 0, reason: expect.stringMatching(reason) as string });
    expect(kept()).toEqual(['model.pt']);
  });

  test.each([
    ['seconds', '0'],
    ['a date', new Date(0).toUTCString()],
  ])('a short wait that a server asks for, in %s, is waited', async (_name, value) => {
    first.script.push(status(429, { 'retry-after': value }));
    expectContent((await load()).bytes);
    expect(events.filter((event) => event.type === 'retry')).toEqual([
      { type: 'retry', name: 'Model', delay: 0, reason: 'HTTP 429' },
    ]);
    expect(second.asked).toEqual([]);
  });

  test('a redirect to another host is followed, and a cut download goes on there', async () => {
    const hub = { ...entry, sources: [{ url: `${otherHost(first.origin)}/owner/resolve/main/model.pt` }] };
    first.always = redirect(second);
    second.script.push(second.cutAfter(50_000));
    const { bytes } = await resolveFrom([hub], 'model', { retry });
    expectContent(bytes);
    expect(second.asked).toEqual(Array(2).fill('GET /blob/owner/resolve/main/model.pt'));
    expect(second.ranges).toEqual(['-', 'bytes=50000-']);
    expect(second.sent).toBe(content.length);
  });

  test('a redirect from outside into the own network is refused at once, and the next source is asked', async () => {
    entry = { ...entry, sources: [{ url: 'https://weights.example/model.pt' }, entry.sources[1]] };
    const asked: string[] = [];
    const lookUp = (host: string) => Promise.resolve([host === 'weights.example' ? '203.0.113.7' : host]);
    const request: typeof fetch = (url, init) => {
      const address = url as string;
      asked.push(address);
      if (!address.startsWith('https://weights.example')) return fetch(address, init);
      return Promise.resolve(new Response(null, { status: 302, headers: { location: `${first.origin}/secret` } }));
    };
    const outside = (url: string, init?: RequestInit) => fetchOutside(url, init, { lookUp, fetch: request });
    usePlatform({ ...nodePlatform, env: (name) => env[name], cacheFolder: () => cache, fetch: outside });
    expectContent((await load()).bytes);
    expect(asked).toEqual(['https://weights.example/model.pt', `${second.origin}/two/model.pt`]);
    expect(first.asked).toEqual([]);
  });

  test('progress keeps its contract from source to source', async () => {
    first.content = other.subarray(0, 150_000);
    await load();
    const steps = events.filter((event) => event.type === 'download');
    expect(steps.map(({ loaded }) => loaded)).toEqual(steps.map(({ loaded }) => loaded).sort((a, b) => a - b));
    expect(new Set(steps.map(({ total }) => total)).size).toBe(1);
    expect(events.at(-1)).toEqual({ type: 'done', name: 'Model', path: join(cache, 'model.pt') });
  });

  test('a caller who cancels hears of no other source', async () => {
    first.always = () => true;
    const signal = AbortSignal.timeout(50);
    await expect(load({ signal })).rejects.toMatchObject({ code: 'ABORTED' });
    expect(second.asked).toEqual([]);
  });

  test('a download that was whole when its process died is not fetched again', async () => {
    const partial = await nodePlatform.openPartial(join(cache, 'model.pt'));
    await partial.append(content);
    await partial.keep();
    expectContent((await load()).bytes);
    expect(first.ranges).toEqual(['bytes=200000-']);
    expect(first.sent).toBe(0);
  });
});

describe('where all sources fail', () => {
  test('the error names each with its reason, and each piece of advice helps', async () => {
    first.always = status(403);
    second.always = status(200, { 'content-type': 'text/html' }, '<html>');
    const error = await rejectionOf(() => load());
    const path = join(cache, 'model.pt');
    expect(error).toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message:
        `download of Model: got no copy from 2 sources (${first.origin}/one/model.pt gave HTTP 403; ` +
        `${second.origin}/two/model.pt gave a web page (a login page of the network?)), expected 200000 bytes with ` +
        `sha256 ${hashOf(content)}; try again later, or put the file by hand at ${path}, or name a mirror in ` +
        'FASTSAM_WEIGHTS_URL or a folder that holds it in FASTSAM_WEIGHTS_DIR (what has arrived is kept)',
    });
    expect(kept()).toEqual([]);

    const mirror = new FileServer(content);
    await mirror.start();
    env.FASTSAM_WEIGHTS_URL = `${mirror.origin}/weights/`;
    expectContent((await load()).bytes);
    expect(mirror.asked).toEqual(['GET /weights/model.pt']);
    await mirror.stop();
    env = { FASTSAM_WEIGHTS_DIR: join(cache, 'mine') };
    put(join(cache, 'mine', 'model.pt'));
    expect((await load()).path).toBe(join(cache, 'mine', 'model.pt'));
    env = {};
    put(path);
    expect((await load()).path).toBe(path);
  });

  test('passwords and tokens of addresses are not told', async () => {
    const secret = (server: FileServer) => `${server.origin.replace('//', '//me:hunter2@')}/model.pt?token=abcdef123`;
    entry = { ...entry, sources: [{ url: secret(first) }, { url: secret(second) }] };
    first.always = second.always = status(403);
    const { message } = await rejectionOf(() => load());
    expect(message).not.toMatch(/hunter2|abcdef123/);
    expect(JSON.stringify(events)).not.toMatch(/hunter2|abcdef123/);
    expect(message).toContain(`${first.origin}/model.pt?token=… gave HTTP 403`);
  });

  test('a proxy that Node ignores is named', async () => {
    env.HTTPS_PROXY = 'http://proxy:1';
    first.always = second.always = status(403);
    expect((await rejectionOf(() => load())).message).toContain('or set NODE_USE_ENV_PROXY=1, without which Node');
  });
});

describe('a copy with another hash', () => {
  beforeEach(() => {
    first.content = second.content = other;
  });

  test('is refused with its hash, and loads once the caller allows that', async () => {
    const error = await rejectionOf(() => load());
    expect(error.code).toBe('DOWNLOAD_CORRUPT');
    expect(kept()).toEqual([]);
    const hash = /if you trust it, load it with allowSha256: '([0-9a-f]{64})' \(--allow-sha256 \1\)/.exec(
      error.message,
    )?.[1];
    expect(hash).toBe(hashOf(other));

    const { bytes, path } = await load({ allowSha256: [hash?.toUpperCase() ?? ''] });
    expectContent(bytes, other);
    expect(kept()).toContain(join('copies', hashOf(other).slice(0, 16), 'model.pt'));
    const asked = [...first.asked];
    expect((await load({ allowSha256: hash ?? '' })).path).toBe(path);
    expect(first.asked).toEqual(asked);
  });

  test.each([
    ['abc', "'abc'"],
    [[7, 'abc'], "[7, 'abc']"],
  ])('is asked for by hashes: %j is refused before any request', async (value, shown) => {
    const wrong = value as string[];
    const expected = 'expected a SHA-256 of 64 hexadecimal digits, or a list of them';
    const error = await rejectionOf(() => FastSAM.load('FastSAM-s', { allowSha256: wrong }));
    expect([error.code, error.message]).toEqual(['INVALID_ARGUMENT', `allowSha256: got ${shown}, ${expected}`]);
  });

  test('is not in the way of those who do not allow it', async () => {
    await load({ allowSha256: hashOf(other) });
    await expect(load()).rejects.toMatchObject({ code: 'DOWNLOAD_CORRUPT' });
    first.content = content;
    expectContent((await load()).bytes);
  });

  test('is allowed by FASTSAM_ALLOW_SHA256, too, which must hold hashes', async () => {
    env.FASTSAM_ALLOW_SHA256 = `${hashOf(content)}, ${hashOf(other)}`;
    expectContent((await load()).bytes, other);
    env.FASTSAM_ALLOW_SHA256 = 'yes';
    await expect(load()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/^FASTSAM_ALLOW_SHA256: got 'yes', expected SHA-256s of 64/) as string,
    });
  });

  test('that the caller’s reader refuses is not kept', async () => {
    const inspect = () => Promise.reject(new FastSAMError('INVALID_CHECKPOINT', 'no weights'));
    await expect(load({ allowSha256: hashOf(other), inspect })).rejects.toThrow('no weights (what ');
    expect(kept()).toEqual([]);
  });

  test('may be one of several that are known', async () => {
    entry = { ...entry, versions: [...entry.versions, { bytes: other.length, sha256: hashOf(other) }] };
    expectContent((await load()).bytes, other);
    expect(kept()).toEqual(['model.pt']);
  });

  test('in a folder of weights is refused by name and allowed by its hash', async () => {
    env.FASTSAM_WEIGHTS_DIR = cache;
    put(join(cache, 'model.pt'), other);
    await expect(load()).rejects.toMatchObject({
      code: 'DOWNLOAD_CORRUPT',
      message: expect.stringContaining(
        `replace ${join(cache, 'model.pt')}, or, if you trust it, load it with`,
      ) as string,
    });
    expectContent((await load({ allowSha256: hashOf(other) })).bytes, other);
  });
});
