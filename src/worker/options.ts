/** What calls of a model in a worker take beside the options of the main entry. */
import { callback, flag, signal } from '../options/kinds.js';
import { checkOptions } from '../options/resolve.js';
import type { RowsOf } from '../options/row.js';
import type { OnStage } from '../progress.js';
import type { AskOptions } from './connection.js';
import { requireOptions, sendOptions } from './send.js';

/** Options of every call that sends images to the worker. */
export interface WorkerCallOptions {
  /**
   * Hand the buffers and bitmaps of the images over to the worker instead of copying them: nothing is copied, and here they
   * are empty afterwards. Default false.
   */
  transfer?: boolean;
  /**
   * What an abort does: false (default) the work stops at its next stage; true: the worker ends at once, other calls under way
   * fail with `WORKER_LOST`, and the next call starts a new worker, which loads the model again.
   */
  terminate?: boolean;
}

/** Every option of `WorkerCallOptions`. */
export const WORKER_CALL_OPTIONS = {
  transfer: flag({ text: 'hand the buffers and bitmaps of the images over instead of copying them', default: false }),
  terminate: flag({ text: 'an abort ends the worker at once, not the work at its next stage', default: false }),
} satisfies RowsOf<WorkerCallOptions>;

/** What stays on the caller's side. */
const HERE = {
  ...WORKER_CALL_OPTIONS,
  signal: signal(),
  onStage: callback<OnStage>({ text: 'hears which stage begins for which image' }),
};

interface StaysHere extends WorkerCallOptions {
  signal?: AbortSignal;
  onStage?: OnStage;
}

/** A call's options, those to send and those that stay here. */
export interface SplitOptions<O> {
  readonly sent: Omit<O, keyof StaysHere>;
  readonly here: WorkerCallOptions & Pick<AskOptions, 'signal' | 'onProgress'>;
  /** Whether stages are to be told. */
  readonly stages: boolean;
}

/**
 * Divides the options of a call. The worker checks those that are sent.
 * @throws FastSAMError `INVALID_ARGUMENT` for those that stay, and what cannot be sent.
 */
export function splitOptions<O extends object>(options: O & StaysHere): SplitOptions<O> {
  requireOptions(options);
  const names = Object.keys(HERE) as (keyof StaysHere)[];
  const sent = sendOptions<O & StaysHere, keyof StaysHere>(options, names) as Omit<O, keyof StaysHere>;
  const { transfer, terminate, signal: stop, onStage } = options as StaysHere;
  const given: StaysHere = { transfer, terminate, signal: stop, onStage };
  checkOptions(HERE, given);
  const onProgress = onStage as AskOptions['onProgress']; // stages are all that these calls tell
  return { sent, here: { transfer, terminate, signal: stop, onProgress }, stages: onStage !== undefined };
}
