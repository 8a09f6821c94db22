/**
 * What a page downloads before its model: this package and those that people would take instead, bundled by esbuild, minified,
 * gzipped; and the WebAssembly binary that each then fetches.
 *
 *   npx tsx tools/bench/downloads.ts          the peers are installed from npm into a temporary folder
 *   npx tsx tools/bench/downloads.ts --json
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { run } from '../consumers/project.js';
import { bundle } from '../house/bundle.js';
import { ROOT } from './models.js';

const { values: args } = parseArgs({ options: { json: { type: 'boolean', default: false } } });

/** A package as a page uses it for segmentation. */
interface Candidate {
  readonly name: string;
  /** What npm installs; absent for this package. */
  readonly install?: string;
  /** The page's program. */
  readonly code: string;
  /** Binaries that it fetches on WebAssembly: those of one variant, by path in node_modules. */
  readonly binaries: readonly string[];
}

const ORT = 'onnxruntime-web/dist/ort-wasm-simd-threaded';
const CANDIDATES: readonly Candidate[] = [
  {
    name: 'fastsam-tfjs',
    code: "export { FastSAM } from './src/index.browser.ts';",
    binaries: ['@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm'],
  },
  {
    name: 'LiteRT.js',
    install: '@litertjs/core@2.5.3',
    code: "export { loadLiteRt, loadAndCompile, Tensor } from '@litertjs/core';",
    binaries: ['@litertjs/core/wasm/litert_wasm_internal.wasm'],
  },
  {
    name: 'ONNX Runtime Web',
    install: 'onnxruntime-web@1.30.0',
    code: "export * from 'onnxruntime-web/wasm';",
    binaries: [`${ORT}.wasm`],
  },
  {
    name: 'transformers.js',
    install: '@huggingface/transformers@4.3.2',
    code: "export { SamModel, AutoProcessor, RawImage } from '@huggingface/transformers';",
    binaries: [`${ORT}.asyncify.wasm`],
  },
  {
    name: '@ultralytics/yolo',
    install: '@ultralytics/yolo@0.0.48',
    code: "export * from '@ultralytics/yolo';",
    binaries: ['@ultralytics/yolo/pkg/ultralytics_inference_web_bg.wasm', `${ORT}.jsep.wasm`],
  },
];

interface Row {
  readonly name: string;
  readonly version: string;
  /** kB, gzipped. */
  readonly javascript: number;
  readonly wasm: number;
}

async function measure({ name, install, code, binaries }: Candidate, folder: string): Promise<Row> {
  const root = install === undefined ? ROOT : folder;
  const { eager } = await bundle(root, code, ['node:*', 'fs', 'path', 'url', 'onnxruntime-node', 'sharp']);
  const sizes = await Promise.all(binaries.map((path) => readFile(join(root, 'node_modules', path))));
  return {
    name,
    version: await versionOf(root, install),
    javascript: eager.gzipped / 1000,
    wasm: sizes.reduce((sum, bytes) => sum + gzipSync(bytes, { level: 9 }).length, 0) / 1000,
  };
}

async function versionOf(root: string, install: string | undefined): Promise<string> {
  const path =
    install === undefined ? 'package.json' : join('node_modules', install.replace(/@[^@]*$/, ''), 'package.json');
  return (JSON.parse(await readFile(join(root, path), 'utf8')) as { version: string }).version;
}

const folder = await mkdtemp(join(tmpdir(), 'fastsam-downloads-'));
try {
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  const wanted = CANDIDATES.flatMap(({ install }) => install ?? []);
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...wanted], folder);
  const rows: Row[] = [];
  for (const candidate of CANDIDATES) rows.push(await measure(candidate, folder));
  if (args.json) process.stdout.write(`${JSON.stringify(rows, null, 1)}\n`);
  else {
    process.stdout.write(
      '| package | JavaScript, kB gzipped | WebAssembly, kB gzipped | together, MB |\n| --- | --- | --- | --- |\n',
    );
    for (const { name, version, javascript, wasm } of rows) {
      const together = ((javascript + wasm) / 1000).toFixed(2);
      process.stdout.write(`| ${name} ${version} | ${javascript.toFixed(0)} | ${wasm.toFixed(0)} | ${together} |\n`);
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
