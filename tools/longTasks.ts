/**
 * How long a page is held up while a worker segments a large picture, in headless Chromium.
 *
 *   npx tsx tools/longTasks.ts                        12 megapixels at 1024: file, element, bitmap, pixels; beside the main entry
 *   npx tsx tools/longTasks.ts --imgsz 640 --no-main  another size; the worker alone
 *
 * A long task is one of 50 ms or more, as PerformanceObserver tells them. Prints the longest of each, and the longest time
 * between two ticks of a 10 ms timer, which on a busy machine is longer than the page's own work. Also prints what the page
 * downloads.
 */
import { gzipSync } from 'node:zlib';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { chromium, resultOfPage } from '../test/support/chromium.js';
import { bundle, workerFiles } from './browser/workerFiles.js';
import { join } from 'node:path';
import { repository } from './support.js';

const { values: args } = parseArgs({
  options: { imgsz: { type: 'string', default: '1024' }, main: { type: 'boolean', default: true } },
  allowNegative: true,
});

interface Row {
  readonly what: string;
  readonly ms: number;
  readonly objects: number;
  readonly longestTask: number;
  readonly longestGap: number;
}

function middleRuns(all: readonly Row[]): Row[] {
  const names = [...new Set(all.map(({ what }) => what))];
  return names.map((name) => {
    const runs = all.filter(({ what }) => what === name).sort((a, b) => a.longestTask - b.longestTask);
    return runs[Math.floor(runs.length / 2)];
  });
}

if (chromium === undefined) throw new Error('no Chromium here; install one');
const script = `
  const imgsz = ${Number(args.imgsz)};
  const tasks = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries())).observe({ type: 'longtask', buffered: false });
  const rows = [];
  async function measure(what, work) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    tasks.length = 0;
    let last = performance.now(), gap = 0;
    const timer = setInterval(() => { const now = performance.now(); gap = Math.max(gap, now - last); last = now; }, 10);
    const start = performance.now();
    const scene = await work();
    const ms = performance.now() - start;
    await new Promise((resolve) => setTimeout(resolve, 300));
    clearInterval(timer);
    const longestTask = Math.max(0, ...tasks.map(({ duration }) => duration));
    rows.push({ what, ms, objects: scene.length, longestTask, longestGap: gap });
  }
  const blob = await (await fetch('/large.jpg')).blob();
  const image = new Image();
  image.src = '/large.jpg';
  await image.decode();
  const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight).getContext('2d');
  canvas.drawImage(image, 0, 0);
  const model = await FastSAM.load('/demo.safetensors', { device: 'wasm' });
  const inputs = { file: () => blob, address: () => '/large.jpg', element: () => image, canvas: () => canvas.canvas, bitmap: () => createImageBitmap(blob) };
  for (const [what, input] of Object.entries(inputs)) {
    const given = await input();
    for (let run = 0; run < 3; run++) await measure('worker, ' + what, () => model.segment(given, { imgsz }));
  }
  const bitmap = await createImageBitmap(blob);
  await measure('worker, bitmap, transfer', () => model.segment(bitmap, { imgsz, transfer: true }));
  const pixels = canvas.getImageData(0, 0, image.naturalWidth, image.naturalHeight);
  await measure('worker, ImageData', () => model.segment(pixels, { imgsz }));
  model.dispose();
  ${args.main ? "const main = await Main.load('/demo.safetensors', { device: 'wasm' }); await measure('main entry, file', () => main.segment(blob, { imgsz }));" : ''}
  await report({ rows });`;
const files = await workerFiles(script, { weights: join(repository, 'weights/demo.safetensors'), main: args.main });
const large = await sharp(join(repository, 'examples/coins.png'))
  .removeAlpha()
  .resize(4000, 3000, { fit: 'fill' })
  .jpeg()
  .toBuffer();
const { rows } = await resultOfPage<{ rows: readonly Row[] }>({ ...files, 'large.jpg': large });
// Of three runs the middle one: other programs of a busy machine hold a page up, too.
for (const { what, ms, objects, longestTask, longestGap } of middleRuns(rows)) {
  const times = [ms, longestTask, longestGap].map((time) => `${time.toFixed(0)} ms`);
  console.log(
    `${what.padEnd(26)} ${objects} objects in ${times[0]}; longest task ${times[1]}, longest gap ${times[2]}`,
  );
}
const page = await bundle("export { FastSAM } from './src/entry/worker.browser.ts';");
const worker = await bundle("import './src/worker/browserProgram.ts';");
for (const [what, code] of Object.entries({ page, worker })) {
  console.log(
    `${what}: ${(code.length / 1000).toFixed(0)} kB, ${(gzipSync(code, { level: 9 }).length / 1000).toFixed(1)} kB gzipped`,
  );
}
