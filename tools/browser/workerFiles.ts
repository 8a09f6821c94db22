/** The files of a page that has the model in a worker: bundles of the sources, WebAssembly, weights. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { WASM_BINARIES } from '../../src/runtime/choices.js';
import { repository } from '../support.js';

/** Where TensorFlow.js has its WebAssembly. */
export const TFJS_WASM = join(
  dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')),
  'dist',
);

/** One file, minified. @param folder where its imports are resolved. */
export async function bundle(code: string, folder = repository): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: folder, loader: 'ts' },
    define: { __filename: 'undefined', __dirname: 'undefined' }, // names of Node in Emscripten's code
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0].text;
}

/**
 * @param script of the page, TypeScript; what it posts to `/result` is its end. `FastSAM` and `Main` (the main entry, where
 *   `main` is true) are there, and `report(value)`.
 */
export async function workerFiles(
  script: string,
  { weights, main = false }: { readonly weights: string; readonly main?: boolean },
): Promise<Record<string, Uint8Array | string>> {
  const page = await bundle(`
    import { FastSAM, setWorker } from './src/entry/worker.browser.ts';
    ${main ? "import { FastSAM as Main } from './src/index.browser.ts';" : ''}
    const report = (value) => fetch('/result', { method: 'POST', body: JSON.stringify(value) });
    setWorker(() => new Worker('/worker.js', { type: 'module' }));
    (async () => { ${script} })().catch((error) => report({ error: String(error?.stack ?? error) }));`);
  return {
    '': '<!doctype html><script type="module" src="page.js"></script>',
    'page.js': page,
    'worker.js': await bundle("import './src/worker/browserProgram.ts';"),
    'demo.safetensors': readFileSync(weights),
    // Where the package has them.
    ...Object.fromEntries(WASM_BINARIES.map((name) => [`wasm/${name}`, readFileSync(join(TFJS_WASM, name))])),
  };
}
