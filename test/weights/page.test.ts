/** Weights by name and address in a real page (headless Chromium), from servers of other origins. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { CacheContents, CachedFile } from '../../src/weights/cache.js';
import type { PublishedFile } from '../../src/weights/catalogue.js';
import { CORS, FileServer, noPreflight, otherHost, redirect, status } from '../support/fileServer.js';
import { chromium, chromiumNote } from '../support/chromium.js';
import { runScript } from '../support/pageModule.js';

const content = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919 + (i >> 8)) % 256);
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** What the page has: `load` by name or address, with what came of it in words. */
const script = (catalogue: readonly PublishedFile[], body: string) => `
import { browserPlatform } from './src/platform/browser.ts';
import { usePlatform } from './src/platform/platform.ts';
import { clearCache, listCache } from './src/weights/cache.ts';
import { resolveFrom } from './src/weights/resolve.ts';
usePlatform(browserPlatform);
const catalogue = ${JSON.stringify(catalogue)};
const load = (name, options = {}) =>
  resolveFrom(catalogue, name, { retry: { attempts: 3, delay: 1 }, ...options }).then(
    ({ bytes }) => browserPlatform.sha256(bytes),
    ({ code, message }) => code + ' ' + message,
  );
async function run() { ${body} }
`;

async function withServers(use: (...servers: FileServer[]) => Promise<void>): Promise<void> {
  const servers = Array.from({ length: 4 }, () => new FileServer(content));
  await Promise.all(servers.map((server) => server.start()));
  try {
    await use(...servers);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

const inChromium = test.skipIf(chromium === undefined);

inChromium(`a page asks the sources that it may read, resumes there, and keeps the file${chromiumNote}`, async () => {
  await withServers(async (release, hub, blobs, closed) => {
    // As on Hugging Face: two hosts with CORS headers, of which the second refuses preflights and shows no ranges.
    hub.headers = blobs.headers = { 'access-control-allow-origin': '*' };
    hub.always = redirect(blobs);
    closed.always = status(403);
    blobs.script.push(blobs.cutAfter(100_000));
    blobs.always = noPreflight;
    const entry: PublishedFile = {
      name: 'Model',
      file: 'model.pt',
      sources: [
        { url: `${release.origin}/release/model.pt` },
        { url: `${closed.origin}/model.pt`, cors: true },
        { url: `${otherHost(hub.origin)}/owner/resolve/main/model.pt`, cors: true },
      ],
      versions: [{ bytes: content.length, sha256: hashOf(content) }],
      licence: '',
    };
    const found = (await runScript(
      script(
        [entry],
        `const first = await load('model');
         const again = await load('model');
         const listed = await listCache();
         const removed = await clearCache('Model');
         return { first, again, listed, removed, left: await listCache() };`,
      ),
    )) as Record<'first' | 'again', string> & { listed: CacheContents; removed: CachedFile[]; left: CacheContents };
    expect([found.first, found.again]).toEqual([hashOf(content), hashOf(content)]);
    expect(release.asked).toEqual([]);
    expect(closed.asked).toEqual(['GET /model.pt']);
    expect(blobs.asked).toEqual(Array(2).fill('GET /blob/owner/resolve/main/model.pt'));
    expect(blobs.ranges).toEqual(['-', 'bytes=100000-']);
    expect(blobs.sent).toBe(content.length);
    const file = { name: 'model.pt', bytes: content.length, path: expect.stringMatching(/\/model\.pt$/) as string };
    expect(found.listed).toMatchObject({ files: [file], bytes: content.length });
    expect(found.listed.limit).toBeGreaterThan(1e6);
    expect(found.removed).toMatchObject([file]);
    expect(found.left).toMatchObject({ files: [], bytes: 0 });
  });
});

inChromium(`addresses of a page, relative ones too, are asked whether they have changed${chromiumNote}`, async () => {
  await withServers(async (server) => {
    server.headers = CORS;
    const url = `${otherHost(server.origin)}/file.pt`;
    const changed = content.slice().reverse();
    server.always = (request) => {
      if (request.url?.endsWith('?change')) Object.assign(server, { content: changed, etag: '"second"' });
      return false;
    };
    const found = (await runScript(
      script(
        [],
        `const first = await load('${url}');
         const second = await load('${url}');
         await fetch('${url}?change');
         const third = await load('${url}');
         const own = [await load('./own.pt'), await load('/own.pt'), await load(new URL('own.pt', location.href))];
         return { all: [first, second, third], own, listed: await listCache() };`,
      ),
      { 'own.pt': content },
    )) as { all: string[]; own: string[]; listed: CacheContents };
    expect(found.all).toEqual([hashOf(content), hashOf(content), hashOf(changed)]);
    expect(found.own).toEqual(Array(3).fill(hashOf(content)));
    expect(server.asked.filter((line) => !line.endsWith('?change'))).toEqual(
      ['GET', 'HEAD', 'HEAD', 'GET'].map((method) => `${method} /file.pt`),
    );
    expect(found.listed.files.map(({ url: from, name }) => [name, from?.replace(/:\d+/, '')])).toEqual(
      expect.arrayContaining([
        ['file.pt', 'http://localhost/file.pt'],
        ['own.pt', 'http://127.0.0.1/own.pt'],
      ]),
    );
  });
});

inChromium(`where all sources fail the page is told what a page can do, and that works${chromiumNote}`, async () => {
  await withServers(async (open, other, mute) => {
    open.headers = other.headers = CORS;
    open.always = status(200, { 'content-type': 'text/html' }, '<html>');
    other.content = content.slice().reverse();
    const entry = (sources: PublishedFile['sources']): PublishedFile => ({
      ...{ name: 'Model', file: 'model.pt', licence: '', sources },
      versions: [{ bytes: content.length, sha256: hashOf(content) }],
    });
    const urls = [open, other, mute].map(({ origin }) => ({ url: `${origin}/model.pt`, cors: true as const }));
    const body = (more: string) => script([entry(urls)], `const text = await load('model'); ${more}`);
    const found = (await runScript(
      body(`const hash = /allowSha256: '([0-9a-f]{64})'/.exec(text)?.[1];
            const allowed = await load('model', { allowSha256: hash });
            return { text, hash, allowed, own: await load('./model.pt') };`),
      { 'model.pt': content },
    )) as Record<'text' | 'hash' | 'allowed' | 'own', string>;
    expect(found.text).toMatch(/^DOWNLOAD_FAILED download of Model: got no copy from 3 sources \(/);
    expect(found.text).toContain(`${open.origin}/model.pt gave a web page`);
    expect(found.text).toContain(`${other.origin}/model.pt gave 300000 bytes with sha256 ${hashOf(other.content)}`);
    expect(found.text).toContain(`${mute.origin}/model.pt gave no answer that a page may read (Failed to fetch)`);
    expect(found.text).toContain('or let the user choose the file and load that File');
    expect(found.text).toContain("or put the file on this page's own server and load its address");
    expect(found.text).not.toMatch(/FASTSAM_|--|folder|by hand|fastsam-tfjs\.invalid|mirror/);
    expect(mute.asked).toEqual(['GET /model.pt']);
    expect([found.allowed, found.hash]).toEqual([hashOf(other.content), hashOf(other.content)]);
    expect(found.own).toBe(hashOf(content));

    const none = await runScript(script([entry([{ url: `${mute.origin}/model.pt` }])], `return load('model');`));
    expect(none).toMatch(
      /got no address that a page may read \(none of its hosts sends CORS headers\), expected 300000/,
    );
  });
});
