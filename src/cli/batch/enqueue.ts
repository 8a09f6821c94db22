/** `fastsam batch enqueue`: the pictures of a batch into the queue. */
import { resolve } from 'node:path';
import { hashList } from '../../batch/identity.js';
import type { BatchItem } from '../../batch/names.js';
import { FastSAMError } from '../../errors.js';
import { interruptSignal, say } from '../run.js';
import { claimFolder, clearBatch } from './folder.js';
import { listPictures } from './list.js';
import { checkBatchOptions, manifestOf, taskOf, type BatchOptions } from './options.js';
import { WorkerPool } from './pool.js';
import { enqueueItems, openQueue, openQueueServer } from './queue.js';
import { whatIsLeft } from './todo.js';

export async function executeEnqueue(sources: readonly string[], options: BatchOptions): Promise<void> {
  checkBatchOptions(options);
  const signal = interruptSignal();
  const server = await openQueueServer(queueOf(options));
  const { device, precision } = options;
  const model =
    /[/\\]/.test(options.model) && !/^[a-z]+:/i.test(options.model) ? resolve(options.model) : options.model;
  const spec = { model, device, precision };
  const pool = new WorkerPool({ workers: 1, spec, signal, onProgress: () => undefined });
  try {
    const items = await listPictures(sources, options.out, signal);
    const task = taskOf({ ...options, out: resolve(options.out) });
    const manifest = await manifestOf(task, options, await pool.start(), await hashList(items));
    if (options.overwrite) await clearBatch(task.out);
    await claimFolder(task.out, manifest);
    const todo = (await whatIsLeft(items, { index: 1, count: 1 }, options)).map(absolute);
    const queue = openQueue(server);
    await enqueueItems(queue, todo, { task, spec, optionsHash: manifest.optionsHash });
    await queue.close();
    say(`${todo.length} pictures in the queue -> ${options.out}`);
  } finally {
    pool.close();
    await server.close();
  }
}

/** @throws FastSAMError `INVALID_ARGUMENT` without `--queue`. */
export function queueOf({ queue }: BatchOptions): string {
  if (queue !== undefined) return queue;
  throw new FastSAMError('INVALID_ARGUMENT', 'batch: got no queue, expected --queue redis://host:port');
}

function absolute(item: BatchItem): BatchItem {
  return /^[a-z][a-z0-9+.-]+:/i.test(item.input) ? item : { ...item, input: resolve(item.input) };
}
