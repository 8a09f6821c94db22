/** What a run of `fastsam batch` finds in its output folder, and what it makes of it. No model is needed to know. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { makeManifest, type BatchIdentity } from '../../../src/batch/identity.js';
import { keyOf } from '../../../src/batch/names.js';
import type { BatchRecord } from '../../../src/batch/records.js';
import { WHOLE } from '../../../src/batch/shard.js';
import { beginBatch, type ResumeOptions } from '../../../src/batch/begin.js';
import { writeOverview } from '../../../src/batch/overview.js';
import { openJournal } from '../../../src/batch/folder.js';
import { LineFile, readLines } from '../../../src/platform/lineFile.js';
import { usePlatform } from '../../../src/index.js';
import { nodePlatform } from '../../../src/platform/node.js';
import { fastsamHere } from '../../support/cli.js';
import { temporaryFolder } from '../../support/temporaryFolder.js';
import { contents, failures } from './folder.js';

usePlatform(nodePlatform);
const folder = temporaryFolder();
const IDENTITY: BatchIdentity = {
  package: 'fastsam-tfjs 1.0.0',
  model: 'demo',
  weights: 'aa',
  options: { conf: 0.25 },
  formats: ['json'],
};

type Flags = Omit<ResumeOptions, 'out'>;

/** What a run has to do; names of images. */
async function begin(out: string, keys: readonly string[], flags: Flags = {}, identity = IDENTITY) {
  const found = await Promise.all(keys.map(async (input) => ({ key: await keyOf(input), input })));
  const asked = await makeManifest(identity);
  const quiet = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const { todo, manifest } = await beginBatch(found, WHOLE, asked, { ...flags, out });
    return { todo: todo.map(({ key }) => key), manifest };
  } finally {
    quiet.mockRestore();
  }
}

/** Records images, and writes their files where they are done. */
async function record(out: string, records: readonly BatchRecord[]): Promise<void> {
  const journal = await openJournal(out, '1-of-1');
  for (const each of records) {
    if (each.error === undefined) writeFileSync(join(out, `${each.stem}.json`), '{}\n');
    await journal.add(each);
  }
  await journal.close();
}

const done = (key: string): BatchRecord => ({ key, stem: key.replace(/\.jpg$/, ''), width: 9, height: 9, objects: 2 });
const failed = (key: string): BatchRecord => ({ key, error: { code: 'INVALID_IMAGE', message: `${key}: broken` } });

describe('going on', () => {
  test('with images that came, and without those that went', async () => {
    const out = join(folder, 'changed');
    expect((await begin(out, ['a.jpg', 'b.jpg', 'c.jpg', 'e.jpg'])).todo).toHaveLength(4);
    await record(out, [done('a.jpg'), failed('b.jpg'), failed('e.jpg')]);
    const { todo, manifest } = await begin(out, ['c.jpg', 'd.jpg', 'e.jpg'], { resume: true });
    expect(todo).toEqual(['c.jpg', 'd.jpg']);
    expect(await writeOverview(out, manifest, { always: false })).toMatchObject({
      images: 4,
      done: 1,
      failed: 1,
      missing: 2,
    });
    expect(existsSync(join(out, 'summary.json'))).toBe(false);
    await record(out, [done('c.jpg'), done('d.jpg')]);
    await writeOverview(out, manifest, { always: false });
    const summary: unknown = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'));
    expect(summary).toEqual({ images: 4, done: 3, failed: 1, missing: 0, objects: 6 });
    expect(failures(out).map(({ key }) => key)).toEqual(['e.jpg']); // b.jpg is no longer there
    expect(Object.keys(contents(out))).toContain('a.json'); // its image went, but it was done
  });

  test('tries broken images again only when asked', async () => {
    const out = join(folder, 'retried');
    await begin(out, ['a.jpg', 'b.jpg']);
    await record(out, [failed('a.jpg'), done('b.jpg')]);
    expect((await begin(out, ['a.jpg', 'b.jpg'], { resume: true })).todo).toEqual([]);
    const { todo, manifest } = await begin(out, ['a.jpg', 'b.jpg'], { resume: true, retryFailed: true });
    expect(todo).toEqual(['a.jpg']);
    await record(out, [done('a.jpg')]);
    expect(await writeOverview(out, manifest, { always: false })).toMatchObject({ done: 2, failed: 0 });
    expect(existsSync(join(out, 'failures.jsonl'))).toBe(false);
  });

  test('after a kill in the middle of a line, which counts as not written', async () => {
    const out = join(folder, 'torn');
    await begin(out, ['a.jpg', 'b.jpg']);
    await record(out, [done('a.jpg')]);
    const torn = join(out, '.batch', 'journal', '1-of-1.torn.jsonl');
    const line = JSON.stringify(done('b.jpg'));
    for (let length = 1; length < line.length; length += 7) {
      writeFileSync(torn, line.slice(0, length));
      expect((await begin(out, ['a.jpg', 'b.jpg'], { resume: true })).todo).toEqual(['b.jpg']);
    }
    appendFileSync(torn, `\n${line}\n`);
    writeFileSync(join(out, 'b.json'), '{}\n');
    expect((await begin(out, ['a.jpg', 'b.jpg'], { resume: true })).todo).toEqual([]);
  });
});

