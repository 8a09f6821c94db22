/** `fastsam batch enqueue`: the images of a batch into the queue. */
import { resolve } from 'node:path';
import type { FoundImage } from '../../batch/names.js';
import { WHOLE } from '../../batch/shard.js';
import { invalidArgument } from '../../errors.js';
import { interruptSignal, log } from '../run.js';
import { plural } from '../../options/showValue.js';
import { isUrl } from '../../source/url.js';
import { listImages } from './list.js';
import { checkBatchOptions, type BatchCommandOptions } from './options.js';
import { planBatch, planTask } from './plan.js';
import { WorkerPool } from './pool.js';
import { enqueueItems, openQueue } from './queue.js';
import { openQueueServer, within } from './redis.js';

export async function executeEnqueue(sources: readonly string[], options: BatchCommandOptions): Promise<void> {
  checkBatchOptions(options);
  const signal = interruptSignal();
  const server = await openQueueServer(queueOf(options));
  const { device, precision, imageTimeout } = options;
  const model = /[/\\]/.test(options.model) && !isUrl(options.model) ? resolve(options.model) : options.model;
  const spec = { model, device, precision };
  const pool = new WorkerPool({ workers: 1, spec, signal, imageTimeout, onProgress: () => undefined });
  try {
    const found = (await listImages(sources, options.out, signal)).map(absolute);
    const planned = await planTask({ ...options, out: resolve(options.out) });
    const { todo, manifest } = await planBatch(found, WHOLE, planned, options, await pool.start());
    const queue = openQueue(server);
    await enqueueItems(server, queue, todo, { task: planned.sent, spec, optionsHash: manifest.optionsHash });
    await within(queue.close(), 1500).catch(() => undefined);
    log(`${plural(todo.length, 'image')} in the queue -> ${options.out}`);
  } finally {
    pool.close();
    await server.close();
  }
}

/** @throws FastSAMError `INVALID_ARGUMENT` without `--queue`. */
export function queueOf({ queue }: BatchCommandOptions): string {
  if (queue !== undefined) return queue;
  throw invalidArgument('batch: got no queue, expected --queue redis://host:port');
}

function absolute({ key, input }: FoundImage): FoundImage {
  return { key, input: isUrl(input) ? input : resolve(input) };
}
