/** `fastsam batch` as it is called: what it writes, goes on with, refuses, and survives. */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeRle, usePlatform, type CocoFile } from '../../../src/index.js';
import { nodePlatform } from '../../../src/platform/node.js';
import { boundingBox } from '../../../src/mask/setOps.js';
import type { Sa1bFile } from '../../../src/batch/sa1b.js';
import { violations } from '../../results/schema.js';
import { repository, workFolder } from '../cli.js';
import { batch, contents, FAST, makePictures, recorded } from './folder.js';

usePlatform(nodePlatform);
const folder = workFolder();
const pictures = join(folder, 'in');
const calm = join(folder, 'calm');
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const NAMES = Array.from({ length: 26 }, (_, i) => `${['', 'a/', 'a/b/'][i % 3]}${i}.jpg`);
const ALL = [...NAMES, 'a/torn.jpg', 'torn.jpg', 'a/0.jpg', 'a/0.jpeg', 'manifest.jpg'];
const FORMATS = ['--format', 'json,coco'];

beforeAll(async () => {
  await makePictures(pictures, ALL);
  const { code, stderr } = await batch([pictures, '--out', calm, ...FORMATS]);
  expect([code, stderr]).toEqual([1, expect.stringContaining('29 of 31 pictures done, 2 failed')]);
});

describe('an undisturbed run', () => {
  test('files mirror the pictures and none meets another', () => {
    const files = Object.keys(contents(calm));
    expect(files.filter((name) => !name.startsWith('.batch'))).toHaveLength(29 + 4);
    expect(files).toEqual(expect.arrayContaining(['a/0.jpg.json', 'a/0.jpeg.json', 'manifest.jpg.json', 'a/b/2.json']));
    const schema = JSON.parse(readFileSync(repository('docs/results.schema.json'), 'utf8')) as { required: string[] };
    schema.required = schema.required.filter((name) => name !== 'speed'); // times would differ from run to run
    const record: unknown = JSON.parse(readFileSync(join(calm, 'a', '1.json'), 'utf8'));
    expect(violations(record, schema)).toEqual([]);
    expect(record).toMatchObject({ image: { path: 'a/1.jpg', width: 121, height: 102 }, model: 'demo', imgsz: 64 });
  });

  test('the merged COCO file is a data set that agrees with itself', () => {
    const coco = JSON.parse(readFileSync(join(calm, 'coco.json'), 'utf8')) as CocoFile;
    expect(coco.images).toHaveLength(29);
    expect(coco.annotations.map(({ id }) => id)).toEqual(coco.annotations.map((_, i) => i + 1));
    const summary = JSON.parse(readFileSync(join(calm, 'summary.json'), 'utf8')) as { objects: number };
    expect(coco.annotations.length).toBe(summary.objects);
    expect(summary.objects).toBeGreaterThan(29); // more than one a picture
    const ids = new Set(coco.images.map(({ id }) => id));
    expect(coco.annotations.every((annotation) => ids.has(annotation.image_id))).toBe(true);
    const areas = coco.annotations.map(({ segmentation }) => 'size' in segmentation && decodeRle(segmentation).area);
    expect(areas).toEqual(coco.annotations.map(({ area }) => area));
  });

  test('failures are listed', () => {
    const lines = readFileSync(join(calm, 'failures.jsonl'), 'utf8').trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { key: string; code: string }).key)).toEqual([
      'a/torn.jpg',
      'torn.jpg',
    ]);
  });
});

test('SA-1B files: pycocotools-style masks that fit their own numbers', async () => {
  const out = join(folder, 'sa1b');
  expect((await batch([join(pictures, '3.jpg'), '--out', out, '--format', 'sa1b'])).code).toBe(0);
  const [name] = Object.keys(contents(out)).filter((each) => each.endsWith('3.json'));
  const { image, annotations } = JSON.parse(readFileSync(join(out, name), 'utf8')) as Sa1bFile;
  expect(image).toMatchObject({ image_id: 1, width: 123, height: 106 });
  expect(annotations.length).toBeGreaterThan(1);
  for (const { segmentation, bbox, area, point_coords, stability_score, predicted_iou, crop_box } of annotations) {
    const mask = decodeRle(segmentation);
    expect([mask.area, boundingBox(mask)]).toEqual([area, [bbox[0], bbox[1], bbox[0] + bbox[2], bbox[1] + bbox[3]]]);
    const [[x, y]] = point_coords;
    expect(mask.has(Math.floor(x), Math.floor(y))).toBe(true);
    expect(stability_score > 0 && stability_score <= 1 && predicted_iou > 0 && predicted_iou <= 1).toBe(true);
    expect(crop_box).toEqual([0, 0, 123, 106]);
  }
});

test('three shards in one folder give what one run gives, the last of them the files about all', async () => {
  const out = join(folder, 'shards');
  for (const shard of ['3/3', '1/3']) {
    const { code } = await batch([pictures, '--out', out, ...FORMATS, '--shard', shard, '--workers', '2']);
    expect([0, 1]).toContain(code);
    expect(existsSync(join(out, 'coco.json'))).toBe(false);
  }
  const env = { SLURM_ARRAY_TASK_ID: '5', SLURM_ARRAY_TASK_MIN: '4', SLURM_ARRAY_TASK_COUNT: '3' };
  await batch([pictures, '--out', out, ...FORMATS, '--shard', 'auto'], { env });
  expect(contents(out)).toEqual(contents(calm));
  expect(recorded(out).sort()).toEqual([...new Set(ALL)].sort());
});

