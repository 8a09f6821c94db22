/** Many images in a row: reading runs ahead of the network, and memory stays bounded. */
import { referenceOf } from '../compat/references.js';
import { FastSAMError, throwIfAborted } from '../errors.js';
import { readImage, type ImageInput, type ReadOptions } from '../source/readImage.js';
import type { Results } from '../results/results.js';
import type { Frame } from '../source/types.js';
import type { OnStage } from '../progress.js';
import { integer } from '../options/kinds.js';
import { AHEAD } from '../options/limits.js';
import { resolve } from '../options/resolve.js';
import type { Resolved, RowsOf } from '../options/row.js';
import type { ModelDefaults } from '../weights/catalogue.js';
import { iterate } from './iterate.js';
import { SEGMENT_OPTIONS, type SegmentOptions } from './options.js';
import { segmentTimed, type PipelineContext, type TimedImage } from './pipeline.js';

/** Options of `FastSAM.stream`. */
export interface StreamOptions extends SegmentOptions {
  /** Images that are read ahead of the network, beside those of the current batch. Default 2. */
  ahead?: number;
}

/** Every option of `stream`. */
export const STREAM_OPTIONS = {
  ...SEGMENT_OPTIONS,
  ahead: integer(AHEAD.low, AHEAD.high, {
    text: 'images that are read ahead of the network, beside those of the current batch',
    default: AHEAD.default,
  }),
} satisfies RowsOf<StreamOptions>;

/**
 * Checks the options and fills in the defaults.
 * @throws FastSAMError `INVALID_ARGUMENT`
 */
export function resolveStreamOptions(
  options: StreamOptions,
  defaults: ModelDefaults,
): Resolved<typeof STREAM_OPTIONS, keyof ModelDefaults> {
  return resolve(STREAM_OPTIONS, options, { ...defaults });
}

/** What a stream takes: images, or the frames of a video. */
export type StreamInput = ImageInput | Frame;

/** What became of one image; `index` counts the inputs from 0, `input` is what came (a frame with its number and time). */
export type StreamItem<T = StreamInput> = { readonly index: number; readonly input: T } & (
  | { readonly results: Results; readonly error?: undefined }
  | { readonly error: FastSAMError; readonly results?: undefined }
);

/** An image that is being read. */
interface Pending<T> {
  readonly index: number;
  readonly input: T;
  readonly read: Promise<TimedImage | FastSAMError>;
  /** Of its pixels, once it is read. */
  bytes: number | undefined;
}

/**
 * Segments a list; the results come in its order. A list is a stream, unless its images depend on each other, as under
 * `compat`: then all of them go through the pipeline together.
 * @throws FastSAMError of the first image that cannot be read; `ABORTED`, `DEVICE_FAILED`, `DISPOSED`.
 */
export async function segmentImages(inputs: readonly ImageInput[], context: PipelineContext): Promise<Results[]> {
  const { batch, compat } = context.options;
  const count = referenceOf(compat).letterboxesEach ? batch : inputs.length;
  const results: Results[] = [];
  for await (const item of streamTogether(inputs, context, count, AHEAD.default)) {
    if (item.error) throw item.error;
    results.push(item.results);
  }
  return results;
}

/** See `FastSAM.stream`. */
export async function* streamImages<T extends StreamInput>(
  inputs: Iterable<T> | AsyncIterable<T>,
  context: PipelineContext,
  ahead: number = AHEAD.default,
): AsyncGenerator<StreamItem<T>, void> {
  yield* streamTogether(inputs, context, context.options.batch, ahead);
}

/** @param count how many images go through the pipeline together. */
async function* streamTogether<T extends StreamInput>(
  inputs: Iterable<T> | AsyncIterable<T>,
  context: PipelineContext,
  count: number,
  ahead: number,
): AsyncGenerator<StreamItem<T>, void> {
  const { signal, maxPixels, window, onStage } = context.options;
  const queue = new ReadAhead(inputs, count, ahead, { signal, maxPixels, window }, onStage);
  try {
    for (;;) {
      const next = await queue.take(count);
      throwIfAborted(signal);
      if (next.length === 0) return;
      yield* segmentBatch(next, context, () => {
        queue.fill();
      });
    }
  } finally {
    await queue.close();
  }
}

/** Pixels that wait for the network hold less than this together, unless a single batch needs more. */
const BYTES_AHEAD = 256 * 2 ** 20;
/** What an image is taken to hold while none is known: 11 million pixels. */
const LIKELY_BYTES = 32 * 2 ** 20;

/** Inputs that are being read while the caller works on earlier ones. */
class ReadAhead<T extends StreamInput> {
  readonly #source: AsyncIterator<T> | Iterator<T>;
  readonly #queue: Pending<T>[] = [];
  /** Most inputs that are being read or wait to be taken. */
  readonly #room: number;
  /** How many are taken together: so many are read however large they are. */
  readonly #together: number;
  readonly #reading: ReadOptions;
  readonly #onStage: OnStage | undefined;
  #count = 0;
  #largest = 0;
  #filling = false;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #onArrival: (() => void) | undefined;

