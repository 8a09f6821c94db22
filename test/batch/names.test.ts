/** Names, shards and identities of batches. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { makeManifest, imagesOf, requireSameBatch, type BatchIdentity } from '../../src/batch/identity.js';
import { compareKeys, keyOf, nameItems } from '../../src/batch/names.js';
import { BatchState, failureOf, parseRecord } from '../../src/batch/records.js';
import { parseShard, selectShard, shardOf } from '../../src/batch/shard.js';
import { usePlatform } from '../../src/index.js';
import { nodePlatform } from '../../src/platform/node.js';

usePlatform(nodePlatform);
const named = (...keys: string[]) => nameItems(keys.map((key) => ({ key, input: `/in/${key}` })));

test('keys: what is left of paths and URLs', async () => {
  const paths = ['../a/b.jpg', '/data/a.jpg', 'C:\\x\\y.png', './z.jpg', 'https://h.org/p/q.jpg'];
  expect(await Promise.all(paths.map(keyOf))).toEqual(['a/b.jpg', 'data/a.jpg', 'x/y.png', 'z.jpg', 'h.org/p/q.jpg']);
  expect(await keyOf('https://h.org/p?id=1')).not.toBe(await keyOf('https://h.org/p?id=2'));
});

test('no two images have a file in common, letter case ignored, whatever their order', async () => {
  const keys = ['a.jpg', 'a.png', 'a.png.jpg', 'b/A.jpg', 'b/a.JPG', 'coco.jpg', 'c.jpg', '.hidden'];
  const items = await named(...keys);
  expect(new Set(items.map(({ stem }) => stem.toLowerCase())).size).toBe(keys.length);
  const stems = new Map(items.map(({ key, stem }) => [key, stem]));
  expect([stems.get('c.jpg'), stems.get('a.jpg'), stems.get('coco.jpg')]).toEqual(['c', 'a.jpg', 'coco.jpg']);
  expect(await named(...keys.reverse())).toEqual(items);
  const twice = await nameItems(['x.jpg', '../x.jpg', 'x.jpg'].map((input) => ({ key: 'x.jpg', input })));
  expect(new Set(twice.map(({ key }) => key)).size).toBe(2);
});

test('what is done keeps its files when images are added or go', async () => {
  const first = await named('a.jpg', 'b.jpg', 'c.jpg');
  const written = new Map(first.map(({ key, stem }) => [key, stem]));
  const later = await nameItems(
    ['a.png', 'b.jpg', 'c.jpg', 'C.png', 'c.jpg.png', 'd.jpg'].map((key) => ({ key, input: key })),
    written,
  );
  const stems = new Map(later.map(({ key, stem }) => [key, stem]));
  expect([stems.get('b.jpg'), stems.get('c.jpg'), stems.get('d.jpg')]).toEqual(['b', 'c', 'd']);
  expect(stems.get('a.png')).toBe('a.png'); // a.jpg is no longer there, but a.json is
  const all = [...stems.values(), 'a'].map((stem) => stem.toLowerCase());
  expect(new Set(all).size).toBe(all.length);
  // A run that is broken off and gone on with gives the names that an undisturbed one gives.
  const clashing = await named('a.jpg', 'a.png', 'b.jpg');
  for (const { key, stem } of clashing) {
    const again = await nameItems(clashing, new Map([[key, stem]]));
    expect(again).toEqual(clashing);
  }
});

describe('shards', () => {
  test('are the hash of the name, and together the whole', async () => {
    const items = await named(...Array.from({ length: 400 }, (_, i) => `${i}.jpg`));
    const parts = await Promise.all([1, 2, 3, 4].map((index) => selectShard(items, { index, count: 4 })));
    expect(parts.flat().sort((a, b) => compareKeys(a.key, b.key))).toEqual(items);
    for (const part of parts) expect(Math.abs(part.length - 100)).toBeLessThan(35); // four standard deviations
    const digest = createHash('sha256').update('7.jpg').digest();
    expect(await shardOf('7.jpg', 16)).toBe((digest.readUIntBE(0, 6) % 16) + 1);
  });

  test('as schedulers number their tasks', () => {
    const env = (values: Record<string, string>) => (name: string) => values[name];
    const slurm = { SLURM_ARRAY_TASK_ID: '7', SLURM_ARRAY_TASK_COUNT: '8', SLURM_ARRAY_TASK_MIN: '0' };
    const array = (ids: readonly number[], id: number, step = 1) => ({
      SLURM_ARRAY_TASK_ID: String(id),
      SLURM_ARRAY_TASK_COUNT: String(ids.length),
      SLURM_ARRAY_TASK_MIN: String(Math.min(...ids)),
      SLURM_ARRAY_TASK_MAX: String(Math.max(...ids)),
      SLURM_ARRAY_TASK_STEP: String(step),
    });
    const indices = (ids: readonly number[], step?: number) =>
      ids.map((id) => parseShard('auto', env(array(ids, id, step))).index);
    expect(indices([0, 1, 2])).toEqual([1, 2, 3]);
    expect(indices([5, 6, 7, 8])).toEqual([1, 2, 3, 4]);
    expect(indices([10, 20, 30, 40], 10)).toEqual([1, 2, 3, 4]); // --array=10-45:10
    expect(parseShard('auto/4', env(array([0, 4, 8, 12], 8, 4)))).toEqual({ index: 3, count: 4 });
    for (const id of [1, 3, 7]) expect(() => parseShard('auto', env(array([1, 3, 7], id)))).toThrow('with gaps');
    expect(parseShard('3/16', env({}))).toEqual({ index: 3, count: 16 });
    expect(parseShard('auto', env(slurm))).toEqual({ index: 8, count: 8 });
    expect(parseShard('auto/4', env({ JOB_COMPLETION_INDEX: '0' }))).toEqual({ index: 1, count: 4 });
    for (const text of ['0/4', '5/4', '3', 'x', '1/2/3'])
      expect(() => parseShard(text, env({}))).toThrow(/expected i\/n/);
    expect(() => parseShard('auto', env({}))).toThrow('give i/n');
    expect(() => parseShard('auto', env({ JOB_COMPLETION_INDEX: '2' }))).toThrow('auto/n');
    expect(() => parseShard('auto', env({ ...slurm, SLURM_ARRAY_TASK_ID: '9' }))).toThrow('task 10 of 8');
  });
});

test('a manifest says what differs', async () => {
  const identity: BatchIdentity = {
    package: 'fastsam-tfjs 1.0.0',
    model: 'demo',
    weights: 'aa',
    options: { imgsz: 320 },
    formats: ['json'],
  };
  const { optionsHash } = await makeManifest(identity);
  expect(optionsHash).toBe(createHash('sha256').update(JSON.stringify(identity)).digest('hex'));
  requireSameBatch('out', identity, structuredClone(identity));
  const asked = { ...identity, options: { imgsz: 640 } };
  expect(() => {
    requireSameBatch('out', identity, asked);
  }).toThrow('imgsz 320, expected 640');
});

test('a success stands against failures before and after it; a torn line is none', () => {
  const state = new BatchState();
  const failed = { key: 'a', error: { code: 'INVALID_IMAGE', message: 'x' } } as const;
  const done = { key: 'a', stem: 'a', width: 1, height: 1, objects: 3 };
  for (const record of [failed, done, failed]) state.add(record);
  expect([state.done(), state.failed()]).toEqual([[done], []]);
  expect(parseRecord(JSON.stringify(done))).toEqual(done);
  expect(parseRecord(JSON.stringify(done).slice(0, 30))).toBeUndefined();
});

test('images that are gone: what is done counts, what failed does not', async () => {
  const state = new BatchState();
  for (const key of ['a', 'b']) state.add({ key, stem: key, width: 1, height: 1, objects: 1 });
  for (const key of ['x', 'y']) state.add({ key, error: { code: 'INVALID_IMAGE', message: key } });
  const images = await imagesOf(['b', 'c', 'y'], state);
  expect(images).toMatchObject({ count: 4, gone: ['x'] });
  state.forget([...(images.gone ?? []), 'a']);
  expect([state.done().length, state.failed().map(({ key }) => key)]).toEqual([2, ['y']]);
});

test('failures call an image by its name in the batch', () => {
  const item = { key: 'b/c.jpg', input: '/a/b/c.jpg', stem: 'b/c' };
  const { error } = failureOf(item, 'FILE_UNREADABLE', 'cannot read /a/b/c.jpg: EACCES');
  expect(error.message).toBe('cannot read b/c.jpg: EACCES');
});
