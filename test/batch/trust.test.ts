/** Journals, manifests and jobs that somebody else may have written; times; whom to blame. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clearBatch, readState } from '../../src/batch/folder.js';
import { parseManifest } from '../../src/batch/identity.js';
import { outputPath } from '../../src/batch/layout.js';
import { isSafePath, type BatchItem } from '../../src/batch/names.js';
import { BatchState, parseRecord } from '../../src/batch/records.js';
import { writeBatch } from '../../src/batch/writeBatch.js';
import { makeKey, isSigned, parseJob, signJob } from '../../src/cli/batch/queueJob.js';
import { judge, newTask, spend } from '../../src/cli/batch/tasks.js';
import { loadFormats } from '../../src/cli/formats.js';
import { FastSAM, usePlatform } from '../../src/index.js';
import { nodePlatform } from '../../src/platform/node.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

usePlatform(nodePlatform);
const folder = temporaryFolder();
const done = { key: 'a.jpg', stem: 'a', width: 4, height: 3, objects: 1 };
const manifest = {
  format: 'fastsam-batch',
  version: 1,
  identity: { package: 'p', model: 'm', weights: 'w', options: {}, formats: ['json', 'cutout'] },
  optionsHash: 'h',
};

function outFolder(name: string, lines: readonly unknown[]): string {
  const out = join(folder, name, 'out');
  mkdirSync(join(out, '.batch', 'journal'), { recursive: true });
  writeFileSync(join(out, 'manifest.json'), JSON.stringify(manifest));
  const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  writeFileSync(join(out, '.batch', 'journal', 'x.jsonl'), texts.map((text) => `${text}\n`).join(''));
  return out;
}

const OUTSIDE = ['../victim', 'a/../../victim', '..', '..\\victim', 'a\\..\\..\\victim', 'x\0y'];

describe('journals', () => {
  test.each(OUTSIDE)('a line that names %j removes nothing there', async (stem) => {
    const out = outFolder(`evil-${OUTSIDE.indexOf(stem)}`, [{ ...done, key: 'evil', stem }, done]);
    const victims = [join(out, '..', 'victim.json'), join(out, '..', 'victim-cutouts', '1.png')];
    mkdirSync(join(out, '..', 'victim-cutouts'));
    for (const path of victims) writeFileSync(path, 'mine');
    writeFileSync(join(out, 'a.json'), '{}');
    const { problems } = await readState(out);
    expect(problems).toEqual([
      expect.stringMatching(/x\.jsonl: line 1 is broken or no record of this folder; passed over$/),
    ]);
    await clearBatch(out);
    for (const path of victims) expect(readFileSync(path, 'utf8')).toBe('mine');
    expect(existsSync(join(out, 'a.json'))).toBe(false);
    expect(() => outputPath(out, stem, { name: 'json', scope: 'image', ending: '.json' })).toThrow(
      'expected a path inside',
    );
  });

  test.each([
    [{ ...done, width: -1 }],
    [{ ...done, objects: '3' }],
    [{ ...done, key: '' }],
    [{ ...done, stem: undefined }],
    [{ ...done, outputs: [{ size: 1 }] }],
    [{ key: 'a', error: 'broken' }],
    [{ key: 'a', error: { code: 1, message: '' } }],
    [{ key: 'a', void: true }],
    [null],
    [[]],
    [5],
  ])('%j is no record', (value) => {
    expect(parseRecord(JSON.stringify(value))).toBeUndefined();
  });

  test('a broken line in the middle is named; one that was cut off at the end is not', async () => {
    const out = outFolder('torn', [done, '{"key":"b.jpg","st', '', { ...done, key: 'c.jpg', stem: 'c' }]);
    const path = join(out, '.batch', 'journal', 'y.jsonl');
    writeFileSync(path, '{"key":"d.jp');
    const state = await readState(out);
    expect(state.problems).toEqual([expect.stringContaining('x.jsonl: line 2 is broken')]);
    expect(state.done().map(({ key }) => key)).toEqual(['a.jpg', 'c.jpg']);
  });

  test('what is void no longer counts, in whatever order the lines are read', () => {
    const lines = [
      { ...done, at: 1 },
      { key: 'a.jpg', at: 2, void: true as const },
      { key: 'a.jpg', at: 3, error: { code: 'INVALID_IMAGE' as const, message: 'x' } },
    ];
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
      [2, 0, 1],
    ]) {
      const state = new BatchState();
      for (const i of order) state.add(lines[i]);
      expect(state.done()).toEqual([]);
      expect(state.failed()).toEqual([lines[2]]);
    }
    const state = new BatchState();
    for (const at of [5, 7, 6]) state.add({ ...done, at, objects: at });
    expect(state.done()).toMatchObject([{ objects: 7 }]);
  });
});

test.each([
  [{ formats: [{ name: '../../x', scope: 'run', ending: '.json' }] }],
  [{ formats: [{ name: 'x', scope: 'image', ending: '/../../x' }] }],
  [{ formats: [{ name: 'x', scope: 'file', ending: '.x' }] }],
  [{ formats: 'json' }],
  [{ options: null }],
])('a manifest with %j is none', (identity) => {
  const text = JSON.stringify({ ...manifest, identity: { ...manifest.identity, ...identity } });
  expect(() => parseManifest(text, 'm')).toThrow('expected the manifest of fastsam batch');
  expect(parseManifest(JSON.stringify(manifest), 'm')).toEqual(manifest);
});

test('paths that stay inside', () => {
  for (const path of ['a', 'a/b', '..a', 'a..', '...', 'a/..b/c', '图/像', 'a:b']) expect(isSafePath(path)).toBe(true);
  for (const path of OUTSIDE) expect(isSafePath(path)).toBe(false);
});

describe('jobs', () => {
  const job = {
    item: { key: 'a.jpg', input: '/in/a.jpg', stem: 'a' },
    task: { out: join(folder, 'signed'), clean: false, largest: false, options: { imgsz: 64 }, formats: ['json'] },
    spec: { model: 'demo', device: 'cpu' as const, precision: 'fp32' as const },
    optionsHash: 'h',
  };

  test('are taken as batch enqueue makes them, and changed in nothing', async () => {
    const key = await makeKey(job.task.out);
    const signed = signJob(job, key);
    const sent: unknown = JSON.parse(JSON.stringify(signed));
    expect(parseJob(sent)).toEqual(signed);
    expect(isSigned(signed, key)).toBe(true);
    expect(await makeKey(job.task.out)).toEqual(key); // the first one stays
    const forged = [
      { ...signed, item: { ...job.item, input: 'http://127.0.0.1/' } },
      { ...signed, item: { ...job.item, stem: 'b' } },
      { ...signed, task: { ...job.task, formats: [{ module: '/tmp/evil.mjs', sha256: 'x' }] } },
      { ...signed, task: { ...job.task, out: '/elsewhere' } },
      { ...signed, spec: { ...job.spec, model: '/tmp/evil.pt' } },
      { ...signed, signature: '' },
    ];
    for (const each of forged) expect(isSigned(each, key)).toBe(false);
    expect(isSigned(signJob(job, new Uint8Array(64)), key)).toBe(false);
  });

  test.each([
    [undefined],
    [{}],
    ['job'],
    [{ ...job }],
    [{ ...job, signature: 'x', item: { ...job.item, stem: '../a' } }],
    [{ ...job, signature: 'x', item: { key: 'a' } }],
    [{ ...job, signature: 'x', spec: { ...job.spec, device: 'toaster' } }],
    [{ ...job, signature: 'x', task: { ...job.task, formats: [] } }],
    [{ ...job, signature: 'x', aloneAfter: -1 }],
  ])('%j is none', (value) => {
    expect(parseJob(value)).toBeUndefined();
  });
});

describe('whom to blame when time runs out', () => {
  const item = (key: string): BatchItem => ({ key, input: key, stem: key });
  const task = (key: string, stage: 'sent' | 'reading' | 'waiting' | 'working', spent: number) =>
    Object.assign(newTask(item(key)), { stage, spent });
  const names = (tasks: readonly { item: BatchItem }[] = []) => tasks.map((each) => each.item.key).join('');
  const judged = (...tasks: ReturnType<typeof task>[]) => {
    const found = judge(tasks, 100);
    return found && [names(found.guilty), names(found.suspects), names(found.innocent)];
  };

  test('only images at work spend time; a silent worker counts for the first', () => {
    const tasks = [task('a', 'waiting', 0), task('b', 'reading', 0), task('c', 'working', 0)];
    spend(tasks, 5);
    expect(tasks.map(({ spent }) => spent)).toEqual([0, 5, 5]);
    const silent = [task('a', 'sent', 0), task('b', 'sent', 0)];
    spend(silent, 5);
    expect(silent.map(({ spent }) => spent)).toEqual([5, 0]);
  });

  test('the late one, where it is clear; else each alone', () => {
    expect(judged(task('a', 'reading', 99), task('b', 'working', 99))).toBeUndefined();
    expect(judged(task('a', 'reading', 100), task('b', 'working', 3))).toEqual(['a', '', 'b']);
    expect(judged(task('a', 'reading', 100), task('b', 'reading', 100))).toEqual(['ab', '', '']);
    expect(judged(task('a', 'working', 100), task('b', 'reading', 60))).toEqual(['a', '', 'b']);
    // b may hold up the process, so that a cannot say that it is read.
    expect(judged(task('a', 'reading', 100), task('b', 'working', 60), task('c', 'waiting', 9))).toEqual([
      '',
      'ab',
      'c',
    ]);
    expect(judged(task('a', 'reading', 100))).toEqual(['a', '', '']);
  });
});

describe('formats', () => {
  test('none, and one that is called like a built-in one, are refused', async () => {
    const model = await FastSAM.load('demo', { device: 'wasm' });
    const own = { name: 'json', about: '', ending: '.x', scope: 'image', encode: () => '' } as const;
    const run = (formats: readonly (string | typeof own)[]) =>
      writeBatch(model, [], { out: join(folder, 'f'), formats }).next();
    await expect(run([])).rejects.toThrow(
      "formats: got none, expected one at least; leave the option out for ['json']",
    );
    await expect(run([own])).rejects.toThrow('a format of your own is called json like a built-in one');
    model.dispose();
    const path = join(folder, 'own.mjs');
    writeFileSync(path, "export default { name: 'png', about: '', ending: '.x', scope: 'image', encode: () => '' };");
    await expect(loadFormats([path])).rejects.toThrow('is called png like a built-in one');
    writeFileSync(
      path.replace('own', 'other'),
      "export default { name: 'mine', about: '', ending: '.x', scope: 'image', encode: () => '' };",
    );
    expect(await loadFormats([path.replace('own', 'other')])).toHaveLength(1); // as the message says
  });
});
