/** The caller's side of the line: open questions, and a worker that is started anew when it is lost. */
import { FastSAMError, throwIfAborted } from '../errors.js';
import { workers, type Handed, type WorkerLine } from '../platform/workers/workers.js';
import { receivedError, workerLost } from './errors.js';
import type { Answers, FromWorker, Question, SentModel, SentProgress, SentWeights, ToWorker } from './protocol.js';

/** A message without its id. */
type WithoutId<M> = M extends { readonly id: number } ? Omit<M, 'id'> : never;
/** A question, still without its number. */
export type Asked = WithoutId<Question>;
/** What the worker says of a question. */
export type Said = WithoutId<FromWorker>;

/** What goes with a question. */
export interface AskOptions {
  readonly signal?: AbortSignal | undefined;
  /** An abort ends the worker at once. */
  readonly terminate?: boolean | undefined;
  readonly onProgress?: ((event: SentProgress) => void) | undefined;
  /** Handed over without a copy. */
  readonly handed?: readonly Handed[];
}

/** Who hears what is said of a question. */
interface Listener {
  readonly hear: (said: Said) => void;
  /** The question is over: aborted, disposed, its worker lost. */
  readonly fail: (error: Error) => void;
}

/** What a model is loaded with, again and again. */
export interface Loading {
  readonly question: Extract<Asked, { op: 'load' | 'create' }>;
  readonly onProgress?: ((event: SentProgress) => void) | undefined;
  readonly onLoaded: (model: SentModel) => void;
  /** Weights that were set since; every later worker gets them, too. */
  readonly weights: () => SentWeights | undefined;
}

const disposed = (): FastSAMError => new FastSAMError('DISPOSED', 'model: it was disposed; load it again');

/** A model in a worker. Every question goes to the worker that lives, or else to a new one that has loaded the model. */
export class Connection {
  readonly #loading: Loading;
  readonly #listeners = new Map<number, Listener>();
  #line: WorkerLine | undefined;
  #ready: Promise<void> | undefined;
  #lastId = 0;
  #waiting = 0;
  #disposed = false;

  constructor(loading: Loading) {
    this.#loading = loading;
  }

  /** Another number for every worker; what an earlier one held is gone. */
  generation = 0;

