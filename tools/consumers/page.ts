/** Opens a page in Chromium, served from a folder, and reads what its program found. */
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { OWN_CHECKOUT } from '../checkouts/commandLine.js';
import { ISOLATION } from '../../test/support/chromium.js';
import type { Found } from './project.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.png': 'image/png',
};

/** Milliseconds until a page has failed: it takes some seconds. */
const LIMIT = 90_000;

/** The program that a browser is, if one is installed. */
export const CHROMIUM = ['chromium', 'google-chrome', 'chromium-browser'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

/** What is used of playwright-core. */
interface Playwright {
  readonly chromium: {
    launch(options: object): Promise<{ newPage(): Promise<Page>; close(): Promise<void> }>;
  };
}
interface Page {
  goto(url: string): Promise<unknown>;
  on(event: string, listener: (message: { text?(): string; message?: string }) => void): void;
  title(): Promise<string>;
  evaluate<T>(code: string): Promise<T>;
  workers(): readonly unknown[];
}

/** The policy that docs/user/browser.md says is enough, word for word, and nothing else. */
async function policyOfDocs(): Promise<string> {
  const page = await readFile(join(OWN_CHECKOUT, 'docs/user/browser.md'), 'utf8');
  const said = ['script-src', 'worker-src'].map((name) => {
    const [found] = new RegExp(`(?<=\`)${name} '[^\`]*(?=\`)`).exec(page) ?? [];
    if (found === undefined) throw new Error(`docs/user/browser.md: got no ${name}, expected one in backticks`);
    return found;
  });
  return ["default-src 'none'", "connect-src 'self'", "img-src 'self'", ...said].join('; ');
}

/**
 * Serves folders, the first that has a file.
 * @param isolated with the headers of isolation.
 * @param strict with the content security policy of the docs.
 */
export async function serve(
  folders: readonly string[],
  isolated: boolean,
  strict = false,
): Promise<{ url: string; close(): void }> {
  const policy = strict ? { 'content-security-policy': await policyOfDocs() } : {};
  const server = createServer((request, response) => {
    const name = decodeURIComponent(new URL(request.url ?? '/', 'http://page').pathname);
    const path = normalize(name.endsWith('/') ? `${name}index.html` : name);
    void firstOf(folders.map((folder) => join(folder, path))).then((body) => {
      const headers = {
        'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
        ...(isolated ? ISOLATION : {}),
        ...policy,
      };
      response.writeHead(body ? 200 : 404, headers);
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function firstOf(paths: readonly string[]): Promise<Uint8Array | undefined> {
  for (const path of paths) {
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes) return bytes;
  }
  return undefined;
}

/**
 * Opens a page and waits for its program.
 * @param project folder with playwright-core installed.
 * @throws Error with the page's messages where it fails.
 */
export async function openPage(project: string, url: string): Promise<Found> {
  const path = createRequire(join(project, 'package.json')).resolve('playwright-core');
  const { chromium } = ((await import(pathToFileURL(path).href)) as { default: Playwright }).default;
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox', '--disable-gpu'] });
  const said: string[] = [];
  try {
    const page = await browser.newPage();
    page.on('console', (message) => said.push(message.text?.() ?? ''));
    page.on('pageerror', ({ message = '' }) => said.push(message));
    await page.goto(url);
    // Not by `waitForFunction`, whose code in the page a content security policy forbids.
    const end = performance.now() + LIMIT;
    while (!['done', 'failed'].includes(await page.title())) {
      if (performance.now() > end) throw new Error(`the page does not end: ${said.join('\n')}`);
      await setTimeout(100);
    }
    const failure = await page.evaluate<string | undefined>('globalThis.failure');
    const violated = said.filter((text) => /content security policy/i.test(text));
    if (violated.length > 0) throw new Error(violated.join('\n'));
    if (failure !== undefined) throw new Error(`${failure}\n${said.join('\n')}`);
    return { ...(await page.evaluate<Found>('globalThis.found')), workers: page.workers().length };
  } finally {
    await browser.close();
  }
}

function chromiumPath(): string {
  const { stdout } = spawnSync('which', [CHROMIUM ?? 'chromium'], { encoding: 'utf8' });
  return stdout.trim();
}
