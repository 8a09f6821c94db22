/** `fastsam batch enqueue` and `work` with a real Redis: two workers, one of them killed. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fastsam, workFolder } from '../cli.js';
import { batch, contents, makePictures, recorded } from './folder.js';

const folder = workFolder();
const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
if (!hasRedis) console.warn('skipped: redis-server is not installed');

test('without a server: one clear line', async () => {
  const { code, stderr } = await fastsam(['batch', 'work', '--queue', 'redis://127.0.0.1:1']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('no answer from Redis at 127.0.0.1:1')]);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

describe.skipIf(!hasRedis)('with Redis', () => {
  let redis: ChildProcess;
  let url = '';

  beforeAll(async () => {
    const port = await freePort();
    url = `redis://127.0.0.1:${port}`;
    redis = spawn('redis-server', ['--port', String(port), '--save', '', '--dir', folder], { stdio: 'ignore' });
    await makePictures(join(folder, 'in'), [...Array.from({ length: 30 }, (_, i) => `${i % 3}/${i}.jpg`), 'torn.jpg']);
  });
  afterAll(() => {
    redis.kill();
  });

  test('a worker is killed: the folder is that of an undisturbed run', async () => {
    const cwd = folder;
    const formats = ['--format', 'json,coco'];
    expect((await batch(['in', '--out', 'calm', ...formats], { cwd })).code).toBe(1);
    const enqueued = await batch(['enqueue', 'in', '--out', 'queued', '--queue', url, ...formats], { cwd });
    expect([enqueued.code, enqueued.stderr]).toEqual([0, expect.stringContaining('31 pictures in the queue')]);
    const out = join(folder, 'queued');
    const work = ['batch', 'work', '--queue', url, '--until-empty', '--lock', '2'];
    const first = await fastsam(work, {
      cwd,
      watch: (child) => void killAt(child, out, 4),
    });
    expect(first.code).toBe('SIGKILL');
    const [a, b] = await Promise.all([fastsam(work, { cwd }), fastsam(work, { cwd })]);
    expect([a.code, b.code].sort()).toEqual([0, 1]); // the broken picture is the one worker's
    const files = contents(out);
    const expected = contents(join(folder, 'calm'));
    // Sources are absolute paths for a fleet, which the failures name.
    expect(Object.keys(withoutTemporary(files))).toEqual(Object.keys(expected));
    expect({ ...files, 'failures.jsonl': '' }).toMatchObject({ ...expected, 'failures.jsonl': '' });
    expect(new Set(recorded(out)).size).toBe(31);
  }, 240_000);
});

async function killAt(child: ChildProcess, out: string, count: number): Promise<void> {
  while (!existsSync(join(out, '.batch', 'journal')) || recorded(out).length < count) await sleep(5);
  child.kill('SIGKILL');
}

function withoutTemporary(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).filter(([name]) => !name.startsWith(join('.batch', 'tmp'))));
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
