/** A page in headless Chromium that runs a script and posts what it finds. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import { CHROMIUM } from '../setup/requirements.js';
import { repository } from './paths.js';

/** Chromium's name here; undefined where there is none. */
export const chromium = CHROMIUM.find((name) => spawnSync(name, ['--version']).status === 0);

/**
 * Bundles a module, opens it in a page of its own origin (`127.0.0.1`, which counts as secure) and waits for the value that
 * its `default` function resolves with.
 * @param script TypeScript, in whose text `src/` stands for this repository's sources.
 * @param files what the page's own server has besides, by path.
 */
export async function inPage(script: string, files: Readonly<Record<string, Uint8Array>> = {}): Promise<unknown> {
  const { outputFiles } = await build({
    stdin: { contents: `${script}\n${RUN}`, resolveDir: repository('.'), loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    logLevel: 'silent',
  });
  const served = new Map<string, string | Uint8Array>([
    ['/', '<!doctype html><script type="module" src="/page.js"></script>'],
    ['/page.js', outputFiles[0].text],
    ...Object.entries(files),
  ]);
  const server = createServer();
  const found = new Promise<string>((resolve) => {
    server.on('request', (request, response) => {
      const path = request.url ?? '';
      if (path === '/result') void text(request).then(resolve);
      const type = path === '/' ? 'text/html' : path.endsWith('.js') ? 'text/javascript' : 'application/octet-stream';
      response.writeHead(served.has(path) ? 200 : 404, { 'content-type': type }).end(served.get(path));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const profile = mkdtempSync(join(tmpdir(), 'fastsam-chromium-'));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`];
  // A group of its own, so that its helpers end with it: they go on writing into the profile.
  const browser = spawn(chromium ?? '', [...flags, url], { stdio: 'ignore', detached: true });
  const ended = new Promise((resolve) => browser.on('close', resolve));
  try {
    const { value, error } = JSON.parse(await found) as { readonly value?: unknown; readonly error?: string };
    if (error !== undefined) throw new Error(error);
    return value;
  } finally {
    if (browser.pid !== undefined) process.kill(-browser.pid, 'SIGKILL');
    await ended;
    server.closeAllConnections();
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined); // no matter if it stays
  }
}

const RUN = `
const post = (value) => fetch('/result', { method: 'POST', body: JSON.stringify(value) });
run().then((value) => post({ value }), (error) => post({ error: String(error?.stack ?? error) }));
`;
