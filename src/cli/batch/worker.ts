/** A worker of a batch: a process with a model of its own that does the images it is sent. */
import '../../node.js'; // registers the platform
import { factsOf } from '../../batch/identity.js';
import { endsTheBatch, isImagesFault, ImageProcessor, type ImageStage } from '../../batch/processor.js';
import { failureOf } from '../../batch/records.js';
import { FastSAMError } from '../../errors.js';
import type { FastSAM } from '../../fastsam.js';
import type { FromWorker, ToWorker } from './protocol.js';
import { loadSpecified, receiveTask } from './sent.js';

let model: FastSAM | undefined;
let processor: ImageProcessor | undefined;

function send(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected) process.exit(1);
    process.send?.(message, () => {
      resolve();
    });
  });
}

/** Ends the process with a reason. */
async function fail(error: unknown, ends: boolean): Promise<never> {
  const message = error instanceof Error ? error.message : String(error);
  await processor?.close();
  if (ends && error instanceof FastSAMError) await send({ type: 'refused', code: error.code, message });
  else await send({ type: 'crashed', message });
  process.exit(1);
}

async function take(message: ToWorker): Promise<void> {
  switch (message.type) {
    case 'load':
      try {
        model = await loadSpecified(message.spec, (event) => void send({ type: 'progress', event }));
        await send({ type: 'ready', ...(message.describe && { facts: await factsOf(model.info) }) });
      } catch (error) {
        await fail(error, true);
      }
      return;
    case 'task':
      if (model) processor = await ImageProcessor.create(model, await receiveTask(message.task));
      return;
    case 'item': {
      if (!processor) throw new Error('got an image before the task');
      const { key } = message.item;
      const onStage = (stage: ImageStage) => void send({ type: 'stage', key, stage });
      try {
        await send({ type: 'record', record: await processor.process(message.item, { onStage }) });
      } catch (error) {
        if (!isImagesFault(error)) throw error;
        await send({ type: 'record', record: failureOf(message.item, error.code, error.message) });
      }
      return;
    }
    case 'end':
      await processor?.close();
      model?.dispose();
      process.disconnect();
  }
}

// Setting up goes in turn; images may overlap.
let ready: Promise<void> = Promise.resolve();
process.on('message', (message: ToWorker) => {
  const taken = message.type === 'item' ? ready.then(() => take(message)) : (ready = ready.then(() => take(message)));
  taken.catch((error: unknown) => {
    void fail(error, endsTheBatch(error));
  });
});
// Ctrl-C reaches the whole group of processes; what is under way is to be finished, and the first process says when.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
// `process.exit` would wait for a thread that hangs in the system.
process.on('disconnect', () => {
  process.emit('exit', 0);
  process.kill(process.pid, 'SIGKILL');
});
