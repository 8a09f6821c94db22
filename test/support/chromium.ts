/** A page in headless Chromium that sends one result and is closed. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { CHROMIUM } from '../setup/requirements.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
};

/** The program, if it is installed. */
export const chromium = CHROMIUM.find((name) => spawnSync(name, ['--version']).status === 0);

/** To append to the names of tests. */
export const chromiumNote = chromium === undefined ? ' (skipped: no Chromium here)' : '';

/** How to open a page. */
export interface PageOptions {
  /** Of the browser, beside those of every page. */
  readonly flags?: readonly string[];
  /** Of every answer of the server, beside its type. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The headers of a page that may share memory, and of what it loads. */
export const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/**
 * Serves files, opens `/` and waits for what the page posts to `/result` as JSON.
 * @param files by their names; the page is ''.
 * @throws for `{ error }` from the page.
 */
export async function resultOfPage<T extends object>(
  files: Readonly<Record<string, Uint8Array | string>>,
  { flags = ['--disable-gpu'], headers = {} }: PageOptions = {},
): Promise<T> {
  const profile = mkdtempSync(join(tmpdir(), 'fastsam-chromium-'));
  const server = createServer();
  const sent = new Promise<string>((resolve) => {
    server.on('request', (request, response) => {
      const name = (request.url ?? '/').slice(1).replace(/\?.*/, '');
      if (name === 'result') void text(request).then(resolve);
      const found = Object.hasOwn(files, name);
      response.writeHead(found ? 200 : 404, {
        ...headers,
        'content-type': TYPES[name === '' ? '.html' : extname(name)] ?? 'application/octet-stream',
      });
      response.end(found ? files[name] : undefined);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  const all = ['--headless', '--no-sandbox', '--enable-unsafe-swiftshader', `--user-data-dir=${profile}`, ...flags];
  // A group of its own, so that its helpers end with it: they go on writing into the profile.
  const browser = spawn(chromium ?? '', [...all, url], { stdio: 'ignore', detached: true });
  const ended = new Promise((resolve) => browser.on('close', resolve));
  try {
    const found = JSON.parse(await sent) as T | { readonly error: string };
    if ('error' in found) throw new Error(found.error);
    return found;
  } finally {
    if (browser.pid !== undefined) process.kill(-browser.pid, 'SIGKILL');
    await ended;
    server.closeAllConnections();
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined); // no matter if it stays
  }
}
