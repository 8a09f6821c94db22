/**
 * Builds what the package ships, from nothing:
 *
 *   npx tsx tools/package/build.ts      (npm run build)
 *
 * dist/                              the sources, compiled, with their types
 * dist/runtime/wasm/browserThread.js the script of a thread as one file: a worker may know no packages
 * dist/worker/browserProgram.js      the program of a worker, with chunks beside it that it loads when they are called for
 * dist/bundle/fastsam.min.js         the browser's entry as one file, for pages without a bundler
 * wasm/                              the binaries of tfjs-backend-wasm, which bundlers find beside the package's files
 */
import { build, type BuildOptions } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { chmod, copyFile, mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { OWN_CHECKOUT } from '../checkouts/commandLine.js';
import { WASM_BINARIES } from '../../src/runtime/choices.js';

const require = createRequire(import.meta.url);
const root = (path: string): string => join(OWN_CHECKOUT, path);

for (const folder of ['dist', 'wasm']) await rm(root(folder), { recursive: true, force: true });

const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
  cwd: OWN_CHECKOUT,
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);
await chmod(root('dist/cli/main.js'), 0o755);

const binaries = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.wasm'));
await mkdir(root('wasm'));
for (const name of WASM_BINARIES) await copyFile(join(binaries, name), root(`wasm/${name}`));

const ONE_FILE: BuildOptions = {
  absWorkingDir: OWN_CHECKOUT,
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  conditions: ['browser'],
  target: 'es2022',
  legalComments: 'linked',
  logLevel: 'warning',
};
// webpack would say of these names that they are there, and then leave them out.
const define = { __filename: 'undefined', __dirname: 'undefined' };
await build({
  ...ONE_FILE,
  define,
  entryPoints: ['src/runtime/wasm/browserThread.ts'],
  outfile: 'dist/runtime/wasm/browserThread.js',
});
// A server for development gives a worker files as they are: it must not name packages, of which some are CommonJS. Chunks lie
// as deep as the sources of the addresses in them (`platform/shippedFiles.ts`).
await build({
  ...ONE_FILE,
  define,
  entryPoints: ['src/worker/browserProgram.ts'],
  outdir: 'dist/worker',
  splitting: true,
  chunkNames: 'program-[hash]',
});
await build({ ...ONE_FILE, entryPoints: ['dist/index.browser.js'], outfile: 'dist/bundle/fastsam.min.js' });
