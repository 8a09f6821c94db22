/**
 * The proof of `fastsam batch`: many images, two of them corrupt, the whole run killed with SIGKILL at random moments and
 * gone on with; its folder must equal that of an undisturbed run, byte for byte.
 *
 *   npx tsx tools/batchKill.ts [--images 2000] [--kills 10] [--workers 2] [--imgsz 64] [--device cpu] [--seed 1]
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { randomSource } from '../src/geometry/random.js';
import { MAIN, recordedIn, repository, SCENES, type Ended } from './support.js';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '2000' },
    kills: { type: 'string', default: '10' },
    workers: { type: 'string', default: '2' },
    imgsz: { type: 'string', default: '64' },
    device: { type: 'string', default: 'cpu' },
    seed: { type: 'string', default: '1' },
  },
});
const random = randomSource(Number(values.seed));

/** Crops of the scenes, half of them mirrored, in folders of a hundred; the 17th and the 18th from the end are corrupt. */
async function makeImages(folder: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const path = join(folder, String(Math.floor(i / 100)).padStart(3, '0'), `${String(i).padStart(5, '0')}.jpg`);
    await mkdir(dirname(path), { recursive: true });
    const source = sharp(join(repository, 'test/golden/scenes', SCENES[i % SCENES.length]));
    const { width, height } = await source.metadata();
    const side = 120 + Math.floor(random() * 100);
    const left = Math.floor(random() * (width - side));
    const top = Math.floor(random() * (height - side));
    source.extract({ left, top, width: side, height: side });
    if (random() < 0.5) source.flop();
    const bytes = await source.jpeg({ quality: 90 }).toBuffer();
    await writeFile(path, i === 16 || i === count - 18 ? bytes.subarray(0, bytes.length >> 1) : bytes);
  }
}

/** Runs the batch; kills all of its processes a random moment after so many images are recorded, if given. */
function runBatch(images: string, out: string, killAfter?: number): Promise<Omit<Ended, 'stdout'>> {
  const start = performance.now();
  const settings = ['--workers', values.workers, '--imgsz', values.imgsz, '--device', values.device];
  const args = ['--import', 'tsx', MAIN, 'batch', images, '--out', out, '--format', 'json,coco', '--resume'];
  // A group of its own, so that the kill reaches the workers in the same moment: as when the machine is lost.
  const child = spawn(process.execPath, [...args, ...settings], {
    cwd: repository,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  let running = true;
  const watch = async (count: number): Promise<void> => {
    while (running && (await recordedIn(out)).length < count) await setTimeout(20);
    await setTimeout(200 * random());
    if (running) process.kill(-(child.pid ?? NaN), 'SIGKILL');
  };
  if (killAfter !== undefined) void watch(killAfter);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      running = false;
      resolve({ code: code ?? signal ?? '', seconds: (performance.now() - start) / 1000, stderr });
    });
  });
}

/** SHA-256 of every file by its path, the record of what happened when aside. */
async function fingerprint(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found = new Map<string, string>();
  for (const file of files.sort()) {
    const name = relative(folder, file);
    if (/^\.batch[/\\]journal/.test(name)) continue;
    found.set(
      name,
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    );
  }
  return found;
}

const work = await mkdtemp(join(tmpdir(), 'fastsam-batch-'));
try {
  const [images, calm, killed] = ['images', 'calm', 'killed'].map((name) => join(work, name));
  await makeImages(images, Number(values.images));
  const whole = await runBatch(images, calm);
  console.log(`undisturbed: exit code ${whole.code}, ${whole.seconds.toFixed(0)} s`);
  console.log(whole.stderr.trim().split('\n').slice(-2).join('\n'));
  const moments = Array.from({ length: Number(values.kills) }, () => Math.floor(random() * Number(values.images)));
  for (const [i, moment] of moments.sort((x, y) => x - y).entries()) {
    const { code, seconds } = await runBatch(images, killed, moment);
    const recorded = (await recordedIn(killed)).length;
    console.log(`run ${i + 1}: ended with ${code} after ${seconds.toFixed(1)} s, ${recorded} images recorded`);
  }
  const last = await runBatch(images, killed);
  console.log(`last run: exit code ${last.code}, ${last.seconds.toFixed(0)} s`);
  const a = await fingerprint(calm);
  const b = await fingerprint(killed);
  const differing = [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name));
  const recorded = await recordedIn(killed);
  const repeated = recorded.length - new Set(recorded).size;
  console.log(
    `${a.size} files, ${differing.length} differ${differing
      .slice(0, 5)
      .map((name) => ` ${name}`)
      .join('')}; ${repeated} recorded images repeated`,
  );
  if (differing.length > 0 || repeated > 0 || whole.code !== 1 || last.code !== 1) process.exitCode = 1;
} finally {
  await rm(work, { recursive: true, force: true });
}