  /**
   * Starts a worker and loads the model, where that is not done.
   * @throws FastSAMError what loading throws, `WORKER_LOST`, `ABORTED`, `DISPOSED`.
   */
  async ready(signal?: AbortSignal): Promise<void> {
    this.requireAlive();
    throwIfAborted(signal);
    const ready = (this.#ready ??= this.#start());
    ready.catch(() => {
      if (this.#ready === ready) this.#ready = undefined; // the next call tries again
    });
    await unlessAborted(ready, signal);
  }

  /** @throws FastSAMError `DISPOSED` */
  requireAlive(): void {
    if (this.#disposed) throw disposed();
  }

  /**
   * Asks, and waits for the answer.
   * @throws FastSAMError what the work throws, `WORKER_LOST`, `ABORTED`, `DISPOSED`.
   */
  async ask<O extends Asked['op']>(question: Extract<Asked, { op: O }>, options: AskOptions = {}): Promise<Answers[O]> {
    return this.hold(async () => {
      await this.ready(options.signal);
      return this.#ask(question, options);
    });
  }

  /** This process waits for the worker as long as the work is not done. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    this.#line?.hold(true);
    try {
      return await work();
    } finally {
      this.#waiting--;
      if (this.#waiting === 0) this.#line?.hold(false);
    }
  }

  /**
   * Opens a question of which several things are said.
   * @returns its number, and a function that closes it.
   */
  open(listener: Listener): { readonly id: number; readonly close: () => void } {
    const id = ++this.#lastId;
    this.#listeners.set(id, listener);
    return { id, close: () => void this.#listeners.delete(id) };
  }

  /**
   * @throws FastSAMError `INVALID_ARGUMENT` for values that cannot be sent; `WORKER_LOST` where there is no worker.
   */
  post(message: ToWorker, handed: readonly Handed[] = []): void {
    if (!this.#line) throw workerLost('it ended');
    try {
      this.#line.post(message, handed);
    } catch (error) {
      throw new FastSAMError(
        'INVALID_ARGUMENT',
        `worker: got a value that cannot be sent (${String(error)}), expected plain data and images of this origin; ` +
          "load the model with FastSAM of 'fastsam-tfjs', on this side, for others",
        { cause: error },
      );
    }
  }

  /** Ends the worker; open questions fail, and the next one starts another. */
  restart(reason: string | FastSAMError): void {
    void this.#drop(typeof reason === 'string' ? workerLost(reason) : reason);
  }

  /**
   * Ends the worker for good.
   * @param wait this process does not end before the worker has.
   */
  async dispose(wait = false): Promise<void> {
    this.#disposed = true;
    if (wait) this.#line?.hold(true);
    await this.#drop(disposed());
  }

  async #drop(error: FastSAMError): Promise<void> {
    const line = this.#line;
    this.generation++;
    this.#line = undefined;
    this.#ready = undefined;
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const { fail } of listeners) fail(error);
    await line?.kill();
  }

  async #start(): Promise<void> {
    this.generation++;
    const line = workers().start({
      onMessage: (message) => {
        this.#hear(message as FromWorker);
      },
      onEnd: (reason) => {
        if (this.#line === line) this.restart(reason);
      },
    });
    this.#line = line;
    line.hold(this.#waiting > 0);
    try {
      const { question, onProgress, onLoaded, weights } = this.#loading;
      const model = await this.#ask<'load' | 'create'>({ ...question, base: workers().base() }, { onProgress });
      const tensors = weights();
      const info = tensors && (await this.#ask<'setWeights'>({ op: 'setWeights', tensors }, {}));
      onLoaded(info ? { ...model, info } : model);
    } catch (error) {
      // Nothing that a failed load has left behind is used again.
      if (this.#line === line) await this.#drop(workerLost('the model could not be loaded'));
      throw error;
    }
  }

  #hear({ id, ...said }: FromWorker): void {
    this.#listeners.get(id)?.hear(said);
    if (said.type === 'broken')
      this.restart(workerLost('it cannot go on after an error of another call', receivedError(said.error)));
  }

  #ask<O extends Asked['op']>(question: Extract<Asked, { op: O }>, options: AskOptions): Promise<Answers[O]> {
    const { signal, terminate = false, onProgress, handed = [] } = options;
    return new Promise<Answers[O]>((resolve, reject) => {
      const end = (): void => {
        close();
        signal?.removeEventListener('abort', abort);
      };
      const fail = (error: unknown): void => {
        end();
        reject(error instanceof Error ? error : new Error(String(error)));
      };
      const abort = (): void => {
        fail(aborted(signal));
        if (terminate) this.restart('another call ended it (terminate: true)');
        else this.post({ id, op: 'cancel' });
      };
      const hear = (said: Said): void => {
        if (said.type === 'answer') {
          end();
          resolve(said.value as Answers[O]);
        } else if (said.type === 'error' || said.type === 'broken') fail(receivedError(said.error));
        else if (said.type === 'progress') {
          try {
            onProgress?.(said.event);
          } catch (error) {
            this.post({ id, op: 'cancel' });
            fail(error);
          }
        }
      };
      const { id, close } = this.open({ hear, fail });
      signal?.addEventListener('abort', abort);
      try {
        this.post({ ...question, id }, handed);
      } catch (error) {
        fail(error);
      }
    });
  }
}

/** The error of a call whose signal fired. */
export function aborted(signal: AbortSignal | undefined): FastSAMError {
  return new FastSAMError('ABORTED', 'aborted by the caller', { cause: signal?.reason });
}

/** What a promise gives, or `ABORTED` as soon as the signal fires. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  let onAbort: (() => void) | undefined;
  const fired = new Promise<never>((_, reject) => {
    onAbort = () => {
      reject(aborted(signal));
    };
    signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([work, fired]);
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }
}