describe('killed', () => {
  /** Runs a batch in a group of processes of its own and kills all of them when so many pictures are recorded. */
  async function killAt(out: string, count: number): Promise<void> {
    const main = repository('src/cli/main.ts');
    const args = ['--import', TSX, main, 'batch', pictures, '--out', out, ...FORMATS, '--resume', '--workers', '2'];
    const child = spawn(process.execPath, [...args, ...FAST], { detached: true, stdio: 'ignore' });
    const ended = new Promise((resolve) => child.on('close', resolve));
    const isRunning = () => child.exitCode === null && child.signalCode === null;
    while (isRunning() && (existsSync(join(out, '.batch', 'journal')) ? recorded(out).length : 0) < count)
      await sleep(5);
    if (isRunning()) process.kill(-(child.pid ?? NaN), 'SIGKILL');
    await ended;
  }

  test('three times with its workers, then gone on with: nothing is lost, nothing repeated', async () => {
    const out = join(folder, 'killed');
    for (const count of [1, 9, 20]) await killAt(out, count);
    const journal = join(out, '.batch', 'journal', '1-of-1.torn.jsonl');
    writeFileSync(journal, '{"number":3,"key":"a/1.j'); // as a line that was being written when the power went
    expect((await batch([pictures, '--out', out, ...FORMATS, '--resume'])).code).toBe(1);
    rmSync(journal);
    expect(contents(out)).toEqual(contents(calm));
    expect(recorded(out).sort()).toEqual([...new Set(ALL)].sort());
  }, 180_000);

  test('a worker alone: another takes its place and its pictures', async () => {
    const out = join(folder, 'worker');
    let killed = 0;
    const { code } = await batch([pictures, '--out', out, ...FORMATS], {
      watch: (child) => {
        const timer = setInterval(() => {
          if (!existsSync(join(out, '.batch', 'journal')) || recorded(out).length < 3) return;
          clearInterval(timer);
          const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(child.pid)], { encoding: 'utf8' });
          for (const pid of children.trim().split(/\s+/).map(Number)) {
            process.kill(pid, 'SIGKILL');
            killed++;
          }
        }, 5);
        child.on('close', () => {
          clearInterval(timer);
        });
      },
    });
    expect([code, killed]).toEqual([1, 1]);
    expect(Object.keys(contents(out)).filter((name) => !name.startsWith('.batch/tmp'))).toEqual(
      Object.keys(contents(calm)),
    );
    expect(contents(out)).toMatchObject(contents(calm));
  });

  test('Ctrl-C finishes what is under way and can be gone on with', async () => {
    const out = join(folder, 'interrupted');
    const { code, stderr } = await batch([pictures, '--out', out, ...FORMATS], {
      watch: (child) => {
        const timer = setInterval(() => {
          if (!existsSync(join(out, '.batch', 'journal')) || recorded(out).length < 2) return;
          clearInterval(timer);
          child.kill('SIGINT');
        }, 5);
      },
    });
    expect([code, stderr]).toEqual([130, expect.stringContaining('to be done')]);
    await batch([pictures, '--out', out, ...FORMATS, '--resume']);
    expect(contents(out)).toEqual(contents(calm));
    expect(new Set(recorded(out)).size).toBe(recorded(out).length);
  });
});

describe('refused with exit code 2', () => {
  const refusals: [string, string[], string][] = [
    ['other options', [...FORMATS, '--resume', '--conf', '0.3'], 'conf 0.25, expected 0.3'],
    ['other formats', ['--resume', '--format', 'yolo'], 'formats'],
    ['an earlier run', FORMATS, 'go on with --resume'],
    ['shards that overwrite', ['--overwrite', '--shard', '1/2'], 'delete the folder first'],
    ['a shard that is none', ['--shard', '4/3'], 'expected i/n'],
  ];
  test.each(refusals)('%s', async (_, args, message) => {
    const { code, stderr } = await batch([pictures, '--out', calm, ...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test('other pictures, and a folder with other files', async () => {
    const fewer = await batch([join(pictures, 'a'), '--out', calm, ...FORMATS, '--resume']);
    expect([fewer.code, fewer.stderr]).toEqual([2, expect.stringContaining('number of pictures 31, expected 20')]);
    const foreign = join(folder, 'foreign');
    mkdirSync(foreign);
    writeFileSync(join(foreign, 'thesis.txt'), 'mine');
    const other = await batch([pictures, '--out', foreign, '--overwrite']);
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('thesis.txt')]);
    expect(Object.keys(contents(foreign))).toEqual(['thesis.txt']);
  });
});

test('--retry-failed tries broken pictures again, --overwrite starts anew and leaves nothing of the first run', async () => {
  const some = join(folder, 'some');
  const out = join(folder, 'retried');
  await makePictures(some, ['x.jpg', 'torn.jpg']);
  expect((await batch([some, '--out', out, '--format', 'yolo,cutout'])).code).toBe(1);
  await makePictures(some, ['x.jpg']);
  writeFileSync(join(some, 'torn.jpg'), readFileSync(join(some, 'x.jpg')));
  const again = ['--resume', '--retry-failed', '--format', 'yolo,cutout'];
  expect((await batch([some, '--out', out, ...again])).code).toBe(0);
  expect(Object.keys(contents(out)).some((name) => name.includes('failures'))).toBe(false);
  expect((await batch([some, '--out', out, '--overwrite'])).code).toBe(0);
  expect(Object.keys(contents(out)).sort()).toEqual(['manifest.json', 'summary.json', 'torn.json', 'x.json']);
});

test.skipIf(process.getuid?.() === 0)('an output folder that takes no file: one error, not one a picture', async () => {
  const out = join(folder, 'locked');
  mkdirSync(join(out, '.batch', 'tmp'), { recursive: true });
  chmodSync(join(out, '.batch', 'tmp'), 0o500);
  const { code, stderr } = await batch([pictures, '--out', out]);
  expect(code).toBe(1);
  expect(stderr.match(/permission denied/g)).toHaveLength(1);
});
