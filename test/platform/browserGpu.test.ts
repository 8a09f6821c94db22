/**
 * WebGL and WebGPU in a browser (headless Chromium, where the CPU stands in for the GPU): shaders are counted, by the browser's
 * own functions, and the caller's TensorFlow.js is left as it was.
 */
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FastSAM } from '../../src/index.js';
import { chromium, chromiumNote, resultOfPage } from '../support/chromium.js';
import { repository, scene } from '../support/paths.js';

const SIZE = 96;
const PHOTO = { width: 600, height: 400 };
const require = createRequire(import.meta.url);

const BACKEND = '@tensorflow/tfjs-backend-webgpu';
const webGpuBackend = ((): string | undefined => {
  try {
    return dirname(dirname(require.resolve(BACKEND)));
  } catch {
    return undefined;
  }
})();

const FLAGS = [
  ...['--use-gl=angle', '--use-angle=swiftshader', '--enable-features=Vulkan'],
  ...['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
];

/** What a step of the page made. */
interface Step {
  /** Programs that were linked, pipelines that were asked for one by one, and side by side. */
  readonly linked: number;
  readonly waited: number;
  readonly parallel: number;
}

interface Found {
  readonly absent?: string;
  readonly device: string;
  readonly steps: Readonly<Record<string, Step>>;
  readonly warmup: { readonly shaders: number };
  readonly progress: readonly (readonly [number, number])[];
  readonly objects: readonly { readonly box: number[]; readonly area: number }[];
  readonly flagsBefore: Readonly<Record<string, unknown>>;
  readonly flagsAfter: Readonly<Record<string, unknown>>;
  readonly backendBefore: string;
  readonly backendAfter: string;
  readonly tensorsBefore: number;
  readonly tensorsAfter: number;
}

const page = (device: string, warm: boolean): string => `
import * as tf from '@tensorflow/tfjs';
${device === 'webgpu' ? `import '${BACKEND}';` : ''}
import { FastSAM } from './src/index.browser.js';
const post = (value) => fetch('/result', { method: 'POST', body: JSON.stringify(value) });
const count = { linked: 0, waited: 0, parallel: 0 };
function counted(owner, method, name) {
  const real = owner?.prototype[method];
  if (real) owner.prototype[method] = function (...args) { count[name]++; return real.apply(this, args); };
}
counted(globalThis.WebGL2RenderingContext, 'linkProgram', 'linked');
counted(globalThis.GPUDevice, 'createComputePipeline', 'waited');
counted(globalThis.GPUDevice, 'createComputePipelineAsync', 'parallel');
const steps = {};
async function step(name, work) {
  const before = { ...count };
  const result = await work();
  steps[name] = Object.fromEntries(Object.entries(count).map(([key, value]) => [key, value - before[key]]));
  return result;
}
const FLAGS = ['PROD', 'WEBGL_USE_SHAPES_UNIFORMS', 'ENGINE_COMPILE_ONLY', 'WASM_HAS_MULTITHREAD_SUPPORT'];
const flags = () => Object.fromEntries(FLAGS.map((name) => {
  try { return [name, tf.env().get(name)]; } catch { return [name, 'unknown']; }
}));
try {
  if ('${device}' === 'webgpu' && !(await navigator.gpu?.requestAdapter())) await post({ absent: 'no WebGPU adapter in this Chromium' });
  await tf.setBackend('cpu');
  const before = { flagsBefore: flags(), backendBefore: tf.getBackend(), tensorsBefore: tf.memory().numTensors };
  const model = await FastSAM.load(new URL('demo', location), { device: '${device}' });
  const progress = [];
  const options = { imgsz: ${SIZE}, conf: 0.25, iou: 0.7 };
  const warmup = ${warm} ? await step('warmup', () => model.warmup([${JSON.stringify(PHOTO)}], {
    imgsz: ${SIZE}, onProgress: (done, total) => progress.push([done, total]) })) : { shaders: 0 };
  const results = await step('first', () => model.segment(new URL('coffee', location), options));
  await step('many', () => model.segment(new URL('coffee', location), { ...options, conf: 0.001, iou: 1, maxDet: 40 }));
  const objects = [...results];
  const found = objects.map(({ box, mask }) => ({ box: [...box], area: mask.area }));
  const { device } = model.info;
  model.dispose();
  await post({ ...before, device, steps, warmup, progress, objects: found,
    flagsAfter: flags(), backendAfter: tf.getBackend(), tensorsAfter: tf.memory().numTensors });
} catch (error) {
  await post({ error: String(error?.stack ?? error) });
}`;

async function open(device: 'webgl' | 'webgpu', { warm }: { warm: boolean }): Promise<Found> {
  const core = dirname(dirname(require.resolve('@tensorflow/tfjs-core')));
  const { outputFiles } = await build({
    stdin: { contents: page(device, warm), resolveDir: repository(''), loader: 'ts' },
    ...{ bundle: true, write: false, format: 'esm', platform: 'browser', conditions: ['browser'], logLevel: 'silent' },
    alias: { '@tensorflow/tfjs-core': core, ...(webGpuBackend !== undefined && { [BACKEND]: webGpuBackend }) },
  });
  return resultOfPage<Found>(
    {
      '': '<!doctype html><meta charset="utf-8"><script type="module" src="page.js"></script>',
      'page.js': outputFiles[0].text,
      demo: readFileSync(repository('test/golden/networks/demo.safetensors')),
      coffee: readFileSync(scene('coffee.jpg')),
    },
    { flags: FLAGS },
  );
}

const sumOf = ({ linked, waited, parallel }: Step): number => linked + waited + parallel;

async function expectNodesObjects({ objects }: Found): Promise<void> {
  const model = await FastSAM.load('demo', { device: 'wasm' });
  const expected = await model.segment(scene('coffee.jpg'), { imgsz: SIZE, conf: 0.25, iou: 0.7 });
  model.dispose();
  expect(objects.length).toBeGreaterThan(0);
  expect(objects.length).toBe(expected.length);
  for (const [i, { box, mask }] of [...expected].entries()) {
    expect(Float32Array.from(objects[i].box)).toBeAllclose(Float32Array.from(box), { rtol: 0, atol: 0.05 });
    expect(Math.abs(objects[i].area - mask.area) / mask.area).toBeLessThan(0.005);
  }
}

function expectCallersTfjs(found: Found): void {
  expect(found.backendBefore).toBe('cpu');
  expect(found.backendAfter).toBe('cpu');
  expect(found.flagsAfter).toEqual(found.flagsBefore);
  expect(found.tensorsAfter).toBe(found.tensorsBefore);
}

describe.skipIf(chromium === undefined)(`WebGL${chromiumNote}`, () => {
  test('after a warm-up no image compiles a shader, masks included; the caller gets tfjs back', async () => {
    const found = await open('webgl', { warm: true });
    expect(found.device).toBe('webgl');
    expect(found.warmup.shaders).toBeGreaterThan(50);
    expect(found.steps.warmup.linked).toBe(found.warmup.shaders); // none is left to the real run
    expect(sumOf(found.steps.first)).toBe(0);
    expect(sumOf(found.steps.many)).toBe(0);
    const { progress } = found;
    expect(progress.at(-1)).toEqual([found.warmup.shaders, found.warmup.shaders]);
    expect(progress.every(([done], i) => i === 0 || done >= progress[i - 1][0])).toBe(true);
    expectCallersTfjs(found);
    await expectNodesObjects(found);
  }, 300_000);

  test('without one, the first image compiles fewer shaders than layers have sizes, and the second none', async () => {
    const found = await open('webgl', { warm: false });
    expect(found.steps.first.linked).toBeGreaterThan(50);
    expect(found.steps.first.linked).toBeLessThan(140); // 189 where every size is a part of the shader
    expect(sumOf(found.steps.many)).toBe(0);
    await expectNodesObjects(found);
  }, 300_000);
});

const absent = chromium === undefined ? chromiumNote : webGpuBackend === undefined ? ` (skipped: no ${BACKEND})` : '';

describe.skipIf(absent !== '')(`WebGPU${absent}`, () => {
  test('after a warm-up no image compiles a pipeline, and all were compiled side by side', async ({ skip }) => {
    const found = await open('webgpu', { warm: true });
    if (found.absent !== undefined) skip(found.absent);
    expect(found.device).toBe('webgpu');
    expect(found.warmup.shaders).toBeGreaterThan(20);
    expect(found.steps.warmup).toEqual({ linked: 0, waited: 0, parallel: found.warmup.shaders });
    expect(sumOf(found.steps.first)).toBe(0);
    expect(sumOf(found.steps.many)).toBe(0);
    expectCallersTfjs(found);
    await expectNodesObjects(found);
  }, 600_000);
});
