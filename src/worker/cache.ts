/** A cache of network outputs in the worker, as the caller holds it. */
import type { ModelInfo } from '../model/info.js';
import type { SegmentOptions } from '../model/options.js';
import type { CachedSegmenter } from '../model/segmenter.js';
import type { StreamInput, StreamItem, StreamOptions } from '../model/stream.js';
import type { Results } from '../results/results.js';
import type { ImageInput } from '../source/readImage.js';
import type { Calls, HeldCache } from './calls.js';
import type { Connection } from './connection.js';
import type { WorkerCallOptions } from './options.js';
import type { CacheState } from './protocol.js';

/** See `FastSAM.withCache`. A new worker gets a new cache. */
export class WorkerCache implements CachedSegmenter, HeldCache {
  readonly #connection: Connection;
  readonly #calls: Calls;
  /** The cache in the worker, and which worker that is. */
  #held: { readonly worker: number; readonly id: Promise<number> } | undefined;
  #earlierRuns = 0;
  #runs = 0;

  private constructor(connection: Connection, calls: Calls) {
    this.#connection = connection;
    this.#calls = calls;
  }

  /** @throws FastSAMError `WORKER_LOST`, `DISPOSED` */
  static async create(connection: Connection, calls: Calls): Promise<WorkerCache> {
    const cache = new WorkerCache(connection, calls);
    await cache.id();
    return cache;
  }

  get info(): ModelInfo {
    return this.#calls.info;
  }

  get runs(): number {
    return this.#earlierRuns + this.#runs;
  }

  async segment(input: ImageInput, options: SegmentOptions & WorkerCallOptions = {}): Promise<Results> {
    return (await this.#calls.segment(input, options, this)) as Results;
  }

  stream<T extends StreamInput>(
    inputs: Iterable<T> | AsyncIterable<T>,
    options: StreamOptions & WorkerCallOptions = {},
  ): AsyncGenerator<StreamItem<T>, void> {
    return this.#calls.stream(inputs, options, this);
  }

  dispose(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held?.worker !== this.#connection.generation) return; // with its worker the cache is gone
    void held.id.then((cache) => this.#connection.ask<'uncache'>({ op: 'uncache', cache })).catch(() => undefined);
  }

  async id(): Promise<number> {
    await this.#connection.hold(() => this.#connection.ready());
    const worker = this.#connection.generation;
    if (this.#held?.worker !== worker) {
      this.#earlierRuns += this.#runs;
      this.#runs = 0;
      this.#held = { worker, id: this.#connection.ask<'cache'>({ op: 'cache' }) };
    }
    return this.#held.id;
  }

  note({ runs }: CacheState): void {
    this.#runs = runs ?? this.#runs;
  }
}
