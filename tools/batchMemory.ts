/**
 * Rate of `fastsam batch` and memory of the process that hands out the images, over many tiny images (hard links to a
 * few files). Linux only.
 *
 *   npx tsx tools/batchMemory.ts [--images 20000] [--workers 2] [--imgsz 64] [--device cpu]
 */
import { spawn } from 'node:child_process';
import { link, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { MAIN, repository, SCENES } from './support.js';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '20000' },
    workers: { type: 'string', default: '2' },
    imgsz: { type: 'string', default: '64' },
    device: { type: 'string', default: 'cpu' },
  },
});

async function makeImages(folder: string, seeds: string, count: number): Promise<void> {
  await mkdir(seeds);
  for (const name of SCENES) {
    await sharp(join(repository, 'test/golden/scenes', name))
      .resize(96, 96)
      .jpeg()
      .toFile(join(seeds, `${name}.jpg`));
  }
  for (let i = 0; i < count; i++) {
    const below = join(folder, String(Math.floor(i / 1000)).padStart(4, '0'));
    if (i % 1000 === 0) await mkdir(below, { recursive: true });
    const seed = join(seeds, `${SCENES[i % SCENES.length]}.jpg`);
    await link(seed, join(below, `${String(i).padStart(7, '0')}.jpg`));
  }
}

/** Peak of a process' resident memory so far, MiB; undefined once it has ended. */
async function peakOf(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const found = /^VmHWM:\s+(\d+) kB/m.exec(status);
  return found ? Number(found[1]) / 1024 : undefined;
}

const work = await mkdtemp(join(tmpdir(), 'fastsam-batch-'));
try {
  const images = join(work, 'images');
  await makeImages(images, join(work, 'seeds'), Number(values.images));
  const settings = ['--workers', values.workers, '--imgsz', values.imgsz, '--device', values.device];
  for (const what of ['whole', 'resumed']) {
    const args = ['batch', images, '--out', join(work, 'out'), '--resume', ...settings];
    const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
      cwd: repository,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const start = performance.now();
    let peak: number | undefined;
    const ended = new Promise<void>((resolve) => child.on('close', resolve));
    for (let running = true; running;) {
      running = await Promise.race([ended.then(() => false), setTimeout(100, true)]);
      peak = (await peakOf(child.pid ?? NaN)) ?? peak;
    }
    const seconds = (performance.now() - start) / 1000;
    console.log(`${what}: ${seconds.toFixed(0)} s, peak ${peak?.toFixed(0) ?? '?'} MiB`);
  }
} finally {
  await rm(work, { recursive: true, force: true });
}
