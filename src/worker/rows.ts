/** A row of results on the caller's side: images go out one by one as the worker wants them, items come back. */
import { throwIfAborted } from '../errors.js';
import { iterate } from '../model/iterate.js';
import type { Handed } from '../platform/workers/workers.js';
import type { SentImage, SentItem, RowQuestion, SentProgress } from './protocol.js';
import { aborted, type Connection, type Said } from './connection.js';
import { receivedError, sentError } from './errors.js';
import { sendImage, type Parcel } from './send.js';

/** A question that opens a row, still without its number. */
export type RowAsked = RowQuestion extends infer M
  ? M extends { readonly id: number }
    ? Omit<M, 'id'>
    : never
  : never;

/** An answer to `want`. */
type Answer =
  { readonly op: 'input'; readonly image: SentImage } | { readonly op: 'inputsEnd' } | { readonly op: 'inputsFail' };

/** How a row is asked for. */
export interface RowOptions {
  readonly signal?: AbortSignal | undefined;
  readonly terminate?: boolean | undefined;
  readonly transfer?: boolean | undefined;
  readonly onProgress?: ((event: SentProgress) => void) | undefined;
}

/** An item, and the input that it is of; absent where the worker opened the source. */
export interface RowItem<T> {
  readonly item: SentItem;
  readonly input: T;
}

/**
 * The items of a row, in their order. The row is closed when the loop ends, and so are the inputs.
 * @throws FastSAMError what the work throws, `WORKER_LOST`, `ABORTED`, `DISPOSED`; and what the inputs throw, as it is.
 */
export async function* itemsOf<T>(
  connection: Connection,
  question: RowAsked,
  inputs: Iterable<T> | AsyncIterable<T> | undefined,
  options: RowOptions,
): AsyncGenerator<RowItem<T>, void> {
  const { signal } = options;
  await connection.hold(() => connection.ready(signal));
  const row = new CallersRow(connection, question, inputs, options);
  try {
    for (;;) {
      throwIfAborted(signal);
      const found = await connection.hold(() => row.next());
      if (!found) return;
      yield found;
      connection.requireAlive();
    }
  } finally {
    await row.close();
  }
}

/** An image that cannot be sent is reported as one that cannot be read, and does not end the row. */
function unsendable(error: unknown): Parcel<SentImage> {
  return { content: { kind: 'failed', error: sentError(error) }, handed: [] };
}

class CallersRow<T> {
  readonly #connection: Connection;
  readonly #options: RowOptions;
  readonly #source: AsyncIterator<T> | Iterator<T> | undefined;
  readonly #id: number;
  readonly #forget: () => void;
  /** Inputs that went out and whose items did not come back, by their place. */
  readonly #out = new Map<number, T>();
  #count = 0;
  #ask: { resolve: (found: RowItem<T> | undefined) => void; reject: (error: unknown) => void } | undefined;
  #failure: { readonly error: unknown } | undefined;
  #inputsFailure: unknown;
  #over = false;
  readonly #abort = (): void => {
    this.#fail(aborted(this.#options.signal));
    if (this.#options.terminate) this.#connection.restart('another call ended it (terminate: true)');
    else this.#say('cancel');
  };

  constructor(
    connection: Connection,
    question: RowAsked,
    inputs: Iterable<T> | AsyncIterable<T> | undefined,
    options: RowOptions,
  ) {
    this.#connection = connection;
    this.#options = options;
    this.#source = inputs && iterate(inputs);
    const { id, close } = connection.open({
      hear: (said) => {
        this.#hear(said);
      },
      fail: (error) => {
        this.#over = true;
        this.#fail(error);
      },
    });
    this.#id = id;
    this.#forget = close;
    options.signal?.addEventListener('abort', this.#abort);
    connection.post({ ...question, id });
  }

  /** Undefined at the end. */
  next(): Promise<RowItem<T> | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#failure) {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what the caller's inputs threw, as it is
        reject(this.#failure.error);
        return;
      }
      this.#ask = { resolve, reject };
      this.#connection.post({ id: this.#id, op: 'next' });
    });
  }

  async close(): Promise<void> {
    this.#options.signal?.removeEventListener('abort', this.#abort);
    if (!this.#over) this.#say('return');
    this.#over = true;
    this.#forget();
    await this.#source?.return?.();
  }

  #say(op: 'cancel' | 'return'): void {
    this.#connection.post({ id: this.#id, op });
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#ask?.reject(this.#failure.error);
    this.#ask = undefined;
  }

  #hear(said: Said): void {
    switch (said.type) {
      case 'want':
        void this.#give();
        return;
      case 'progress':
        try {
          this.#options.onProgress?.(said.event);
        } catch (error) {
          this.#fail(error);
        }
        return;
      case 'item': {
        const { item } = said;
        const input = this.#out.get(item.index) as T; // none for sources that the worker opened
        this.#out.delete(item.index);
        this.#ask?.resolve({ item, input });
        this.#ask = undefined;
        return;
      }
      case 'end':
        this.#over = true;
        this.#ask?.resolve(undefined);
        this.#ask = undefined;
        return;
      case 'inputsFailed':
        this.#over = true;
        this.#fail(this.#inputsFailure);
        return;
      case 'error':
      case 'broken':
        this.#over = true;
        this.#fail(receivedError(said.error));
        return;
      case 'answer':
        return;
    }
  }

  /** Sends the next input, or says why there is none. */
  async #give(): Promise<void> {
    try {
      const next = await this.#source?.next();
      if (!next || next.done === true) this.#answer({ op: 'inputsEnd' });
      else await this.#send(next.value);
    } catch (error) {
      this.#inputsFailure = error;
      this.#answer({ op: 'inputsFail' });
    }
  }

  async #send(input: T): Promise<void> {
    this.#out.set(this.#count++, input);
    const { content, handed } = await sendImage(input, this.#options.transfer ?? false).catch(unsendable);
    try {
      this.#answer({ op: 'input', image: content }, handed);
    } catch (error) {
      this.#answer({ op: 'input', image: unsendable(error).content });
    }
  }

  #answer(message: Answer, handed?: readonly Handed[]): void {
    if (!this.#over) this.#connection.post({ ...message, id: this.#id }, handed);
  }
}
