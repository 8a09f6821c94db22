/** `fastsam batch` as it is called: what it writes, goes on with, and survives. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { CocoFile } from '../../../src/index.js';
import { repository } from '../../support/paths.js';
import { temporaryFolder } from '../../support/temporaryFolder.js';
import {
  batch,
  childrenOf,
  contents,
  failures,
  FAST,
  KillingServer,
  makeImages,
  noProc,
  ofImages,
  recorded,
  whenRecorded,
} from './folder.js';

vi.setConfig({ testTimeout: 180_000 });
const folder = temporaryFolder();
const inputs = join(folder, 'in');
const calm = join(folder, 'calm');
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const NAMES = Array.from({ length: 18 }, (_, i) => `${['', 'a/', 'a/b/'][i % 3]}${i}.jpg`);
const ALL = [...new Set([...NAMES, 'a/torn.jpg', 'torn.jpg', 'a/0.jpg', 'a/0.jpeg', 'manifest.jpg'])];
const FORMATS = ['--format', 'coco,sa1b'];

const PYTHON = process.env.PYTHON ?? 'python3';
const noPycocotools =
  spawnSync(PYTHON, ['-c', 'import pycocotools']).status === 0
    ? undefined
    : 'skipped: no pycocotools; set PYTHON to a Python that has it';

beforeAll(async () => {
  await makeImages(inputs, ALL);
  const { code, stderr } = await batch([inputs, '--out', calm, ...FORMATS]);
  expect([code, stderr]).toEqual([1, expect.stringContaining('21 of 23 images done, 2 failed')]);
});

describe('an undisturbed run', () => {
  test('files mirror the inputs and none meets another', () => {
    const files = Object.keys(contents(calm));
    expect(files.filter((name) => !name.startsWith('.batch'))).toHaveLength(21 + 4);
    expect(files).toEqual(expect.arrayContaining(['a/0.jpg.json', 'a/0.jpeg.json', 'manifest.jpg.json', 'a/b/2.json']));
  });

  test('the merged COCO file holds all objects', () => {
    const { images, annotations } = JSON.parse(readFileSync(join(calm, 'coco.json'), 'utf8')) as CocoFile;
    const summary = JSON.parse(readFileSync(join(calm, 'summary.json'), 'utf8')) as { objects: number };
    expect([images.length, annotations.length]).toEqual([21, summary.objects]);
    expect(summary.objects).toBeGreaterThan(21); // more than one an image
  });

  test('failures are listed by the names of their inputs', () => {
    const found = failures(calm);
    expect(found.map(({ key, code }) => [key, code])).toEqual([
      ['a/torn.jpg', 'INVALID_IMAGE'],
      ['torn.jpg', 'INVALID_IMAGE'],
    ]);
    expect(found[0].message).toMatch(/^image a\/torn\.jpg: got a broken or truncated JPEG/);
  });

  test('COCO and SA-1B files as pycocotools reads them', (context) => {
    context.skip(noPycocotools !== undefined, noPycocotools);
    const { stdout, stderr } = spawnSync(PYTHON, [repository('tools/golden/batch.py'), calm], { encoding: 'utf8' });
    expect([stdout, stderr]).toEqual([expect.stringMatching(/^21 images, \d+ masks in coco.json, \d+ in 21 /), '']);
  });
});

test('shards in one folder give what one run gives, the last of them the files about all', async () => {
  const out = join(folder, 'shards');
  await batch([inputs, '--out', out, ...FORMATS, '--shard', '2/2']);
  expect(existsSync(join(out, 'coco.json'))).toBe(false);
  const env = {
    SLURM_ARRAY_TASK_ID: '4',
    SLURM_ARRAY_TASK_MIN: '4',
    SLURM_ARRAY_TASK_MAX: '5',
    SLURM_ARRAY_TASK_COUNT: '2',
  };
  await batch([inputs, '--out', out, ...FORMATS, '--shard', 'auto'], { env });
  expect(contents(out)).toEqual(contents(calm));
  expect(recorded(out).sort()).toEqual([...ALL].sort());
});

describe('broken off', () => {
  /** Runs a batch in a group of processes of its own and kills all of them when so many inputs are recorded. */
  async function killAt(out: string, count: number): Promise<void> {
    const main = repository('src/cli/main.ts');
    const args = ['--import', TSX, main, 'batch', inputs, '--out', out, ...FORMATS, '--workers', '2'];
    const child = spawn(process.execPath, [...args, ...FAST], { detached: true, stdio: 'ignore' });
    const ended = new Promise((resolve) => child.on('close', resolve));
    await Promise.race([ended, whenRecorded(out, count)]);
    if (child.exitCode === null) process.kill(-(child.pid ?? NaN), 'SIGKILL');
    await ended;
  }

  test('by a kill of all processes, then by Ctrl-C, then gone on with: nothing is lost, nothing repeated', async () => {
    const out = join(folder, 'killed');
    await killAt(out, 3);
    const journal = join(out, '.batch', 'journal', '1-of-1.torn.jsonl');
    writeFileSync(journal, '{"number":3,"key":"a/1.j'); // as a line that was being written when the power went
    const before = recorded(out).length;
    const { code, stderr } = await batch([inputs, '--out', out, ...FORMATS, '--resume'], {
      watch: (child) => void whenRecorded(out, before + 3).then(() => child.kill('SIGINT')),
    });
    expect([code, stderr]).toEqual([130, expect.stringContaining('to be done')]);
    expect((await batch([inputs, '--out', out, ...FORMATS, '--resume'])).code).toBe(1);
    expect(contents(out)).toEqual(contents(calm));
    expect(recorded(out).sort()).toEqual([...ALL].sort());
  });

  test('by an image that ends its worker: tried once more, alone, then skipped', async (context) => {
    context.skip(noProc !== undefined, noProc);
    const out = join(folder, 'poisoned');
    const server = new KillingServer();
    const address = await server.start();
    const { code, stderr } = await batch([inputs, `${address}/poison.jpg`, '--out', out, ...FORMATS], {
      watch: ({ pid = NaN }) => {
        server.candidates = () => childrenOf(pid);
      },
    });
    server.stop();
    expect([code, stderr]).toEqual([1, expect.stringContaining('21 of 24 images done, 3 failed')]);
    expect(new Set(server.killed).size).toBe(2);
    expect(failures(out).find(({ key }) => key.endsWith('poison.jpg'))).toMatchObject({ code: 'CRASHED' });
    // Names differ, as the images are of two places.
    expect(Object.keys(ofImages(out))).toHaveLength(Object.keys(ofImages(calm)).length);
  });
});

test('an output folder that takes no file: one error, not one an image', async () => {
  const out = join(folder, 'locked');
  mkdirSync(join(out, '.batch'), { recursive: true });
  writeFileSync(join(out, '.batch', 'tmp'), ''); // in the place of a folder: nobody may write there, root neither
  const { code, stderr } = await batch([inputs, '--out', out]);
  expect(code).toBe(1);
  expect(stderr.match(/the folder cannot be made/g)).toHaveLength(1);
  expect(recorded(out)).toEqual([]);
});

test('addresses of files on other machines and broken ones in a list fail alone', async () => {
  const list = join(folder, 'addresses.txt');
  const bad = ['file://otherhost/share/a.jpg', 'file://otherhost:1/b.jpg', 'file:///%zz.jpg', 'data:image/png,c'];
  writeFileSync(list, [...bad, join(inputs, '0.jpg')].map((line) => `${line}\n`).join(''));
  const out = join(folder, 'addresses');
  const { code, stderr } = await batch([list, '--out', out]);
  expect([code, stderr]).toEqual([1, expect.stringContaining('1 of 5 images done, 4 failed')]);
  const texts = failures(out);
  expect(texts).toHaveLength(4);
});
