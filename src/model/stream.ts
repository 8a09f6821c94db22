/** Many pictures in a row: reading runs ahead of the network, and memory stays bounded. */
import { FastSAMError, throwIfAborted } from '../errors.js';
import type { ImageInput } from '../image/read.js';
import type { Results } from '../results/results.js';
import type { SegmentOptions } from './options.js';
import { readPicture, runPictures, type PipelineContext, type ReadPicture } from './pipeline.js';

/** Options of `FastSAM.stream`. */
export interface StreamOptions extends SegmentOptions {
  /** Pictures that are read ahead of the network, beside those of the current batch. Default 2. */
  ahead?: number;
}

/** What became of one picture; `index` counts the inputs from 0. */
export type StreamItem<T = ImageInput> = { readonly index: number; readonly input: T } & (
  | { readonly results: Results; readonly error?: undefined }
  | { readonly error: FastSAMError; readonly results?: undefined }
);

/** A picture that is being read. */
interface Pending<T> {
  readonly index: number;
  readonly input: T;
  readonly read: Promise<ReadPicture | FastSAMError>;
}

/** See `FastSAM.stream`. */
export async function* streamPictures<T extends ImageInput>(
  inputs: Iterable<T> | AsyncIterable<T>,
  context: PipelineContext,
  ahead = 2,
): AsyncGenerator<StreamItem<T>, void> {
  if (!Number.isInteger(ahead) || ahead < 0 || ahead > 1024) {
    throw new FastSAMError('INVALID_ARGUMENT', `ahead: got ${ahead}, expected a whole number from 0 to 1024`);
  }
  const { batch, signal } = context.options;
  const queue: Pending<T>[] = [];
  const source = iterate(inputs);
  let count = 0;
  let ended = false;
  const fill = async (): Promise<void> => {
    while (!ended && queue.length < batch + ahead) {
      const next = await source.next();
      if (next.done === true) ended = true;
      else queue.push({ index: count++, input: next.value, read: startReading(next.value, signal) });
    }
  };
  try {
    for (;;) {
      await fill();
      throwIfAborted(signal);
      if (queue.length === 0) return;
      yield* segmentBatch(queue.splice(0, batch), context, fill);
    }
  } finally {
    await source.return?.(undefined);
  }
}

/** Never rejects, so that a picture that fails early does not count as an unhandled rejection. */
function startReading(input: ImageInput, signal: AbortSignal | undefined): Promise<ReadPicture | FastSAMError> {
  return readPicture(input, signal).catch((error: unknown) => {
    if (error instanceof FastSAMError) return error;
    return new FastSAMError('INVALID_IMAGE', `picture: ${String(error)}`, { cause: error });
  });
}

async function* segmentBatch<T extends ImageInput>(
  batch: readonly Pending<T>[],
  context: PipelineContext,
  fill: () => Promise<void>,
): AsyncGenerator<StreamItem<T>, void> {
  const read = await Promise.all(batch.map((pending) => pending.read));
  throwIfAborted(context.options.signal);
  const pictures = read.filter((picture): picture is ReadPicture => !(picture instanceof FastSAMError));
  await fill(); // the next pictures are decoded on other threads while this batch is in the network
  const results = await runPictures(pictures, context);
  let next = 0;
  for (const [i, { index, input }] of batch.entries()) {
    const picture = read[i];
    yield picture instanceof FastSAMError
      ? { index, input, error: picture }
      : { index, input, results: results[next++] };
  }
}

function iterate<T>(inputs: Iterable<T> | AsyncIterable<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in inputs ? inputs[Symbol.asyncIterator]() : inputs[Symbol.iterator]();
}
