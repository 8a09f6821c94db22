/**
 * A queue whose Redis is killed, flushed and cut off while workers run. In the end every image must be done, or be named as
 * missing and done after it is put in again.
 *
 *   npx tsx tools/queueFaults.ts [--short] [--times 10] [--images 60] [--workers 2]
 *
 * `--times` is how often each fault happens; `--short` is once, of three kinds at the same time, with 12 images. Without
 * redis-server it says so and ends.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { compare, imageNames, makeImages, recordedIn, startFastsam } from './support.js';

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    times: { type: 'string' },
    images: { type: 'string' },
    workers: { type: 'string', default: '2' },
  },
});
const times = Number(values.times ?? (values.short ? 1 : 10));
const count = Number(values.images ?? (values.short ? 12 : 60));

/** Redis in a process of its own; without a disk it loses everything. */
class Server {
  readonly #folder: string;
  readonly #persistent: boolean;
  #process: ChildProcess | undefined;
  port = 0;

  constructor(folder: string, persistent: boolean) {
    this.#folder = folder;
    this.#persistent = persistent;
  }

  async start(): Promise<void> {
    this.port ||= await freePort();
    const kept = this.#persistent ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--save', ''];
    this.#process = spawn('redis-server', ['--port', String(this.port), '--dir', this.#folder, ...kept], {
      stdio: 'ignore',
    });
    await this.command('PING');
  }

  async command(name: string): Promise<void> {
    for (let i = 0; i < 100; i++) {
      const client = new Redis(this.port, { lazyConnect: true, retryStrategy: () => null });
      client.on('error', () => undefined);
      try {
        await client.connect();
        await client.call(name);
        return;
      } catch {
        await setTimeout(100);
      } finally {
        client.disconnect();
      }
    }
    throw new Error('redis-server does not answer');
  }

  signal(name: NodeJS.Signals): void {
    this.#process?.kill(name);
  }

  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.#process?.once('exit', resolve));
    this.signal('SIGKILL');
    await ended;
  }
}

/** A way to Redis that can be cut: what is sent then goes nowhere, as when a cable is pulled. */
class Cable {
  readonly #sockets = new Set<Socket>();
  #cut = false;
  port = 0;
  readonly #server;

  constructor(target: () => number) {
    this.#server = createServer((near) => {
      const far = connect(target(), '127.0.0.1');
      for (const [from, to] of [
        [near, far],
        [far, near],
      ]) {
        this.#sockets.add(from);
        from.on('data', (data) => !this.#cut && to.write(data));
        from.on('error', () => undefined);
        from.on('close', () => {
          this.#sockets.delete(from);
          if (!this.#cut) to.destroy();
        });
      }
    });
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.port = (this.#server.address() as AddressInfo).port;
  }

  /** The connections of before stay dead, as they do in life. */
  cut(): void {
    this.#cut = true;
  }

  mend(): void {
    this.#cut = false;
    this.close();
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  end(): void {
    this.close();
    this.#server.close();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

type Fault = (redis: Server, cable: Cable) => Promise<void>;
const FAULTS: Record<string, { readonly persistent: boolean; readonly loses: boolean; readonly happen: Fault }> = {
  'killed, with its data': {
    persistent: true,
    loses: false,
    happen: async (redis) => {
      await redis.kill();
      await setTimeout(1500);
      await redis.start();
    },
  },
  'killed, data lost': {
    persistent: false,
    loses: true,
    happen: async (redis) => {
      await redis.kill();
      await redis.start();
    },
  },
  flushed: { persistent: false, loses: true, happen: (redis) => redis.command('FLUSHALL') },
  stopped: {
    persistent: false,
    loses: false,
    happen: async (redis) => {
      redis.signal('SIGSTOP');
      await setTimeout(8000);
      redis.signal('SIGCONT');
    },
  },
  'cut off': {
    persistent: false,
    loses: false,
    happen: async (_, cable) => {
      cable.cut();
      await setTimeout(25_000); // longer than the lock, and than a silent connection is kept
      cable.mend();
    },
  },
};

/** One fault in the middle of a batch. */
async function tryFault(name: string, images: string, out: string): Promise<void> {
  const { persistent, loses, happen } = FAULTS[name];
  const folder = await mkdtemp(join(tmpdir(), 'fastsam-redis-'));
  const redis = new Server(folder, persistent);
  const cable = new Cable(() => redis.port);
  try {
    await redis.start();
    await cable.open();
    const url = `redis://127.0.0.1:${cable.port}`;
    const enqueue = () =>
      startFastsam([
        'batch',
        'enqueue',
        images,
        '--out',
        out,
        '--queue',
        url,
        '--imgsz',
        '64',
        '--device',
        'cpu',
        '--resume',
      ]).ended;
    const work = () =>
      startFastsam(['batch', 'work', '--queue', url, '--until-empty', '--lock', '5', '--out', out]).ended;
    const put = await enqueue();
    if (put.code !== 0) throw new Error(put.stderr);
    const workers = Array.from({ length: Number(values.workers) }, work);
    while ((await recordedIn(out)).length < count / 4) await setTimeout(20);
    await happen(redis, cable);
    const ended = await Promise.all(workers);
    const traces = ended.filter(({ stderr }) => /^\s+at /m.test(stderr)).length;
    compare(`${name}: stack traces`, traces, 0);
    const { done } = await summary(out);
    const lost = ended.some(
      ({ stderr }) => stderr.includes('missing, and no job is left for them') || stderr.includes('was never done'),
    );
    compare(`${name}: all are done, or the missing ones named`, done === count ? true : loses && lost, true);
    if (done < count) {
      compare(
        `${name}: exit codes of workers that saw images missing`,
        ended.every(({ code }) => code === 1),
        true,
      );
      await enqueue();
      const again = await work();
      compare(`${name}: ${count - done} images put in again: exit code`, again.code, 0);
    }
    compare(`${name}: done, failed, missing`, await summary(out), { done: count, failed: 0, missing: 0 });
  } finally {
    cable.end();
    redis.signal('SIGCONT');
    await redis.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function summary(out: string) {
  await startFastsam(['batch', 'merge', out]).ended;
  const { done, failed, missing } = JSON.parse(await readFile(join(out, 'summary.json'), 'utf8')) as Record<
    string,
    number
  >;
  return { done, failed, missing };
}

if (spawnSync('redis-server', ['--version']).error) {
  console.log('redis-server is not installed: the queue is not tried');
  process.exit();
}
const work = await mkdtemp(join(tmpdir(), 'fastsam-faults-'));
try {
  const images = join(work, 'images');
  await makeImages(images, imageNames(count));
  const start = performance.now();
  const kinds = values.short ? ['killed, data lost', 'flushed', 'cut off'] : Object.keys(FAULTS);
  const tried = kinds.map((name, k) => async () => {
    for (let i = 0; i < times; i++) await tryFault(name, images, join(work, `out-${k}-${i}`));
  });
  if (values.short) await Promise.all(tried.map((each) => each()));
  else for (const each of tried) await each();
  console.log(
    `${times} of each fault, ${count} images each time, ${((performance.now() - start) / 1000).toFixed(0)} s`,
  );
} finally {
  await rm(work, { recursive: true, force: true });
}
