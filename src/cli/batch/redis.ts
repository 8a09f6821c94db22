/** The connection to Redis: whether it answers, for how long it has not, and what it would lose. */
import type { Redis } from 'ioredis';
import type { WorkerOptions } from 'bullmq';
import { setTimeout as sleep } from 'node:timers/promises';
import { FastSAMError, invalidArgument } from '../../errors.js';
import { log } from '../run.js';

/** Longest wait for the first answer, and for the last one, in milliseconds. */
const FIRST_MS = 15_000;
const LAST_MS = 3000;
/** A connection without a word for so long is broken; a worker waits 5 s for a job. */
const SILENT_MS = 20_000;
const LOOK_EVERY_MS = 500;
/** Milliseconds between tries to connect again. */
const RETRY_MS = 1000;

/** A connection to the queue's server, and the library. */
export interface QueueServer {
  readonly bullmq: typeof import('bullmq');
  readonly connection: Redis & NonNullable<WorkerOptions['connection']>;
  /** Seconds since Redis answered last; 0 while it does. */
  awayFor(): number;
  /**
   * Waits for an answer, as long as Redis may be away.
   * @throws FastSAMError `DOWNLOAD_FAILED`
   */
  answer<T>(work: Promise<T>): Promise<T>;
  /** Ends all connections, whether anybody answers or not. */
  close(): Promise<void>;
}

/**
 * Connects to Redis, and warns of settings with which it would lose jobs.
 * @param url `redis://[user:password@]host:port[/db]`.
 * @param limit seconds that it may be away later on.
 * @throws FastSAMError `INVALID_ARGUMENT` where the libraries are missing or nobody answers.
 */
export async function openQueueServer(url: string, limit = 300): Promise<QueueServer> {
  const [bullmq, ioredis] = await Promise.all([import('bullmq'), import('ioredis')]).catch((error: unknown) => {
    const message = 'queue: got no BullMQ, expected the packages bullmq and ioredis; npm install bullmq ioredis';
    throw invalidArgument(message, { cause: error });
  });
  if (!/^rediss?:\/\//.test(url) || !URL.canParse(url)) {
    throw invalidArgument('queue: got something else than an address of Redis, expected redis://host:port');
  }
  const { host } = new URL(url);
  const connection = new ioredis.Redis(url, {
    ...{ maxRetriesPerRequest: null, lazyConnect: true, socketTimeout: SILENT_MS },
    retryStrategy: () => RETRY_MS,
  });
  const link = new Link(connection, host);
  try {
    await within(connection.connect(), FIRST_MS);
  } catch (error) {
    link.end();
    const reason = link.problem || (error as Error).message;
    const message = `queue: got no answer from Redis at ${host} (${reason}), expected a server; check the address`;
    throw invalidArgument(message, { cause: error });
  }
  link.watch();
  for (const line of await within(weaknesses(connection), FIRST_MS).catch(() => [])) {
    log(`fastsam: Redis at ${host} ${line}`);
  }
  const server: QueueServer = {
    bullmq,
    connection: connection,
    awayFor: () => link.awayFor(),
    answer: (work) => link.answer(work, limit),
    close: async () => {
      if (link.awayFor() === 0) await within(connection.quit(), LAST_MS).catch(() => undefined);
      link.end();
    },
  };
  return server;
}

/** Redis' own connection and those that BullMQ makes of it. */
class Link {
  /** What went wrong last. */
  problem = '';
  readonly #clients: Redis[] = [];
  readonly #host: string;
  #awaySince: number | undefined;
  #watching = false;

  constructor(connection: Redis, host: string) {
    this.#host = host;
    this.#take(connection);
    const duplicate = connection.duplicate.bind(connection);
    connection.duplicate = (...args) => {
      const other = duplicate(...args);
      this.#take(other);
      return other;
    };
  }

  #take(client: Redis): void {
    this.#clients.push(client);
    // Without a listener ioredis prints the error with its stack. It connects again by itself.
    client.on('error', (error: Error) => (this.problem = error.message));
  }

  /** From now on, says when Redis goes away and when it is back. */
  watch(): void {
    this.#watching = true;
    const [connection] = this.#clients;
    connection.on('close', () => {
      if (!this.#watching || this.#awaySince !== undefined) return;
      this.#awaySince = Date.now();
      log(`fastsam: Redis at ${this.#host} does not answer${this.problem && ` (${this.problem})`}; trying again`);
    });
    connection.on('ready', () => {
      if (this.#watching && this.#awaySince !== undefined) log(`fastsam: Redis at ${this.#host} answers again`);
      this.#awaySince = undefined;
    });
  }

  awayFor(): number {
    return this.#awaySince === undefined ? 0 : (Date.now() - this.#awaySince) / 1000;
  }

  async answer<T>(work: Promise<T>, limit: number): Promise<T> {
    let done = false;
    const finished = work.finally(() => (done = true));
    const tooLong = async (): Promise<never> => {
      while (!done && this.awayFor() < limit) await sleep(LOOK_EVERY_MS, undefined, { ref: false });
      const message = `queue: got no answer from Redis at ${this.#host} for ${limit} s, expected one; start it and run this again`;
      throw new FastSAMError('DOWNLOAD_FAILED', message);
    };
    const given = tooLong();
    given.catch(() => undefined);
    return Promise.race([finished, given]);
  }

  end(): void {
    this.#watching = false;
    for (const client of this.#clients) client.disconnect();
  }
}

/** What of the server's settings lets jobs get lost, for people. */
async function weaknesses(connection: Redis): Promise<string[]> {
  const info = `${await connection.info('persistence')}\n${await connection.info('memory')}`;
  const value = (name: string) => new RegExp(`^${name}:(\\S*)`, 'm').exec(info)?.[1];
  // Servers that others run may refuse to show their settings.
  const [, save] = (await connection.config('GET', 'save').catch(() => [])) as string[];
  const lines: string[] = [];
  if (value('aof_enabled') === '0') {
    const kept = save === '' ? 'keeps nothing' : 'keeps what its last snapshot held, if it makes any,';
    lines.push(`${kept} when it restarts; set appendonly yes`);
  }
  const policy = value('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    lines.push(`drops jobs when its memory is full (maxmemory-policy ${policy}); set noeviction`);
  }
  return lines;
}

/** @throws Error when it takes longer. */
export async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  work.catch(() => undefined); // it may fail after all
  const late = sleep(ms, undefined, { ref: false }).then(() => {
    throw new Error(`no answer in ${ms / 1000} s`);
  });
  late.catch(() => undefined);
  return Promise.race([work, late]);
}
