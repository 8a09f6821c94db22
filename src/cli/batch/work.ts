/** `fastsam batch work`: does images of the queue until it is told to stop, or until the queue is empty. */
import { setTimeout } from 'node:timers/promises';
import { throwIfAborted } from '../../errors.js';
import { flag, number } from '../../options/kinds.js';
import { filled, type CommandValues } from '../rows.js';
import { EXIT, interruptSignal, log } from '../run.js';
import { plural } from '../../options/showValue.js';
import { queueOf } from './enqueue.js';
import { batchOptions } from './options.js';
import { isEmpty, openConsumer, openQueue } from './queue.js';
import { QueueWorker } from './queueWorker.js';
import { openQueueServer, within } from './redis.js';
import { reportBatches } from './workReport.js';

/** Every option of `fastsam batch work`, beside the queue. */
export const WORK_ROWS = {
  untilEmpty: flag({
    text: 'end when nothing is left in the queue, and say which images are missing then',
    default: false,
    cli: {},
  }),
  lock: number(1, 86_400, {
    text: 'images of a worker without a sign of life for so long go to another',
    default: 60,
    cli: { value: '<seconds>' },
  }),
  redisTimeout: number(1, 86_400, {
    text: 'end when Redis does not answer for so long',
    default: 300,
    cli: { value: '<seconds>' },
  }),
};

/** Images at a time: one in the network, one being read, one being written. */
const AT_A_TIME = 3;
const LOOK_EVERY_MS = 500;
/** Images change hands between two counts, so the queue is empty when it was so several times. */
const EMPTY = 3;
/** Longest wait for BullMQ's own end, in milliseconds. */
const CLOSE_MS = 500;
/** Longest wait for the images under way after a signal, in milliseconds; they are given up some time before. */
const END_MS = 7000;

export async function executeWork(values: CommandValues): Promise<void> {
  const options = filled(WORK_ROWS, values);
  const { imageTimeout, out, ...batch } = batchOptions(values);
  const signal = interruptSignal();
  const server = await openQueueServer(queueOf({ ...batch, imageTimeout, out }), options.redisTimeout);
  const queue = openQueue(server);
  const worker = new QueueWorker({ signal, imageTimeout, out });
  const consumer = openConsumer(
    server,
    (attempt) => worker.do(attempt),
    {
      ...{ concurrency: AT_A_TIME, lockDuration: 1000 * options.lock },
      stalledInterval: 1000 * Math.max(1, options.lock / 2),
    },
    (reason) => {
      worker.refuse(reason);
    },
  );
  let empty = 0;
  try {
    while (!signal.aborted && worker.problem === undefined && empty < EMPTY) {
      await setTimeout(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
      // Asked for in any case: silence is how a connection that is cut off is noticed.
      const now = await unlessAborted(server.answer(isEmpty(queue)), signal);
      empty = options.untilEmpty && now === true ? empty + 1 : 0;
    }
    // What is under way comes to its end, or is given up after a few seconds; then nothing is waited for.
    if (server.awayFor() === 0) await within(consumer.close(), END_MS).catch(() => undefined);
    log(`${plural(worker.done.size, 'image')}, ${worker.failed.size} failed${refusedText(worker.refused)}`);
    const tasks = await worker.close();
    if (worker.problem !== undefined) throw worker.problem;
    if (!signal.aborted) await reportBatches(server, tasks, { out, all: options.untilEmpty });
    if (worker.failed.size + worker.refused > 0) process.exitCode = EXIT.someFailed;
  } finally {
    await worker.close();
    await Promise.all(
      [consumer.close(true), queue.close()].map((each) => within(each, CLOSE_MS).catch(() => undefined)),
    );
    await server.close();
  }
  throwIfAborted(signal);
}

function refusedText(count: number): string {
  return count === 0 ? '' : `, ${plural(count, 'job')} refused`;
}

/** What the work gives, or undefined when the signal fires. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  work.catch(() => undefined); // nobody may wait for it
  const aborted = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => {
      resolve(undefined);
    });
  });
  return Promise.race([work, aborted]);
}
