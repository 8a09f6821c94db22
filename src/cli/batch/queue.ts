/** The queue of a fleet: BullMQ on Redis. A job is one image, and says everything that a worker must know. */
import type { Job, Queue, WorkerOptions } from 'bullmq';
import type { BatchItem } from '../../batch/names.js';
import { hashText } from '../../platform/hashText.js';
import { makeKey, parseJob, signJob, type QueueJob } from './queueJob.js';
import type { QueueServer } from './redis.js';

/** One try of a job. */
export interface QueueTry {
  readonly job: QueueJob;
  /** Whether a worker has died over the image while it was alone: it is to blame. */
  readonly crashes: boolean;
  /** Whether a worker has died over the image, or beside it: it is to be done alone. */
  readonly alone: boolean;
  /** To be called when nothing else is done beside it. */
  readonly begin: () => Promise<void>;
}

/** Thrown by a job's work: the image is not to blame. It goes back to the queue, as if it had not been tried. */
export class PutBack extends Error {}

/** Thrown by a job's work: it is none of a batch that is done here, and never will be. */
export class RefusedJob extends Error {}

const NAME = 'fastsam';
/** The folders of the batches that were put in, with their options' hashes. */
const BATCHES = 'fastsam:batches';
/** Milliseconds before an image that was put back is tried again. */
const BACKOFF = 1000;
/** Jobs that are sent to Redis at a time. */
const BULK = 1000;

/** The queue itself. */
export function openQueue({ bullmq, connection }: QueueServer): Queue<QueueJob> {
  // The server's settings are looked at when the connection is made; BullMQ would print on its own.
  const queue = new bullmq.Queue<QueueJob>(NAME, { connection, skipVersionCheck: true });
  queue.on('error', () => undefined); // the connection says so
  return queue;
}

/** Runs `work` for each job of the queue. */
export function openConsumer(
  { bullmq, connection }: QueueServer,
  work: (attempt: QueueTry) => Promise<void>,
  options: Pick<WorkerOptions, 'concurrency' | 'lockDuration' | 'stalledInterval'>,
  refuse: (reason: string) => void = () => undefined,
) {
  const consumer = new bullmq.Worker<unknown>(
    NAME,
    async (job, token) => {
      try {
        await work(tryOf(job));
      } catch (error) {
        if (error instanceof RefusedJob) {
          refuse(`job ${JSON.stringify(job.name)}: ${error.message}`);
          throw new bullmq.UnrecoverableError(error.message);
        }
        if (!(error instanceof PutBack)) throw error;
        await job.moveToDelayed(Date.now() + BACKOFF, token);
        throw new bullmq.DelayedError();
      }
    },
    // Not the number of deaths decides, which may be those of other images, but what happens when an image is alone.
    { connection, ...options, maxStalledCount: 1000, skipVersionCheck: true },
  );
  consumer.on('error', () => undefined); // the connection says so
  return consumer;
}

function tryOf(job: Job<unknown>): QueueTry {
  const data = parseJob(job.data);
  if (!data) throw new RefusedJob('got something else than an image of a batch, expected what batch enqueue puts in');
  const alone = job.stalledCounter > 0;
  return {
    job: data,
    crashes: job.stalledCounter > (data.aloneAfter ?? Infinity),
    alone,
    begin: async () => {
      if (alone) await job.updateData({ ...data, aloneAfter: job.stalledCounter });
    },
  };
}

/** Whether no job waits or is under way. */
export async function isEmpty(queue: Queue<QueueJob>): Promise<boolean> {
  const counts = await queue.getJobCounts('waiting', 'delayed', 'prioritized', 'active');
  return Object.values(counts).every((count) => count === 0);
}

/** Puts images into the queue. Those that wait there already, by the same options, are not put in again. */
export async function enqueueItems(
  server: QueueServer,
  queue: Queue<QueueJob>,
  items: readonly BatchItem[],
  job: Omit<QueueJob, 'item' | 'signature'>,
): Promise<void> {
  const key = await makeKey(job.task.out);
  await server.answer(server.connection.hset(BATCHES, job.task.out, job.optionsHash));
  for (let i = 0; i < items.length; i += BULK) {
    const jobs = items.slice(i, i + BULK).map(async (item) => ({
      name: item.key,
      data: signJob({ ...job, item }, key),
      opts: { jobId: await jobIdOf(item, job), removeOnComplete: true, removeOnFail: true },
    }));
    await server.answer(queue.addBulk(await Promise.all(jobs)));
  }
}

/** The folders of all batches that were put in, with their options' hashes. */
export async function queuedBatches(server: QueueServer): Promise<ReadonlyMap<string, string>> {
  return new Map(Object.entries(await server.answer(server.connection.hgetall(BATCHES))));
}

/** Forgets a batch whose folder is gone or another one's. */
export async function forgetBatch(server: QueueServer, out: string): Promise<void> {
  await server.answer(server.connection.hdel(BATCHES, out));
}

/** The same image, options and folder: the same job. */
function jobIdOf({ key }: BatchItem, { optionsHash, task }: Pick<QueueJob, 'optionsHash' | 'task'>): Promise<string> {
  return hashText(`${optionsHash} ${task.out} ${key}`);
}
