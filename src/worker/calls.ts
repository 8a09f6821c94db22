/** The calls of a model in a worker, with or without a cache there: inputs out, results in. */
import { resolve } from '../options/resolve.js';
import type { ValResult } from '../evaluate/val.js';
import type { ValOptions } from '../evaluate/valOptions.js';
import type { PixelBatch } from '../image/pixels.js';
import type { ModelInfo } from '../model/info.js';
import { iterate } from '../model/iterate.js';
import type { SegmentOptions } from '../model/options.js';
import type { RawDetections, RawOrigin } from '../model/rawDetections.js';
import type { DetectOptions } from '../model/stageOptions.js';
import type { StreamInput, StreamItem, StreamOptions } from '../model/stream.js';
import type { ImageSize, WarmupResult } from '../model/warmup.js';
import type { WarmupOptions } from '../model/warmupOptions.js';
import { callback } from '../options/kinds.js';
import type { TextModelSource } from '../prompt/textModel.js';
import type { GivenImageOptions } from '../results/givenImage.js';
import { unpackResults, type PackedResults } from '../results/pack.js';
import type { Results } from '../results/results.js';
import type { ImageInput } from '../source/readImage.js';
import type { Connection } from './connection.js';
import { receivedError, receivedFailure } from './errors.js';
import { splitOptions, type WorkerCallOptions } from './options.js';
import type { CacheState, SentProgress, SentRaw } from './protocol.js';
import { itemsOf, type RowAsked, type RowOptions } from './rows.js';
import { requireOptions, sendInput } from './send.js';

/** Any input of `segment`. */
export type AnyInput = ImageInput | readonly ImageInput[] | PixelBatch;

/** Hears of long work how much is done, and of how much. */
type OnCount = (done: number, total: number) => void;

const COUNTED = { onProgress: callback<OnCount>({ text: 'hears how much is done, and of how much' }) };

/** A cache in the worker. */
export interface HeldCache {
  /** Its number; a worker that has none makes it. */
  id(): Promise<number>;
  /** Hears how often the network ran for it. */
  note(state: CacheState): void;
}

/** The calls that a worker answers. */
export class Calls {
  readonly #connection: Connection;
  readonly #textModel: TextModelSource;
  readonly #info: () => ModelInfo;

  constructor(connection: Connection, info: () => ModelInfo, textModel: TextModelSource) {
    this.#connection = connection;
    this.#info = info;
    this.#textModel = textModel;
  }

  /** What is known of the model. */
  get info(): ModelInfo {
    return this.#info();
  }

  async segment(
    input: AnyInput,
    options: SegmentOptions & WorkerCallOptions,
    cache?: HeldCache,
  ): Promise<Results | Results[]> {
    const { sent, here, stages } = splitOptions(options);
    const { content, handed } = await sendInput(input, here.transfer ?? false);
    const question = {
      op: 'segment',
      input: content,
      options: sent,
      stages,
      ...(cache && { cache: await cache.id() }),
    } as const;
    const answer = await this.#connection.ask<'segment'>(question, { ...here, handed });
    cache?.note(answer);
    const results = answer.results.map((each) => this.#unpack(each));
    return content.kind === 'one' ? results[0] : results;
  }

  async detect(input: AnyInput, options: DetectOptions & WorkerCallOptions): Promise<RawDetections | RawDetections[]> {
    const { sent, here } = splitOptions(options);
    const { content, handed } = await sendInput(input, here.transfer ?? false);
    const question = { op: 'detect', input: content, options: sent } as const;
    const found = await this.#connection.ask<'detect'>(question, { ...here, handed });
    const { RawDetections: Raw } = await import('../model/rawDetections.js');
    const raw = found.map(({ anchors, origin }) => new Raw(anchors, this.#origin(origin)));
    return content.kind === 'one' ? raw[0] : raw;
  }

  async *stream<T extends StreamInput>(
    inputs: Iterable<T> | AsyncIterable<T>,
    options: StreamOptions & WorkerCallOptions,
    cache?: HeldCache,
  ): AsyncGenerator<StreamItem<T>, void> {
    const { sent, here, stages } = splitOptions(options);
    const source = iterate(inputs);
    const iterable = { [Symbol.asyncIterator]: () => source as AsyncIterator<T> };
    const question = { op: 'stream', options: sent, stages, ...(cache && { cache: await cache.id() }) } as const;
    for await (const { item, input } of itemsOf(this.#connection, question, iterable, here)) {
      const { index } = item;
      cache?.note(item);
      const known = { index, input };
      if ('error' in item) yield { ...known, error: receivedFailure(item.error) };
      else yield { ...known, results: this.#unpack(item.results) };
    }
  }

  /** The results of a row that ends with its first error. */
  async *results(
    question: RowAsked,
    inputs: Iterable<StreamInput> | AsyncIterable<StreamInput> | undefined,
    options: RowOptions,
  ): AsyncGenerator<Results, void> {
    for await (const { item } of itemsOf(this.#connection, question, inputs, options)) {
      if ('error' in item) throw receivedError(item.error);
      yield this.#unpack(item.results);
    }
  }

  async val(data: string, options: ValOptions): Promise<ValResult> {
    const { sent, here } = splitCounted(options);
    return this.#connection.ask<'val'>({ op: 'val', data, options: sent }, here);
  }

  async warmup(
    sizes: readonly ImageSize[] | undefined,
    options: WarmupOptions & Pick<WorkerCallOptions, 'terminate'>,
  ): Promise<WarmupResult> {
    const { sent, here } = splitCounted(options);
    return this.#connection.ask<'warmup'>({ op: 'warmup', sizes, options: sent }, here);
  }

  #unpack(packed: PackedResults, options: GivenImageOptions = {}): Results {
    return unpackResults(packed, options).with({ textModel: this.#textModel });
  }

  /** What raw detections need to become results: the worker makes the masks, this side has the pixels. */
  #origin(origin: SentRaw['origin']): RawOrigin {
    return {
      ...origin,
      model: this.info,
      textModel: this.#textModel,
      makeResults: async (fitted, found, inference, { options: { signal, ...options } }) => {
        const { image } = fitted;
        const without = { ...fitted, image: { ...image, data: new Uint8Array(0), floats: undefined } };
        const packed = await this.#connection.ask<'results'>(
          { op: 'results', fitted: without, found, inference, options: { ...options, signal: undefined } },
          { signal },
        );
        return this.#unpack(packed, { image });
      },
    };
  }
}

/** Options of work that is counted; who hears it stays here. */
function splitCounted<O extends { onProgress?: OnCount }>(options: O) {
  requireOptions(options);
  const { onProgress, ...others } = options;
  resolve(COUNTED, { onProgress });
  const { sent, here } = splitOptions(others);
  const hear = (event: SentProgress): void => {
    if (event.type === 'count') onProgress?.(event.done, event.total);
  };
  return { sent, here: { ...here, onProgress: hear } };
}
