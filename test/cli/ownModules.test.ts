/** Modules of the user's own on the command line: formats and studies; and a batch gone on with by a program. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { FastSAM, usePlatform } from '../../src/index.js';
import { runStudy, type Study } from '../../src/entry/studies.js';
import { writeBatch, type BatchRecord } from '../../src/entry/batch.js';
import { nodePlatform } from '../../src/platform/node.js';
import { contents, FAST, makeImages } from './batch/folder.js';
import { fastsam, fastsamHere } from '../support/cli.js';
import { repository, scene } from '../support/paths.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

vi.setConfig({ testTimeout: 300_000 });
usePlatform(nodePlatform);
const folder = temporaryFolder();
const module = (name: string, source: string) => {
  writeFileSync(join(folder, name), source);
};

module(
  'csv.mjs',
  `export default { name: 'csv', about: 'areas', ending: '.csv', scope: 'image', video: { kind: 'text', ending: '.csv' },
    encode: ({ imageMasks }, { name }) => imageMasks.map((mask) => name + ',' + mask.area + '\\n').join('') };`,
);
module(
  'names.mjs',
  `export const other = 1;
  export const format = { name: 'names', about: 'names of images', ending: '.txt', scope: 'run', encode: () => '',
    *merge(parts) { for (const { name, width, height } of parts) yield name + ' ' + width + ' x ' + height + '\\n'; } };`,
);
module('none.mjs', `export const a = { encode: 1 }; export const b = { encode: 2 };`);
module('wrong.mjs', `export default { name: 'wrong', about: '', ending: 'csv', scope: 'image', encode() {} };`);
module('broken.mjs', `throw new Error('not today');`);
module(
  'areas.mjs',
  `import { number } from ${JSON.stringify(pathToFileURL(repository('src/entry/studies.ts')).href)};
  export const study = { name: 'areas', summary: 'mean area', help: 'no more', settings: {},
    options: { minArea: number(0, 1e6, { text: 'smallest', default: 10, cli: { value: '<n>' } }) },
    arguments: [{ name: 'folder', description: 'images' }], metrics: [{ key: 'area', label: 'area', better: 'higher' }],
    async open({ args: [folder], options: { minArea }, files }) {
      const items = (await files.list(folder)).map((key) => ({ key, image: folder + '/' + key }));
      return { items, fingerprint: '', measure: ({ key }, scene) => ({ key,
        areas: scene.imageMasks.map(({ area }) => area).filter((area) => area >= minArea) }) };
    },
    summarise: (records) => {
      const all = records.flatMap(({ areas }) => areas);
      return { area: all.length > 0 ? all.reduce((a, b) => a + b) / all.length : null };
    },
    tables: ({ area }, { model }) => [{ title: 'areas', columns: ['area'], rows: [{ name: model, values: [area] }] }] };`,
);

describe("a format of the user's own", () => {
  test('beside built-in ones: segment', async () => {
    const images = join(folder, 'two');
    await makeImages(images, ['a.jpg', 'b.jpg']);
    const args = ['segment', images, '--format', 'json,./csv.mjs,./names.mjs', '--out', 'segmented', ...FAST];
    const { code, stderr } = await fastsam(args, { cwd: folder });
    expect(code, stderr).toBe(0);
    const out = join(folder, 'segmented');
    expect(readdirSync(out).sort()).toEqual(['a.csv', 'a.json', 'b.csv', 'b.json', 'names.txt']);
    const { masks } = JSON.parse(readFileSync(join(out, 'a.json'), 'utf8')) as { masks: { area: number }[] };
    const expected = masks.map(({ area }) => `${join(images, 'a.jpg')},${area}\n`).join('');
    expect(readFileSync(join(out, 'a.csv'), 'utf8')).toBe(expected);
    const [a, b] = ['a', 'b'].map((name) => join(images, `${name}.jpg`));
    expect(readFileSync(join(out, 'names.txt'), 'utf8')).toBe(`${a} 120 x 100\n${b} 121 x 102\n`);
  });

  test('for the frames of a clip: track', async () => {
    const clip = join(folder, 'clip');
    mkdirSync(clip);
    for (const i of [0, 1]) copyFileSync(scene('rocket.jpg'), join(clip, `${i}.jpg`));
    const args = ['track', 'clip', '--format', './csv.mjs,mot', '--out', 'tracked', ...FAST];
    const { code, stderr } = await fastsam(args, { cwd: folder });
    expect(code, stderr).toBe(0);
    expect(readdirSync(join(folder, 'tracked')).sort()).toEqual(['clip.csv', 'clip.txt']);
    const lines = readFileSync(join(folder, 'tracked', 'clip.csv'), 'utf8')
      .trim()
      .split('\n');
    expect(new Set(lines.map((line) => line.split(',')[0]))).toEqual(new Set(['clip#000000', 'clip#000001']));
  });

  test('in a batch of two workers, and part of what it is', async () => {
    const images = join(folder, 'in');
    await makeImages(images, ['a.jpg', 'names.jpg', 'x/c.jpg']);
    const args = ['batch', 'in', '--out', 'out', '--format', './names.mjs,./csv.mjs,json', ...FAST];
    const { code, stderr } = await fastsam([...args, '--workers', '2'], { cwd: folder });
    expect(code, stderr).toBe(0);
    const out = join(folder, 'out');
    const names = Object.keys(contents(out)).filter((name) => !name.startsWith('.batch'));
    // names.jpg gives way to names.txt, as coco.jpg does to coco.json.
    const files = ['a', 'names.jpg', 'x/c'].flatMap((stem) => [`${stem}.csv`, `${stem}.json`]);
    expect(names.sort()).toEqual([...files, 'manifest.json', 'names.txt', 'summary.json'].sort());
    const list = 'a.jpg 120 x 100\nnames.jpg 121 x 102\nx/c.jpg 122 x 104\n';
    expect(readFileSync(join(out, 'names.txt'), 'utf8')).toBe(list);
    expect(readFileSync(join(out, 'x', 'c.csv'), 'utf8')).toMatch(/^x\/c\.jpg,\d+$/m);

    writeFileSync(join(out, 'names.txt'), '');
    const unmerged = await fastsamHere(['batch', 'merge', 'out'], folder);
    expect([unmerged.code, unmerged.stderr]).toEqual([
      2,
      expect.stringContaining('the format names, which is not built in'),
    ]);
    const merged = await fastsamHere(['batch', 'merge', 'out', '--format', './names.mjs'], folder);
    expect(merged.stderr).toContain('3 of 3 images done');
    expect(readFileSync(join(out, 'names.txt'), 'utf8')).toBe(list);

    writeFileSync(join(folder, 'csv.mjs'), readFileSync(join(folder, 'csv.mjs'), 'utf8').replace("+ ','", "+ ';'"));
    const changed = await fastsam([...args, '--resume'], { cwd: folder });
    expect([changed.code, changed.stderr]).toEqual([2, expect.stringContaining('"sha256":')]);
  });

  test.each([
    ['./missing.mjs', /missing\.mjs: cannot be loaded \(cannot read .*no such file/],
    ['./none.mjs', /none\.mjs: got a module with the exports a, b, expected one whose default export/],
    ['./wrong.mjs', /wrong\.mjs wrong: ending: got 'csv', expected an ending such as \.json/],
    ['./broken.mjs', /broken\.mjs: cannot be loaded \(not today\)/],
    ['json,gif', /"gif" is none of json, coco, .*, or the path of a module/],
    ['json,sa1b', /json and sa1b have files of the same names/],
  ])('is refused: %s', async (format, message) => {
    for (const command of ['segment', 'batch']) {
      mkdirSync(join(folder, 'one'), { recursive: true });
      copyFileSync(scene('coins.png'), join(folder, 'one', 'coins.png'));
      const { code, stderr } = await fastsamHere([command, 'one', '--format', format, '--out', 'refused'], folder);
      expect(stderr).toMatch(message);
      expect(code).toBe(2);
    }
    expect(readdirSync(folder)).not.toContain('refused');
  });
});

async function keysOf(batch: AsyncIterable<BatchRecord>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of batch) keys.push(key);
  return keys;
}

test('a program goes on with a batch of the command line, and writes the same bytes', async () => {
  const images = join(folder, 'many');
  await makeImages(images, ['a.jpg', 'b.jpg', 'torn.jpg', 'x/c.jpg']);
  const flags = ['--format', 'json,coco', ...FAST, '--precision', 'fp32'];
  const whole = await fastsam(['batch', images, '--out', join(folder, 'whole'), ...flags]);
  expect(whole.code, whole.stderr).toBe(1);
  const half = await fastsam(['batch', images, '--out', join(folder, 'half'), ...flags, '--shard', '1/2']);
  expect(half.stderr).toContain('to be done');
  const model = await FastSAM.load('demo', { device: 'wasm', precision: 'fp32' });
  try {
    const inputs = ['x/c.jpg', 'b.jpg', 'torn.jpg', 'a.jpg'].map((key) => ({ key, input: join(images, key) }));
    const options = { formats: ['coco', 'json'], imgsz: 64 };
    const records: BatchRecord[] = [];
    const resumed = writeBatch(model, inputs, { ...options, out: join(folder, 'half'), resume: true });
    for await (const record of resumed) records.push(record);
    expect(records.length).toBeGreaterThan(0);
    expect(records.length).toBeLessThan(4);
    expect(contents(join(folder, 'half'))).toEqual(contents(join(folder, 'whole')));

    const fresh = writeBatch(model, inputs, { ...options, out: join(folder, 'fresh') });
    const keys: string[] = [];
    let last = await fresh.next();
    for (; last.done !== true; last = await fresh.next())
      keys.push(`${last.value.key} ${last.value.error?.code ?? ''}`);
    expect(keys).toEqual(['a.jpg ', 'b.jpg ', 'torn.jpg INVALID_IMAGE', 'x/c.jpg ']);
    expect(last.value).toMatchObject({ images: 4, done: 3, failed: 1, missing: 0 });
    expect(contents(join(folder, 'fresh'))).toEqual(contents(join(folder, 'whole')));

    const again = writeBatch(model, inputs, { ...options, out: join(folder, 'fresh') });
    await expect(again.next()).rejects.toThrow('results of an earlier run (4 images)');
    const other = writeBatch(model, inputs, { ...options, formats: ['json', 'sa1b'], out: join(folder, 'fresh') });
    await expect(other.next()).rejects.toThrow('json and sa1b have files of the same names');

    const controller = new AbortController();
    const stopped = writeBatch(model, inputs, { ...options, out: join(folder, 'stopped'), signal: controller.signal });
    await stopped.next();
    controller.abort();
    await expect(keysOf(stopped)).rejects.toMatchObject({ code: 'ABORTED' });
    await keysOf(writeBatch(model, inputs, { ...options, out: join(folder, 'stopped'), resume: true }));
    expect(contents(join(folder, 'stopped'))).toEqual(contents(join(folder, 'whole')));
  } finally {
    model.dispose();
  }
});

test("a study of the user's own: by the command, and by a program", async () => {
  const images = join(folder, 'studied');
  await makeImages(images, ['a.jpg', 'b.jpg']);
  const args = ['study', './areas.mjs', images, '--device', 'wasm', '--imgsz', '64', '--min-area', '20', '--json'];
  const run = await fastsam([...args, '--out', 'areas'], { cwd: folder });
  expect(run.code, run.stderr).toBe(0);
  const { metrics } = JSON.parse(run.stdout) as { metrics: { area: number } };
  expect(metrics.area).toBeGreaterThan(20);
  const { study } = (await import(join(folder, 'areas.mjs'))) as { study: Study };
  const model = await FastSAM.load('demo', { device: 'wasm' });
  try {
    const found = await runStudy(study, model, {
      ...{ args: [images], options: { minArea: 20 }, settings: { imgsz: 64 } },
    });
    expect(found).toMatchObject({ metrics, failed: 0, tables: [{ title: 'areas' }] });
    expect(found.records.map(({ key }) => key)).toEqual(['a.jpg', 'b.jpg']);
    const first = await runStudy(study, model, { args: [images], settings: { imgsz: 64 }, limit: 1 });
    expect(first.records).toHaveLength(1);
  } finally {
    model.dispose();
  }
  const compared = await fastsamHere(
    ['study', 'compare', 'areas', 'areas', '--study', './areas.mjs', '--json'],
    folder,
  );
  expect(compared.code, compared.stderr).toBe(0);
  const refused = await fastsamHere(['study', './none.mjs', images], folder);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('expected one whose default export')]);
});
