/** The pages of tools/bench/pages.ts: the same network by this package, LiteRT.js and ONNX Runtime Web. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { bundle, TFJS_WASM } from '../../browser/workerFiles.js';
import { FOLDER, ROOT } from '../models.js';

/** What a page has to do. */
export interface PageTask {
  /** Path of the model's files, without ending. */
  readonly model: string;
  readonly threads: number;
  readonly size: number;
  readonly runs: number;
}

/** Somebody who runs networks in pages. */
export interface Contender {
  readonly name: string;
  /** Ending of the model's file. */
  model(size: number): string;
  /** Folder of the files that its script fetches, served below `wasm/`. */
  readonly wasm: string;
  /** More files that its script fetches, made by esbuild from a source. */
  readonly scripts?: Readonly<Record<string, string>>;
  /** Where its script is resolved. */
  readonly folder: string;
  /** TypeScript that defines `run(): Promise<Float32Array>` of the prototypes, given `pixels` (NCHW), `size`, `threads`, `bytes`. */
  readonly script: string;
}

const PEERS = join(FOLDER, 'node_modules');

/** In the order in which they take turns; the first is this package. */
export const CONTENDERS: readonly Contender[] = [
  {
    name: 'fastsam-tfjs',
    model: () => '.safetensors',
    wasm: TFJS_WASM,
    scripts: { 'runtime/wasm/browserThread.js': 'src/runtime/wasm/browserThread.ts' },
    folder: ROOT,
    script: `
import { createDetector } from './src/model/createDetector.ts';
import { loadWeights } from './src/model/load.ts';
import { buildNetwork } from './src/model/network.ts';
import { openCheckpoint } from './src/model/open.ts';
import { browserPlatform } from './src/platform/browser.ts';
import { usePlatform } from './src/platform/platform.ts';
import { acquireDevice } from './src/runtime/device.ts';
usePlatform(browserPlatform);
async function prepare() {
  const { device, note } = await acquireDevice('wasm', { wasmPaths: '/wasm/' });
  if (note) throw new Error(note);
  const { checkpoint, architecture } = await openCheckpoint(bytes);
  const network = buildNetwork(architecture);
  loadWeights(network, checkpoint.tensors);
  const { detector } = await createDetector(network, device, {});
  const interleaved = new Uint8Array(pixels.length);
  const plane = size * size;
  for (let i = 0; i < plane; i++) for (let c = 0; c < 3; c++) interleaved[3 * i + c] = pixels[c * plane + i] * 255;
  const input = { images: [interleaved], width: size, height: size };
  return async (all) => (await detector.detect(input, { conf: all ? 0.000001 : 1, iou: 1, maxDet: 1 }))[0].prototypes.data;
}`,
  },
  {
    name: 'LiteRT.js',
    model: (size) => `-${String(size)}.tflite`,
    wasm: join(PEERS, '@litertjs/core/wasm'),
    folder: FOLDER,
    script: `
import { loadLiteRt, loadAndCompile, Tensor } from '@litertjs/core';
async function prepare() {
  await loadLiteRt('/wasm/', { threads: threads > 1 });
  const model = await loadAndCompile(bytes, { accelerator: 'wasm', ...(threads > 1 && { cpuOptions: { numThreads: threads } }) });
  const plane = size * size;
  const image = Float32Array.from(pixels, (_, i) => pixels[(i % 3) * plane + Math.floor(i / 3)]);
  return async () => {
    const input = new Tensor(image, [1, size, size, 3]);
    const outputs = await model.run([input]);
    input.delete();
    const data = outputs.map((output) => output.toTypedArray().slice());
    const shapes = outputs.map((output) => output.type.layout.dimensions);
    outputs.forEach((output) => output.delete());
    return data[shapes.findIndex((shape) => shape.length === 4)];
  };
}`,
  },
  {
    name: 'ONNX Runtime Web',
    model: (size) => `-${String(size)}.onnx`,
    wasm: join(PEERS, 'onnxruntime-web/dist'),
    folder: FOLDER,
    script: `
import * as ort from 'onnxruntime-web/wasm';
async function prepare() {
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmPaths = '/wasm/';
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
  const images = new ort.Tensor('float32', pixels, [1, 3, size, size]);
  return async () => (await session.run({ images })).output1.data;
}`,
  },
];

/** What every page does: fetch, prepare, warm up, time. Pixels are a pattern with edges and gradients. */
const harness = ({ script }: Contender, { threads, size, runs }: PageTask): string => `
let bytes: Uint8Array;
const [threads, size, runs] = [${threads}, ${size}, ${runs}];
// One thread a core is what this package takes, so the machine has as many as were asked for.
Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { get: () => threads });
const pixels = Float32Array.from({ length: 3 * size * size }, (_, i) =>
  Math.floor((((i % size) * (1 + Math.floor(i / size / size)) + 3 * Math.floor(i / size)) ^ (i >> 5)) % 256) / 255);
${script}
const post = (value) => fetch('/result', { method: 'POST', body: JSON.stringify(value) });
(async () => {
  bytes = new Uint8Array(await (await fetch('/model')).arrayBuffer());
  const run = await prepare();
  const found = await run(true);
  const prototypes = found.reduce((sum, value) => sum + Math.abs(value), 0) / found.length;
  await run(false);
  const ms = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await run(false);
    ms.push(performance.now() - start);
  }
  await post({ ms, prototypes, isolated: crossOriginIsolated });
})().catch((error) => post({ error: String(error?.stack ?? error) }));`;

async function filesOf(folder: string): Promise<[string, Uint8Array][]> {
  const names = (await readdir(folder)).filter((name) => /\.(wasm|m?js)$/.test(name));
  return Promise.all(names.map(async (name) => [`wasm/${name}`, await readFile(join(folder, name))]));
}

/** The files of a page, by name. */
export async function pageFiles(contender: Contender, task: PageTask): Promise<Record<string, Uint8Array | string>> {
  const files: Record<string, Uint8Array | string> = {
    '': '<!doctype html><script type="module" src="/page.js"></script>',
    'page.js': await bundle(harness(contender, task), contender.folder),
    model: await readFile(`${task.model}${contender.model(task.size)}`),
    ...Object.fromEntries(await filesOf(contender.wasm)),
  };
  for (const [name, source] of Object.entries(contender.scripts ?? {})) {
    files[name] = await bundle(`import './${source}';`, contender.folder);
  }
  return files;
}