test('--overwrite removes what an earlier run wrote and nothing else', async () => {
  const out = join(folder, 'overwritten');
  await begin(out, ['a.jpg', 'b.jpg']);
  await record(out, [done('a.jpg'), failed('b.jpg')]);
  writeFileSync(join(out, 'thesis.txt'), 'mine');
  await expect(begin(out, ['a.jpg'], { overwrite: true })).rejects.toThrow('other files (thesis.txt)');
  expect(Object.keys(contents(out))).toEqual(['thesis.txt']);
});

describe('refused', () => {
  const earlier = join(folder, 'earlier');
  const refusals: [string, Flags, Partial<BatchIdentity>, string][] = [
    ['an earlier run', {}, {}, 'results of an earlier run (1 image); go on with --resume'],
    ['other options', { resume: true }, { options: { conf: 0.3 } }, 'conf 0.25, expected 0.3'],
    ['other formats', { resume: true }, { formats: ['yolo'] }, 'formats ["json"], expected ["yolo"]'],
    ['other weights', { resume: true }, { weights: 'bb' }, 'weights "aa", expected "bb"'],
  ];
  test.each(refusals)('%s', async (_, flags, changes, message) => {
    await begin(earlier, ['a.jpg'], { resume: true });
    await record(earlier, [done('a.jpg')]);
    const asked = begin(earlier, ['a.jpg'], flags, { ...IDENTITY, ...changes });
    await expect(asked).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(message) as string,
    });
  });

  test('a folder with other files, a file in the place of the folder', async () => {
    const foreign = join(folder, 'foreign');
    mkdirSync(foreign);
    writeFileSync(join(foreign, 'thesis.txt'), 'mine');
    await expect(begin(foreign, ['a.jpg'])).rejects.toThrow('thesis.txt');
    const file = begin(join(foreign, 'thesis.txt'), ['a.jpg']);
    await expect(file).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    await expect(file).rejects.toThrow('a file is in the way');
  });

  const usage: [string, string[], string][] = [
    ['shards that overwrite', ['in', '--overwrite', '--shard', '1/2'], 'delete the folder first'],
    ['a shard that is none', ['in', '--shard', '4/3'], 'expected i/n'],
    ['no folder for files', ['in'], 'expected --out DIR'],
    ['--retry-failed alone', ['in', '--retry-failed'], '--resume'],
    ['json and sa1b', ['in', '--format', 'json,sa1b'], 'two output folders'],
    ['no such image', ['nothing'], 'nothing: got no image'],
    ['standard input', ['-'], 'files that can be read again'],
    ['no queue', ['work'], 'expected --queue'],
  ];
  test.each(usage)('%s: exit code 2, one line', async (name, args, message) => {
    mkdirSync(join(folder, 'in'), { recursive: true });
    const out = name === 'no folder for files' || args[0] === 'work' ? [] : ['--out', 'out'];
    const { code, stderr } = await fastsamHere(['batch', ...args, ...out], folder);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });
});

test('a line that could not be written whole is ended before the next', async () => {
  const path = join(folder, 'lines.jsonl');
  const file = await LineFile.open(path, 'wx');
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic; // JSON refuses it
  await file.add({ n: 1 });
  await expect(file.add(cyclic)).rejects.toMatchObject({ code: 'WRITE_FAILED' });
  await Promise.all([file.add({ n: 2 }), file.add({ n: 3 })]);
  await file.close();
  const lines: string[] = [];
  for await (const line of readLines(path)) lines.push(line);
  expect(lines).toEqual(['{"n":1}', '', '{"n":2}', '{"n":3}']);
});
