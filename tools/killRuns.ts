/**
 * `fastsam val` and `fastsam study` killed with SIGKILL at random moments and run again, a study by `--resume`: results and
 * records must be those of an undisturbed run, and no part of a file may carry its final name.
 *
 *   npx tsx tools/killRuns.ts [--short] [--kills 10] [--images 200] [--seed 1]
 *
 * `--short` is 2 kills and 24 images.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { randomSource } from '../src/geometry/random.js';
import { compare, imageNames, makeImages, startFastsam } from './support.js';

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    kills: { type: 'string' },
    images: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});
const kills = Number(values.kills ?? (values.short ? 2 : 10));
const count = Number(values.images ?? (values.short ? 24 : 200));
const random = randomSource(Number(values.seed));
const DETECTION = ['--imgsz', '64', '--device', 'cpu'];

/** Runs a command; kills it after a share of the time that an undisturbed run takes, if given. */
async function run(args: readonly string[], killAfter?: number) {
  const { child, ended } = startFastsam([...args, ...DETECTION]);
  if (killAfter !== undefined) {
    await Promise.race([ended, setTimeout(1000 * killAfter)]);
    if (child.exitCode === null) process.kill(-(child.pid ?? NaN), 'SIGKILL');
  }
  return ended;
}

/** What a run wrote, times aside. */
async function written(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith('.')).sort();
  const texts = names.map(async (name) => {
    const text = await readFile(join(folder, name), name.endsWith('.png') ? 'base64' : 'utf8');
    return [name, text.replace(/"(?:speed|ms|time|seconds)":\s*(?:\{[^}]*\}|[\d.]+),?/g, '')] as const;
  });
  return Object.fromEntries(await Promise.all(texts));
}

/** Kills a command again and again, each time from where the last one was ended. */
async function tryKills(name: string, args: readonly string[], resume: readonly string[], work: string): Promise<void> {
  const [calm, killed] = [join(work, `${name}-calm`), join(work, `${name}-killed`)];
  const whole = await run([...args, '--out', calm]);
  compare(`${name}: exit code of the undisturbed run`, whole.code, 0);
  const expected = await written(calm);
  let ended = 0;
  for (let i = 0; i < kills; i++) {
    const { code } = await run([...args, '--out', killed, ...resume], whole.seconds * (0.3 + 0.7 * random()));
    if (code === 'SIGKILL') ended++;
    const parts = Object.entries(await written(killed)).filter(
      ([file, text]) => !file.endsWith('.jsonl') && text !== expected[file],
    );
    compare(
      `${name}: parts of files after kill ${i + 1}`,
      parts.map(([file]) => file),
      [],
    );
  }
  const last = await run([...args, '--out', killed, ...resume]);
  compare(`${name}: exit code of the last run`, last.code, 0);
  const found = await written(killed);
  const differing = Object.keys({ ...expected, ...found }).filter((file) => found[file] !== expected[file]);
  compare(`${name}: files that differ from the undisturbed run`, differing, []);
  const left = (await readdir(killed)).filter((file) => file.startsWith('.'));
  compare(`${name}: temporary files`, left, []);
  console.log(`${name}: ${ended} of ${kills} runs ended by SIGKILL, ${Object.keys(expected).length} files`);
}

/** A YOLO data set of small images with one outline each. */
async function makeDataset(folder: string): Promise<string> {
  const names = imageNames(count);
  await makeImages(join(folder, 'images', 'val'), names);
  for (const [i, name] of names.entries()) {
    const path = join(folder, 'labels', 'val', name.replace('.jpg', '.txt'));
    if (i % 100 === 0) await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, '0 0.2 0.2 0.8 0.2 0.8 0.8 0.2 0.8\n');
  }
  const yaml = join(folder, 'data.yaml');
  await writeFile(yaml, `path: ${folder}\ntrain: images/val\nval: images/val\nnames: [object]\n`);
  return yaml;
}

/** COCO annotations of the same images, as the proposal study reads them. */
async function makeAnnotations(folder: string): Promise<string> {
  const outline = [24, 20, 96, 20, 96, 80, 24, 80];
  const images = imageNames(count).map((file_name, id) => ({ id, file_name, width: 120, height: 100 }));
  const annotations = images.map(({ id }) => ({
    ...{ id, image_id: id, category_id: 1, iscrowd: 0, area: 4320, bbox: [24, 20, 72, 60], segmentation: [outline] },
  }));
  const path = join(folder, 'instances.json');
  await writeFile(path, JSON.stringify({ images, annotations, categories: [{ id: 1, name: 'object' }] }));
  return path;
}

const work = await mkdtemp(join(tmpdir(), 'fastsam-kills-'));
try {
  const data = join(work, 'data');
  const yaml = await makeDataset(data);
  const annotations = await makeAnnotations(data);
  await tryKills('val', ['val', yaml], [], work);
  const study = ['study', 'proposals', annotations, join(data, 'images', 'val')];
  await tryKills('study', study, ['--resume'], work);
} finally {
  await rm(work, { recursive: true, force: true });
}
