/** `fastsam batch work`: does images of the queue until it is told to stop, or until the queue is empty. */
import { setTimeout } from 'node:timers/promises';
import { throwIfAborted } from '../../errors.js';
import { flag, number } from '../../options/kinds.js';
import { filled, type CommandValues } from '../rows.js';
import { EXIT, interruptSignal, log } from '../run.js';
import { plural } from '../../options/showValue.js';
import { queueOf } from './enqueue.js';
import { batchOptions } from './options.js';
import { openConsumer, openQueue, openQueueServer } from './queue.js';
import { QueueWorker } from './queueWorker.js';

/** Every option of `fastsam batch work`, beside the queue. */
export const WORK_ROWS = {
  untilEmpty: flag({ text: 'end when nothing is left in the queue', default: false, cli: {} }),
  lock: number(1, 86_400, {
    text: 'images of a worker without a sign of life for so long go to another',
    default: 60,
    cli: { value: '<seconds>' },
  }),
};

/** Images at a time: one in the network, one being read, one being written. */
const AT_A_TIME = 3;
const LOOK_EVERY_MS = 500;

export async function executeWork(values: CommandValues): Promise<void> {
  const options = filled(WORK_ROWS, values);
  const signal = interruptSignal();
  const server = await openQueueServer(queueOf(batchOptions(values)));
  const queue = openQueue(server);
  const worker = new QueueWorker();
  const consumer = openConsumer(server, (attempt) => worker.do(attempt), {
    concurrency: AT_A_TIME,
    lockDuration: 1000 * options.lock,
    stalledInterval: 1000 * Math.max(1, options.lock / 2),
  });
  consumer.on('error', () => undefined); // Redis is away: it connects again by itself
  try {
    while (!signal.aborted && worker.problem === undefined) {
      await setTimeout(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
      if (options.untilEmpty && (await queue.count()) + (await queue.getActiveCount()) === 0) break;
    }
    await consumer.close(); // waits for the images under way
  } finally {
    await worker.close();
    await queue.close();
    await server.close();
  }
  log(`${plural(worker.done, 'image')}, ${worker.failed} failed`);
  if (worker.problem !== undefined) throw worker.problem;
  throwIfAborted(signal);
  if (worker.failed > 0) process.exitCode = EXIT.someFailed;
}
