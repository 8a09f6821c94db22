/** The worker's side of the line: hears questions, and sees that each is answered. */
import type { FastSAM } from '../fastsam.js';
import type { CallerLine, Handed } from '../platform/workers/workers.js';
import { buffersOf } from './buffers.js';
import { breaksWorker, sentError } from './errors.js';
import { Host } from './host.js';
import type { FromWorker, Question, RowQuestion, SentProgress, ToWorker } from './protocol.js';
import { Row } from './row.js';

/** Answers the questions that come over a line, for as long as the worker lives. */
export function serve(line: Omit<CallerLine, 'settle'> & Partial<Pick<CallerLine, 'settle'>>): void {
  const server = new Server(line);
  line.onMessage((message) => {
    server.hear(message as ToWorker);
  });
}

/** An open question. */
interface Open {
  readonly controller: AbortController;
  readonly row?: Row;
}

class Server {
  readonly #line: Parameters<typeof serve>[0];
  readonly #open = new Map<number, Open>();
  readonly #host: Host;

  constructor(line: Parameters<typeof serve>[0]) {
    this.#line = line;
    this.#host = new Host((base) => line.settle?.(base));
  }

  hear(message: ToWorker): void {
    const open = this.#open.get(message.id);
    switch (message.op) {
      case 'cancel':
        open?.controller.abort();
        open?.row?.close();
        return;
      case 'next':
        open?.row?.next();
        return;
      case 'return':
        open?.row?.close();
        return;
      case 'input':
      case 'inputsEnd':
      case 'inputsFail':
        open?.row?.take(message);
        return;
      case 'stream':
      case 'track':
        this.#openRow(message);
        return;
      default:
        void this.#answerOnce(message);
    }
  }

  #tell(message: FromWorker, handed: readonly Handed[] = []): void {
    this.#line.post(message, handed);
  }

  #fail(id: number, error: unknown): void {
    this.#tell({ id, type: breaksWorker(error) ? 'broken' : 'error', error: sentError(error) });
  }

  async #answerOnce(question: Question): Promise<void> {
    const { id } = question;
    const controller = new AbortController();
    this.#open.set(id, { controller });
    const onProgress = (event: SentProgress): void => {
      this.#tell({ id, type: 'progress', event });
    };
    try {
      const value = await this.#host.answer(question, { signal: controller.signal, onProgress });
      this.#tell({ id, type: 'answer', value }, buffersOf(value));
    } catch (error) {
      this.#fail(id, error);
    } finally {
      this.#open.delete(id);
    }
  }

  #openRow(question: RowQuestion): void {
    const { id } = question;
    const controller = new AbortController();
    const onProgress = (event: SentProgress): void => {
      this.#tell({ id, type: 'progress', event });
    };
    const call = { signal: controller.signal, onProgress };
    const model = (): FastSAM => this.#host.segmenter(question);
    const row = new Row(question, call, model, () => this.#host.state(question), {
      tell: (message, handed) => {
        this.#tell({ id, ...message }, handed);
      },
      fail: (error) => {
        this.#fail(id, error);
      },
      over: () => this.#open.delete(id),
    });
    this.#open.set(id, { controller, row });
  }
}
