/** `fastsam batch enqueue` and `work` with a real Redis: two workers, one of them killed; an image that ends workers. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { openConsumer, PutBack, type QueueTry } from '../../../src/cli/batch/queue.js';
import { openQueueServer } from '../../../src/cli/batch/redis.js';
import { violations } from '../../support/schema.js';
import { fastsam, fastsamHere } from '../../support/cli.js';
import { temporaryFolder } from '../../support/temporaryFolder.js';
import { batch, contents, failures, makeImages, ofImages, recorded, whenRecorded } from './folder.js';
import { freePort } from '../../support/freePort.js';

vi.setConfig({ testTimeout: 240_000 });
const folder = temporaryFolder();
const noRedis = inject('missing').redis;

test('without a server: one clear line', async () => {
  const { code, stderr } = await fastsamHere(['batch', 'work', '--queue', 'redis://127.0.0.1:1'], folder);
  expect([code, stderr]).toEqual([2, expect.stringContaining('no answer from Redis at 127.0.0.1:1')]);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

describe.skipIf(noRedis)(`with Redis${noRedis === undefined ? '' : ` (skipped: ${noRedis})`}`, () => {
  let redis: ChildProcess;
  let url = '';
  const KEYS = [...Array.from({ length: 30 }, (_, i) => `${i % 3}/${i}.jpg`), 'torn.jpg'];
  const POISON = '!poison.jpg'; // the first in the queue
  const FORMATS = ['--format', 'json,coco'];
  const [images, calm, out] = ['in', 'calm', 'queued'].map((name) => join(folder, name));

  beforeAll(async () => {
    const port = await freePort();
    url = `redis://127.0.0.1:${port}`;
    redis = spawn('redis-server', ['--port', String(port), '--save', '', '--dir', folder], { stdio: 'ignore' });
    await makeImages(images, KEYS);
    expect((await batch(['in', '--out', 'calm', ...FORMATS], { cwd: folder })).code).toBe(1);
    await makeImages(images, [POISON]);
    const args = ['enqueue', 'in', '--out', 'queued', '--queue', url, ...FORMATS];
    const { code, stderr } = await batch(args, { cwd: folder });
    expect([code, stderr]).toEqual([0, expect.stringContaining('32 images in the queue')]);
  });
  afterAll(() => {
    redis.kill();
  });

  /** A worker that ends over an image: its share of the queue's bookkeeping, without a model. */
  async function dieOver(key: string): Promise<QueueTry> {
    const server = await openQueueServer(url);
    let end: () => Promise<void> = () => Promise.resolve();
    const attempt = await new Promise<QueueTry>((resolve) => {
      const work = async (each: QueueTry) => {
        if (each.job.item.key !== key) throw new PutBack();
        await each.begin();
        resolve(each);
        await new Promise(() => undefined);
      };
      const consumer = openConsumer(server, work, { concurrency: 1, lockDuration: 500, stalledInterval: 200 });
      end = () => consumer.close(true);
    });
    await end(); // as when the process is gone: nobody tells the queue, and the lock runs out
    await server.close();
    return attempt;
  }

  test('an image is blamed when it was alone with the worker that died', async () => {
    expect(await dieOver(POISON)).toMatchObject({ alone: false, crashes: false });
    expect(await dieOver(POISON)).toMatchObject({ alone: true, crashes: false });
  });

  test('two workers, one of them killed: the files of an undisturbed run, and its failures', async () => {
    const work = ['batch', 'work', '--queue', url, '--until-empty', '--lock', '2'];
    const [killed, other] = await Promise.all([
      fastsam(work, {
        cwd: folder,
        watch: (child) => void whenRecorded(out, 2, child.pid).then(() => child.kill('SIGKILL')),
      }),
      fastsam(work, { cwd: folder }),
    ]);
    expect([killed.code, other.code]).toEqual(['SIGKILL', 1]);
    expect(ofImages(out)).toEqual(ofImages(calm));
    const [poisoned, ...others] = failures(out);
    expect(poisoned).toMatchObject({ key: POISON, code: 'CRASHED' });
    expect(others).toEqual(failures(calm));
    expect(new Set(recorded(out))).toEqual(new Set([...KEYS, POISON]));
    const merged = await fastsamHere(['batch', 'merge', out], folder);
    expect(merged.stderr).toContain('30 of 32 images done, 0 missing, 2 failed');
  });

  test('JSON files follow the schema, and hold nothing that differs from run to run', () => {
    expect(Object.keys(contents(calm))).toContain(join('1', '1.json'));
    const record: unknown = JSON.parse(readFileSync(join(calm, '1', '1.json'), 'utf8'));
    expect(violations(record)).toEqual([]);
    expect(record).toMatchObject({ image: { path: '1/1.jpg', width: 121, height: 102 }, model: 'demo', imgsz: 64 });
    expect(record).not.toHaveProperty('speed');
  });
});
