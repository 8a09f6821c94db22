/**
 * Whether ffmpeg decodes and encodes while the thread of JavaScript is held up, as TensorFlow's library does while it runs
 * a network; and whether memory stays flat.
 *
 *     npx tsx tools/bench/videoOverlap.ts overlap [--size 1920x1080] [--frames 150] [--work 60]
 *     npx tsx tools/bench/videoOverlap.ts memory [--size 640x360] [--frames 10000]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createVideo, openVideo, type RgbImage } from '../../src/index.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { size: { type: 'string' }, frames: { type: 'string' }, work: { type: 'string' } },
});
const folder = mkdtempSync(join(tmpdir(), 'fastsam-overlap-'));

/** What takes a frame's place in the network: it blocks the event loop. */
type Work = (() => void) | undefined;

/** Uses a core, as a network on the CPU does. */
function busy(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** Uses none, as a network on the GPU does. */
function blocked(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** A clip with movement everywhere, in H.264. */
function makeClip(size: string, frames: number): string {
  const path = join(folder, 'clip.mp4');
  const source = ['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=25`, '-frames:v', String(frames)];
  const { status, stderr } = spawnSync('ffmpeg', ['-v', 'error', ...source, '-preset', 'veryfast', path]);
  if (status !== 0) throw new Error(stderr.toString());
  return path;
}

/** The frames of a clip, one image again and again without one. */
async function* images(clip: string | undefined, frames: number, size: string): AsyncGenerator<RgbImage, void> {
  if (clip !== undefined) {
    for await (const { image } of await openVideo(clip)) yield image;
    return;
  }
  const [width, height] = size.split('x').map(Number);
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i >> 6) & 255);
  for (let i = 0; i < frames; i++) yield { data, width, height };
}

interface Job {
  readonly clip?: string;
  readonly write: boolean;
  readonly work?: Work;
  readonly frames: number;
  readonly size: string;
  readonly onFrame?: (count: number) => void;
}

/** @returns milliseconds a frame, the median. */
async function measure({ clip, write, work, frames, size, onFrame }: Job): Promise<number> {
  const [width, height] = size.split('x').map(Number);
  const sink = write ? await createVideo(join(folder, 'out.mp4'), { width, height, fps: 25 }) : undefined;
  const times: number[] = [];
  let began: number | undefined;
  for await (const image of images(clip, frames, size)) {
    work?.();
    await sink?.write(image);
    const now = performance.now();
    if (began !== undefined) times.push(now - began);
    began = now;
    onFrame?.(times.length + 1);
  }
  await sink?.finish();
  return times.sort((a, b) => a - b)[times.length >> 1];
}

async function overlap(size: string, frames: number, work: number): Promise<void> {
  const clip = makeClip(size, frames);
  const kinds = { 'a busy core': () => { busy(work); }, 'a wait': () => { blocked(work); } }; // prettier-ignore
  const show = async (name: string, job: Partial<Job>): Promise<void> => {
    const time = await measure({ frames, size, write: false, ...job });
    console.log(`${name.padEnd(38)} ${time.toFixed(1).padStart(6)} ms a frame`);
  };
  await show('reading', { clip });
  await show('writing', { write: true });
  await show('reading and writing', { clip, write: true });
  for (const [name, doWork] of Object.entries(kinds)) {
    await show(name, { work: doWork });
    await show(`reading, ${name}`, { clip, work: doWork });
    await show(`${name}, writing`, { work: doWork, write: true });
    await show(`reading, ${name}, writing`, { clip, work: doWork, write: true });
  }
}

async function memory(size: string, frames: number): Promise<void> {
  const clip = makeClip(size, frames);
  const samples: number[] = [];
  await measure({
    ...{ clip, write: true, frames, size },
    onFrame: (count) => {
      if (count % Math.ceil(frames / 10) === 0) samples.push(Math.round(process.memoryUsage.rss() / 1e6));
    },
  });
  console.log(`${frames} frames of ${size}, read and written; MB in memory at every tenth: ${samples.join(' ')}`);
}

try {
  if (positionals[0] === 'memory') await memory(values.size ?? '640x360', Number(values.frames ?? 10_000));
  else await overlap(values.size ?? '1920x1080', Number(values.frames ?? 150), Number(values.work ?? 60));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
