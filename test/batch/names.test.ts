/** Names, shards and identities of batches. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { makeManifest, requireSameBatch, type BatchIdentity } from '../../src/batch/identity.js';
import { keyOf, nameItems } from '../../src/batch/names.js';
import { BatchState, parseRecord } from '../../src/batch/records.js';
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

test('no two pictures have a file in common, letter case ignored, whatever their order', async () => {
  const keys = ['a.jpg', 'a.png', 'a.png.jpg', 'b/A.jpg', 'b/a.JPG', 'coco.jpg', 'c.jpg', '.hidden'];
  const items = await named(...keys);
  expect(new Set(items.map(({ stem }) => stem.toLowerCase())).size).toBe(keys.length);
  const stems = new Map(items.map(({ key, stem }) => [key, stem]));
  expect([stems.get('c.jpg'), stems.get('a.jpg'), stems.get('coco.jpg')]).toEqual(['c', 'a.jpg', 'coco.jpg']);
  expect(await named(...keys.reverse())).toEqual(items);
  const twice = await nameItems(['x.jpg', '../x.jpg', 'x.jpg'].map((input) => ({ key: 'x.jpg', input })));
  expect(new Set(twice.map(({ key }) => key)).size).toBe(2);
});

describe('shards', () => {
  test('are the hash of the name, and together the whole', async () => {
    const items = await named(...Array.from({ length: 400 }, (_, i) => `${i}.jpg`));
    const parts = await Promise.all([1, 2, 3, 4].map((index) => selectShard(items, { index, count: 4 })));
    expect(parts.flat().sort((a, b) => a.number - b.number)).toEqual(items);
    for (const part of parts) expect(Math.abs(part.length - 100)).toBeLessThan(35); // four standard deviations
    const digest = createHash('sha256').update('7.jpg').digest();
    expect(await shardOf('7.jpg', 16)).toBe((digest.readUIntBE(0, 6) % 16) + 1);
  });

  test('as schedulers number their tasks', () => {
    const env = (values: Record<string, string>) => (name: string) => values[name];
    const slurm = { SLURM_ARRAY_TASK_ID: '7', SLURM_ARRAY_TASK_COUNT: '8', SLURM_ARRAY_TASK_MIN: '0' };
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
    pictures: { count: 2, sha256: 'bb' },
  };
  const other = { ...identity, pictures: { count: 3, sha256: 'cc' } };
  expect((await makeManifest(other)).optionsHash).toBe((await makeManifest(identity)).optionsHash);
  requireSameBatch('out', identity, structuredClone(identity));
  const asked = { ...identity, options: { imgsz: 640 } };
  expect(() => {
    requireSameBatch('out', identity, asked);
  }).toThrow('imgsz 320, expected 640');
});

test('a success stands against failures before and after it; a torn line is none', () => {
  const state = new BatchState();
  const failed = { number: 1, key: 'a', error: { code: 'INVALID_IMAGE', message: 'x' } } as const;
  const done = { number: 1, key: 'a', stem: 'a', width: 1, height: 1, objects: 3 };
  for (const record of [failed, done, failed]) state.add(record);
  expect([state.done(), state.failed()]).toEqual([[done], []]);
  expect(parseRecord(JSON.stringify(done))).toEqual(done);
  expect(parseRecord(JSON.stringify(done).slice(0, 30))).toBeUndefined();
});
