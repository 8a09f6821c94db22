/** A row of results in the worker: `stream` or `track`, item by item as the caller asks for them. */
import type { FastSAM } from '../fastsam.js';
import type { FastSAMError } from '../errors.js';
import type { StreamInput } from '../model/stream.js';
import type { Handed } from '../platform/workers/workers.js';
import { packResults, type PackedResults } from '../results/pack.js';
import { buffersOf } from './buffers.js';
import { sentError } from './errors.js';
import type { CacheState, FromWorker, Remark, RowQuestion, SentItem, SentProgress } from './protocol.js';
import { receivedImage } from './receive.js';

/** What a call tells and hears while it runs. */
export interface CallOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (event: SentProgress) => void;
}

/** How a row speaks. */
export interface RowEvents {
  readonly tell: (message: Spoken, handed?: readonly Handed[]) => void;
  readonly fail: (error: unknown) => void;
  readonly over: () => void;
}

/** A message without its id. */
type Spoken = FromWorker extends infer M ? (M extends { readonly id: number } ? Omit<M, 'id'> : never) : never;
type Input = Extract<Remark, { op: 'input' | 'inputsEnd' | 'inputsFail' }>;

/** The caller's images failed. */
class InputsFailed extends Error {}

/** One open `stream` or `track`. */
export class Row {
  readonly #items: AsyncGenerator<SentItem, void>;
  readonly #events: RowEvents;
  #give: ((input: Input | undefined) => void) | undefined;
  #closed = false;

  constructor(
    question: RowQuestion,
    call: CallOptions,
    model: () => Pick<FastSAM, 'stream' | 'track'>,
    state: () => CacheState,
    events: RowEvents,
  ) {
    this.#events = events;
    this.#items = itemsOf(question, call, model, state, this.#inputs());
  }

  /** Answers with the next item. */
  next(): void {
    void this.#answer();
  }

  /** Takes an answer to `want`. */
  take(input: Input): void {
    this.#give?.(input);
  }

  /** The caller wants no more; what is under way comes to its end. */
  close(): void {
    this.#closed = true;
    this.#give?.(undefined);
    this.#events.over();
    void this.#items.return().catch(() => undefined);
  }

  async #answer(): Promise<void> {
    try {
      const { done, value } = await this.#items.next();
      if (this.#closed) return;
      if (done === true) {
        this.#events.over();
        this.#events.tell({ type: 'end' });
      } else this.#events.tell({ type: 'item', item: value }, buffersOf(value));
    } catch (error) {
      if (this.#closed) return;
      this.#events.over();
      if (error instanceof InputsFailed) this.#events.tell({ type: 'inputsFailed' });
      else this.#events.fail(error);
    }
  }

  /** The caller's images, each asked for when there is room. */
  async *#inputs(): AsyncGenerator<StreamInput, void> {
    while (!this.#closed) {
      const answer = new Promise<Input | undefined>((resolve) => (this.#give = resolve));
      this.#events.tell({ type: 'want' });
      const input = await answer;
      if (input?.op === 'inputsFail') throw new InputsFailed();
      if (input?.op !== 'input') return;
      yield await receivedImage(input.image);
    }
  }
}

async function* itemsOf(
  question: RowQuestion,
  { signal, onProgress }: CallOptions,
  model: () => Pick<FastSAM, 'stream' | 'track'>,
  state: () => CacheState,
  inputs: AsyncGenerator<StreamInput, void>,
): AsyncGenerator<SentItem, void> {
  const shared = { signal, ...(question.stages && { onStage: onProgress }) };
  if (question.op === 'track') {
    const { source, options } = question;
    let index = 0;
    for await (const results of model().track(source ?? inputs, { ...options, ...shared })) {
      yield { index: index++, results: packed(results) };
    }
    return;
  }
  for await (const item of model().stream(inputs, { ...question.options, ...shared })) {
    const place = { index: item.index, ...state() };
    yield item.error
      ? { ...place, error: sentError(item.error satisfies FastSAMError) }
      : { ...place, results: packed(item.results) };
  }
}

/** Copies: trackers and caches keep what they were given. */
const packed = (results: Parameters<typeof packResults>[0]): PackedResults => packResults(results).data;