  constructor(
    inputs: Iterable<T> | AsyncIterable<T>,
    together: number,
    ahead: number,
    reading: ReadOptions,
    onStage: OnStage | undefined,
  ) {
    this.#source = iterate(inputs);
    this.#together = together;
    this.#room = together + ahead;
    this.#reading = reading;
    this.#onStage = onStage;
  }

  /**
   * The next inputs, fewer than `count` only at the end. Does not wait until there are more: a camera's frame goes into
   * the network when it is there.
   * @throws what the source throws, once the inputs before are taken.
   */
  async take(count: number): Promise<Pending<T>[]> {
    this.fill();
    while (this.#queue.length < count && !this.#ended) {
      await new Promise<void>((resolve) => (this.#onArrival = resolve));
    }
    if (this.#queue.length === 0 && this.#failure) throw this.#failure.error;
    return this.#queue.splice(0, count);
  }

  /** Starts to read inputs until there are enough; returns at once. */
  fill(): void {
    if (this.#filling || this.#ended) return;
    this.#filling = true;
    void this.#pull()
      .catch((error: unknown) => {
        this.#failure = { error };
        this.#ended = true;
      })
      .finally(() => {
        this.#filling = false;
        this.#onArrival?.();
      });
  }

  async close(): Promise<void> {
    this.#ended = true;
    await this.#source.return?.(undefined);
  }

  /** Whether another image may be read beside those of the current batch; those that are not yet known count as the largest. */
  #hasMemory(): boolean {
    if (this.#queue.length < this.#together) return true;
    const sizes = this.#queue.map(({ bytes }) => bytes);
    this.#largest = Math.max(this.#largest, ...sizes.map((bytes) => bytes ?? 0));
    const unknown = this.#largest || LIKELY_BYTES;
    return sizes.reduce((sum: number, bytes) => sum + (bytes ?? unknown), 0) < BYTES_AHEAD;
  }

  async #pull(): Promise<void> {
    while (!this.#ended && this.#queue.length < this.#room) {
      if (!this.#hasMemory()) await this.#queue.at(-1)?.read;
      if (!this.#hasMemory()) return; // goes on at the next `fill`
      const next = await this.#source.next();
      if (next.done === true) this.#ended = true;
      else {
        this.#onStage?.({ type: 'preprocess', index: this.#count });
        this.#queue.push(pending(this.#count++, next.value, this.#reading));
      }
      this.#onArrival?.();
    }
  }
}

/** Starts to read an input. */
function pending<T extends StreamInput>(index: number, input: T, reading: ReadOptions): Pending<T> {
  const begun: Pending<T> = { index, input, read: startReading(index, input, reading), bytes: undefined };
  void begun.read.then((image) => (begun.bytes = image instanceof FastSAMError ? 0 : image.image.data.length));
  return begun;
}

/** Never rejects, so that an image that fails early does not count as an unhandled rejection. */
function startReading(index: number, input: StreamInput, reading: ReadOptions): Promise<TimedImage | FastSAMError> {
  return read(index, input, reading).catch((error: unknown) => {
    if (error instanceof FastSAMError) return error;
    return new FastSAMError('INVALID_IMAGE', `image: ${String(error)}`, { cause: error });
  });
}

async function* segmentBatch<T extends StreamInput>(
  batch: readonly Pending<T>[],
  context: PipelineContext,
  fill: () => void,
): AsyncGenerator<StreamItem<T>, void> {
  const read = await Promise.all(batch.map((pending) => pending.read));
  throwIfAborted(context.options.signal);
  const images = read.filter((image): image is TimedImage => !(image instanceof FastSAMError));
  fill(); // the next images are decoded on other threads while this batch is in the network
  const results = await segmentTimed(images, context);
  let next = 0;
  for (const [i, { index, input }] of batch.entries()) {
    const image = read[i];
    yield image instanceof FastSAMError ? { index, input, error: image } : { index, input, results: results[next++] };
  }
}

async function read(place: number, input: StreamInput, reading: ReadOptions): Promise<TimedImage> {
  if (!isFrame(input)) return readTimed(place, input, reading);
  const { image, ...frame } = input;
  return { ...(await readTimed(place, image, reading)), frame };
}

async function readTimed(place: number, input: ImageInput, reading: ReadOptions): Promise<TimedImage> {
  const start = performance.now();
  const image = await readImage(input, reading);
  return { image, place, time: performance.now() - start };
}

/** Callers without types give anything. */
function isFrame(input: unknown): input is Frame {
  return typeof input === 'object' && input !== null && 'image' in input && 'index' in input;
}
