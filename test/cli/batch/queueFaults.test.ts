/** A queue that loses its data, jobs that somebody else made, images that never answer, and a Redis that goes away. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { openQueue } from '../../../src/cli/batch/queue.js';
import { openQueueServer } from '../../../src/cli/batch/redis.js';
import { fastsam } from '../../support/cli.js';
import { freePort } from '../../support/freePort.js';
import { temporaryFolder } from '../../support/temporaryFolder.js';
import { batch, contents, failures, makeImages } from './folder.js';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });
const folder = temporaryFolder();
const noRedis = inject('missing').redis;
const KEYS = ['a.jpg', 'b.jpg', 'c/d.jpg', 'c/e.jpg'];

describe.skipIf(noRedis)(`with Redis${noRedis === undefined ? '' : ` (skipped: ${noRedis})`}`, () => {
  let redis: ChildProcess;
  let url = '';
  let silent: Server;
  const enqueue = (out: string, ...more: string[]) =>
    batch(['enqueue', 'in', '--out', out, '--queue', url, ...more], { cwd: folder });
  const work = (...more: string[]) =>
    fastsam(['batch', 'work', '--queue', url, '--until-empty', ...more], { cwd: folder });

  beforeAll(async () => {
    const port = await freePort();
    url = `redis://127.0.0.1:${port}`;
    const settings = ['--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru'];
    redis = spawn('redis-server', ['--port', String(port), '--save', '', ...settings, '--dir', folder], {
      stdio: 'ignore',
    });
    await makeImages(join(folder, 'in'), KEYS);
    silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    redis.kill('SIGKILL');
    silent.closeAllConnections();
    silent.close();
  });

  async function inQueue(
    act: (server: Awaited<ReturnType<typeof openQueueServer>>) => Promise<unknown>,
  ): Promise<void> {
    const quiet = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const server = await openQueueServer(url);
    quiet.mockRestore();
    await act(server);
    await server.close();
  }

  test('that was flushed: the missing images are named, and the advice helps', async () => {
    const put = await enqueue('flushed');
    expect(put.stderr).toContain('keeps nothing when it restarts; set appendonly yes');
    expect(put.stderr).toContain('drops jobs when its memory is full (maxmemory-policy allkeys-lru); set noeviction');
    await inQueue(({ connection }) => connection.flushall());
    const blind = await work();
    expect([blind.code, blind.stderr]).toEqual([
      1,
      expect.stringMatching(
        /the queue is empty and knows of no batch: .*; name the folder with --out to see what is missing/,
      ),
    ]);
    const seen = await work('--out', 'flushed');
    expect([seen.code, seen.stderr]).toEqual([
      1,
      expect.stringMatching(/4 of 4 images missing.*; put them in again by batch enqueue with --resume/),
    ]);
    for (const key of KEYS) expect(seen.stderr).toContain(`fastsam: ${key}: was never done`);
    expect((await enqueue('flushed', '--resume')).code).toBe(0);
    const done = await work();
    expect([done.code, done.stderr]).toEqual([0, expect.stringContaining('4 of 4 images done')]);
    expect((await work()).code).toBe(0); // one that comes late
  });

  test('with jobs that batch enqueue did not make: named, and nothing is written', async () => {
    await enqueue('forged');
    await inQueue(async (server) => {
      const queue = openQueue(server);
      const [job] = await queue.getJobs(['waiting'], 0, 0);
      const forge = (name: string, change: object) => queue.add(name, { ...job.data, ...change });
      await forge('leaves', { item: { ...job.data.item, stem: '../victim' } });
      await forge('elsewhere', { item: { ...job.data.item, input: `http://127.0.0.1:1/` } });
      await forge('module', { task: { ...job.data.task, formats: [{ module: '/x.mjs', sha256: 'x' }] } });
      await queue.add('none', { hello: 'world' } as never);
      await queue.close();
    });
    const { code, stderr } = await work('--out', 'forged');
    expect(code).toBe(1);
    const refused = stderr.split('\n').filter((line) => line.startsWith('fastsam: job "'));
    expect(refused.map((line) => /job "(\w+)"/.exec(line)?.[1]).sort()).toEqual([
      'elsewhere',
      'leaves',
      'module',
      'none',
    ]);
    expect(stderr).toContain('4 of 4 images done');
    expect(existsSync(join(folder, 'victim.json'))).toBe(false);
    expect(Object.keys(contents(join(folder, 'forged'))).filter((name) => name.endsWith('.json'))).toHaveLength(4 + 2);
  });

  test('with an image that never answers: it is named, and holds up no other', async () => {
    const never = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/never.jpg`;
    const args = ['enqueue', never, 'in', '--out', 'never', '--queue', url];
    expect((await batch(args, { cwd: folder })).code).toBe(0);
    const { code, stderr } = await work('--image-timeout', '3');
    expect([code, stderr]).toEqual([1, expect.stringContaining('4 of 5 images done, 1 failed')]);
    expect(failures(join(folder, 'never'))).toMatchObject([{ code: 'TIMED_OUT' }]);
  });

  test('that goes away: said once, given up in the end, and a signal ends the worker meanwhile', async () => {
    const waiting = (args: string[], signal?: NodeJS.Signals) =>
      fastsam(['batch', 'work', '--queue', url, ...args], {
        cwd: folder,
        watch: (child) => {
          if (signal === undefined) return;
          child.stderr?.on('data', (text: string) => {
            if (text.includes('does not answer')) child.kill(signal);
          });
        },
      });
    const workers = Promise.all([waiting([], 'SIGTERM'), waiting(['--redis-timeout', '3'])]);
    setTimeout(() => redis.kill('SIGKILL'), 8000);
    const [told, patient] = await workers;
    expect(told.code).toBe(143);
    expect([patient.code, patient.stderr]).toEqual([1, expect.stringContaining('no answer from Redis')]);
    for (const { stderr } of [told, patient]) expect(stderr.match(/does not answer/g)).toHaveLength(1);
  });
});
