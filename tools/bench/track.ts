/**
 * Frames a second of `track`, beside Ultralytics' `track` in turns: the same clip, weights, size, thresholds and tracker
 * (BoT-SORT), results that are looked at and thrown away.
 *
 *   tools/bench/setup.sh                                 once: the peers
 *   npx tsx tools/bench/track.ts                         demo (320) and s (640), 640 x 360 and 1080p
 *   npx tsx tools/bench/track.ts --models demo --sizes 640x360 --frames 50 --rounds 3 --retina
 *   npx tsx tools/bench/track.ts --soak 10000            memory over so many frames, without the peer
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { examplePath } from '../../src/cli/bench/images.js';
import { summarize } from '../../src/cli/bench/statistics.js';
import { FastSAM, openVideo, type Frame, type Results } from '../../src/index.js';
import { demoModel, FOLDER, python, randomModel } from './models.js';
import { startPeer } from './pythonPeer.js';

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: 'demo,s' },
    sizes: { type: 'string', default: '640x360,1920x1080' },
    frames: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '3' },
    retina: { type: 'boolean', default: false },
    soak: { type: 'string' },
  },
});

/** What tracking a clip once took. */
interface Cost {
  /** Seconds. */
  readonly wall: number;
  /** Seconds of all processors, ffmpeg's included. */
  readonly cpu: number;
  readonly frames: number;
  /** Of all frames. */
  readonly objects: number;
}

const IMGSZ: Readonly<Record<string, number>> = { demo: 320, s: 640 };
const SAMPLES = 10;

/** Three pieces of an image that move over another one. */
function makeClip(size: string, frames: number): string {
  const path = join(FOLDER, `track-${size}-${frames}.mp4`);
  if (existsSync(path)) return path;
  mkdirSync(FOLDER, { recursive: true });
  const [width, height] = size.split('x').map(Number);
  const side = Math.round(height / 4);
  const pieces = [0, 1, 2].map((i) => `[1:v]crop=70:70:${20 + 90 * i}:20,scale=${side}:${side}[p${i}]`);
  const place = (i: number) =>
    `x='(W-w)*(0.5+0.5*sin(${0.7 + 0.3 * i}*t+${2 * i}))':y='(H-h)*(0.5+0.5*cos(${0.9 - 0.2 * i}*t+${i}))'`;
  const layers = [0, 1, 2].map((i) => `[${i === 0 ? 'bg' : `l${i - 1}`}][p${i}]overlay=${place(i)}[l${i}]`);
  const graph = [`[0:v]scale=${width}:${height}[bg]`, ...pieces, ...layers].join(';');
  const still = (name: string) => ['-loop', '1', '-framerate', '25', '-i', examplePath(name)];
  execFileSync('ffmpeg', [
    ...['-v', 'error', '-y', ...still('rocket.jpg'), ...still('coins.png'), '-filter_complex', graph, '-map', '[l2]'],
    ...['-frames:v', String(frames), '-c:v', 'libx264', '-pix_fmt', 'yuv420p', path],
  ]);
  return path;
}

/** Seconds of processors that this process and its children that have ended took. */
function cpuSeconds(): number {
  const [, after] = readFileSync('/proc/self/stat', 'utf8').split(') ');
  const ticks = after.split(' ').slice(11, 15).map(Number);
  return ticks.reduce((sum, one) => sum + one, 0) / 100;
}

async function ours(model: FastSAM, clip: string, imgsz: number): Promise<Cost> {
  const [began, used] = [performance.now(), cpuSeconds()];
  let [frames, objects] = [0, 0];
  for await (const results of model.track(clip, { imgsz, retinaMasks: values.retina })) {
    frames++;
    objects += results.length;
  }
  return { wall: (performance.now() - began) / 1000, cpu: cpuSeconds() - used, frames, objects };
}

const median = (list: readonly number[]): number => summarize(list)?.median ?? NaN;

async function compare(name: string, size: string): Promise<void> {
  const clip = makeClip(size, Number(values.frames));
  const base = name === 'demo' ? demoModel() : randomModel(name as 's', []);
  const interpreter = python();
  const imgsz = IMGSZ[name] ?? 640;
  const model = await FastSAM.load(`${base}.safetensors`, { device: 'cpu' });
  const args = [`${base}.pt`, clip, String(imgsz), String(values.retina), String(os.cpus().length)];
  const other = interpreter === undefined ? undefined : startPeer<Cost>(interpreter, 'track.py', args);
  const turns: { readonly mine: Cost; readonly theirs: Cost | undefined }[] = [];
  try {
    for (let round = 0; round <= Number(values.rounds); round++) {
      turns.push({ mine: await ours(model, clip, imgsz), theirs: await other?.turn() });
    }
  } finally {
    other?.end();
    model.dispose();
  }
  report(`${name} (${imgsz}), ${size}`, turns.slice(1)); // the first one warms up
}

function report(title: string, turns: readonly { readonly mine: Cost; readonly theirs: Cost | undefined }[]): void {
  const rate = (costs: readonly Cost[]): string => {
    const objects = (costs[0].objects / costs[0].frames).toFixed(1);
    return `${median(costs.map(({ frames, wall }) => frames / wall)).toFixed(1)} frames/s, ${objects} objects a frame`;
  };
  const line = [`${title}: ${rate(turns.map(({ mine }) => mine))}`];
  const both = turns.flatMap(({ mine, theirs }) => (theirs ? [{ mine, theirs }] : []));
  if (both.length > 0) {
    const ratio = (of: (cost: Cost) => number): string =>
      median(both.map(({ mine, theirs }) => of(mine) / mine.frames / (of(theirs) / theirs.frames))).toFixed(2);
    line.push(`Ultralytics ${rate(both.map(({ theirs }) => theirs))}`);
    line.push(`time ${ratio(({ wall }) => wall)}, CPU time ${ratio(({ cpu }) => cpu)} of its`);
  }
  console.log(line.join('; '));
}

/** Frames of a clip again and again, forwards and backwards so that nothing jumps. */
function* endless(frames: readonly Frame[], count: number): Generator<Frame> {
  const period = 2 * (frames.length - 1);
  for (let index = 0; index < count; index++) {
    const place = index % period;
    yield { image: frames[place < frames.length ? place : period - place].image, index };
  }
}

async function soak(count: number): Promise<void> {
  const frames: Frame[] = [];
  for await (const frame of await openVideo(makeClip('320x180', 50))) frames.push(frame);
  const model = await FastSAM.load('demo', { device: 'cpu' });
  const began = performance.now();
  let lastId = 0;
  const sample = ({ frame }: Results): void => {
    const done = (frame?.index ?? 0) + 1;
    if (done % Math.ceil(count / SAMPLES) !== 0) return;
    globalThis.gc?.();
    const megabytes = (process.memoryUsage.rss() / 1e6).toFixed(0);
    console.log(
      `${done} frames, ${((performance.now() - began) / 1000).toFixed(0)} s: ${megabytes} MB, ids to ${lastId}`,
    );
  };
  for await (const results of model.track(endless(frames, count), { imgsz: 160 })) {
    lastId = results.trackIds?.reduce((last, id) => Math.max(last, id), lastId) ?? lastId;
    sample(results);
  }
  model.dispose();
}

if (values.soak !== undefined) await soak(Number(values.soak));
else {
  for (const name of values.models.split(',')) {
    for (const size of values.sizes.split(',')) await compare(name, size);
  }
}
