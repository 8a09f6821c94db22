/** The queue of a fleet: BullMQ on Redis. A job is one image, and says everything that a worker must know. */
import type { Job, Queue, WorkerOptions } from 'bullmq';
import type { BatchItem } from '../../batch/names.js';
import { invalidArgument } from '../../errors.js';
import { hashText } from '../../platform/hashText.js';
import type { ModelSpec, SentTask } from './sent.js';

/** What a job holds. Paths are absolute: workers see the same file system. */
export interface QueueJob {
  readonly item: BatchItem;
  readonly task: SentTask;
  readonly spec: ModelSpec;
  /** Workers refuse jobs for which they would write something else. */
  readonly optionsHash: string;
  /** How many workers had died over this image, or over others beside it, when it was begun alone. */
  readonly aloneAfter?: number;
}

/** One try of a job. */
export interface QueueTry {
  readonly job: QueueJob;
  /** Whether a worker has died over the image while it was alone: it is to blame. */
  readonly crashes: boolean;
  /** Whether a worker has died over the image, or beside it: it is to be done alone. */
  readonly alone: boolean;
  /** Whether errors are final. */
  readonly last: boolean;
  /** To be called when nothing else is done beside it. */
  readonly begin: () => Promise<void>;
}

/** Thrown by a job's work: the image is not to blame. It goes back to the queue, as if it had not been tried. */
export class PutBack extends Error {}

const NAME = 'fastsam';
/** Tries of an image whose worker or file system failed; a broken image is tried once. */
const ATTEMPTS = 3;
/** Milliseconds before the second try; doubled for each further one. */
const BACKOFF = 1000;
/** Jobs that are sent to Redis at a time. */
const BULK = 1000;

/** A connection to the queue's server, and the library. */
export interface QueueServer {
  readonly bullmq: typeof import('bullmq');
  readonly connection: NonNullable<WorkerOptions['connection']>;
  close(): Promise<void>;
}

/**
 * Connects to Redis.
 * @param url `redis://[user:password@]host:port[/db]`.
 * @throws FastSAMError `INVALID_ARGUMENT` where the libraries are missing or nobody answers.
 */
export async function openQueueServer(url: string): Promise<QueueServer> {
  const [bullmq, { Redis }] = await Promise.all([import('bullmq'), import('ioredis')]).catch((error: unknown) => {
    const message = 'queue: got no BullMQ, expected the packages bullmq and ioredis; npm install bullmq ioredis';
    throw invalidArgument(message, { cause: error });
  });
  if (!/^rediss?:\/\//.test(url) || !URL.canParse(url)) {
    throw invalidArgument(`queue: got "${url}", expected redis://host:port`);
  }
  const connection = new Redis(url, { maxRetriesPerRequest: null, lazyConnect: true });
  let problem = '';
  connection.on('error', (error: Error) => (problem = error.message)); // it connects again by itself
  try {
    await connection.connect();
  } catch (error) {
    connection.disconnect();
    const { host } = new URL(url);
    const reason = problem || (error as Error).message;
    const message = `queue: got no answer from Redis at ${host} (${reason}), expected a server; check the address`;
    throw invalidArgument(message, { cause: error });
  }
  return {
    bullmq,
    connection,
    close: async () => {
      await connection.quit().catch(() => undefined);
    },
  };
}

/** The queue itself. */
export function openQueue({ bullmq, connection }: QueueServer): Queue<QueueJob> {
  return new bullmq.Queue<QueueJob>(NAME, { connection });
}

/** Runs `work` for each job of the queue. */
export function openConsumer(
  { bullmq, connection }: QueueServer,
  work: (attempt: QueueTry) => Promise<void>,
  options: Pick<WorkerOptions, 'concurrency' | 'lockDuration' | 'stalledInterval'>,
) {
  return new bullmq.Worker<QueueJob>(
    NAME,
    async (job, token) => {
      try {
        await work(tryOf(job));
      } catch (error) {
        if (!(error instanceof PutBack)) throw error;
        await job.moveToDelayed(Date.now() + BACKOFF, token);
        throw new bullmq.DelayedError();
      }
    },
    // Not the number of deaths decides, which may be those of other images, but what happens when an image is alone.
    { connection, ...options, maxStalledCount: 1000 },
  );
}

function tryOf(job: Job<QueueJob>): QueueTry {
  const alone = job.stalledCounter > 0;
  return {
    job: job.data,
    crashes: job.stalledCounter > (job.data.aloneAfter ?? Infinity),
    alone,
    last: job.attemptsMade + 1 >= ATTEMPTS,
    begin: async () => {
      if (alone) await job.updateData({ ...job.data, aloneAfter: job.stalledCounter });
    },
  };
}

/** Puts images into the queue. Those that wait there already, by the same options, are not put in again. */
export async function enqueueItems(
  queue: Queue<QueueJob>,
  items: readonly BatchItem[],
  job: Omit<QueueJob, 'item'>,
): Promise<void> {
  for (let i = 0; i < items.length; i += BULK) {
    const jobs = items.slice(i, i + BULK).map(async (item) => ({
      name: item.key,
      data: { ...job, item },
      opts: {
        jobId: await jobIdOf(item, job),
        attempts: ATTEMPTS,
        backoff: { type: 'exponential', delay: BACKOFF },
        removeOnComplete: true,
        removeOnFail: true,
      },
    }));
    await queue.addBulk(await Promise.all(jobs));
  }
}

/** The same image, options and folder: the same job. */
function jobIdOf({ key }: BatchItem, { optionsHash, task }: Pick<QueueJob, 'optionsHash' | 'task'>): Promise<string> {
  return hashText(`${optionsHash} ${task.out} ${key}`);
}
