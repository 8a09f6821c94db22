/** A page in headless Chromium: serves files, opens the page and waits for what it posts to `/result`. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { CHROMIUM } from '../../test/setup/requirements.js';

/** The first Chromium of this machine; undefined where there is none. */
export const chromium = CHROMIUM.find((name) => spawnSync(name, ['--version']).status === 0);

const TYPES: Readonly<Record<string, string>> = {
  '': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
};

/**
 * Opens the page that lies at ''.
 * @param files by their address without the first slash.
 * @returns the JSON that the page posts; `{ error }` throws.
 */
export async function openPage(
  program: string,
  files: ReadonlyMap<string, Uint8Array | string>,
  flags: readonly string[] = [],
): Promise<unknown> {
  const profile = mkdtempSync(join(tmpdir(), 'fastsam-chromium-'));
  const server = createServer();
  const sent = new Promise<string>((resolve) => {
    server.on('request', (request, response) => {
      const name = (request.url ?? '/').slice(1).replace(/\?.*/, '');
      if (name === 'result') void text(request).then(resolve);
      const body = files.get(name);
      const type = TYPES[extname(name)] ?? 'application/octet-stream';
      response.writeHead(body === undefined ? 404 : 200, { 'content-type': type });
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  const usual = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`];
  // A group of its own, so that its helpers end with it: they go on writing into the profile.
  const browser = spawn(program, [...usual, ...flags, url], { stdio: 'ignore', detached: true });
  const ended = new Promise((resolve) => browser.on('close', resolve));
  try {
    const found = JSON.parse(await sent) as { readonly error?: string };
    if (found.error !== undefined) throw new Error(found.error);
    return found;
  } finally {
    if (browser.pid !== undefined) process.kill(-browser.pid, 'SIGKILL');
    await ended;
    server.closeAllConnections();
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined); // no matter if it stays
  }
}
