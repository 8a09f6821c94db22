/** The worker's side: the model, and an answer to every question. */
import { FastSAM } from '../fastsam.js';
import { invalidArgument } from '../errors.js';
import { resultsAlone } from '../model/makeResults.js';
import { resolveLoadOptions } from '../model/loadOptions.js';
import { textModelFor, type LazyTextModel } from '../model/lazyTextModel.js';
import { RawDetections } from '../model/rawDetections.js';
import type { CachedSegmenter } from '../model/segmenter.js';
import type { CallerLine, Handed } from '../platform/workers/workers.js';
import type { TextImageModel } from '../prompt/textModel.js';
import { packResults } from '../results/pack.js';
import type { Results } from '../results/results.js';
import { buffersOf } from './buffers.js';
import { breaksWorker, sentError } from './errors.js';
import { sentInfo } from './info.js';
import type {
  Answers,
  CacheState,
  FromWorker,
  Question,
  RowQuestion,
  SentProgress,
  SentRaw,
  ToWorker,
} from './protocol.js';
import { receivedInput, receivedSource } from './receive.js';
import { Row, type CallOptions } from './row.js';

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
  readonly #caches = new Map<number, CachedSegmenter>();
  #model: FastSAM | undefined;
  #textModel: LazyTextModel | undefined;

  constructor(line: Parameters<typeof serve>[0]) {
    this.#line = line;
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
      const value = await this.#answer(question, { signal: controller.signal, onProgress });
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
    const model = (): FastSAM => this.#segmenter(question);
    const row = new Row(question, call, model, () => this.#state(question), {
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

  /** @throws FastSAMError `INVALID_ARGUMENT` before the model is loaded, which no caller of this package does. */
  #loaded(): FastSAM {
    if (this.#model) return this.#model;
    throw invalidArgument('worker: got a question before the model, expected load first');
  }

  /** The model, or a cache before it. */
  #segmenter({ cache }: { readonly cache?: number }): FastSAM {
    const model = this.#loaded();
    const held = cache === undefined ? undefined : this.#caches.get(cache);
    return (held ?? model) as FastSAM; // caches are not asked for more than they have
  }

  #state({ cache }: { readonly cache?: number }): CacheState {
    const held = cache === undefined ? undefined : this.#caches.get(cache);
    return held ? { runs: held.runs } : {};
  }

  /** The encoders; what is done with them holds them. */
  #encoders<T>(work: (model: TextImageModel) => Promise<T>, { signal, onProgress }: CallOptions): Promise<T> {
    this.#loaded();
    if (!this.#textModel) throw invalidArgument('worker: got no encoders, expected load first');
    return this.#textModel.use(work, { signal, onProgress });
  }

  async #answer(question: Question, call: CallOptions): Promise<Answers[keyof Answers]> {
    const { signal, onProgress } = call;
    switch (question.op) {
      case 'load': {
        const { source, base } = question;
        const { textModel, ...others } = question.options;
        const options = { ...others, ...(textModel !== undefined && { textModel: receivedSource(textModel) }) };
        this.#line.settle?.(base);
        this.#model = await FastSAM.load(receivedSource(source), { ...options, signal, onProgress });
        this.#textModel = textModelFor(resolveLoadOptions(options));
        return sentInfo(this.#model.info);
      }
      case 'segment': {
        const { input, options, stages } = question;
        const all = { ...options, signal, ...(stages && { onStage: onProgress }) };
        const results = await this.#segmenter(question).segment(receivedInput(input) as string, all);
        return { results: [results].flat().map((each: Results) => packResults(each).data), ...this.#state(question) };
      }
      case 'detect': {
        const { input, options } = question;
        const raw = await this.#loaded().detect(receivedInput(input) as string, { ...options, signal });
        return [raw].flat().map(sentRaw);
      }
      case 'results': {
        const { fitted, found, inference, options } = question;
        const context = { model: this.#loaded().info, options: { ...options, signal } };
        return packResults(await resultsAlone(fitted, found, inference, context)).data;
      }
      case 'val': {
        const hear = (done: number, total: number): void => {
          onProgress({ type: 'images', done, total });
        };
        return this.#loaded().val(question.data, { ...question.options, signal, onProgress: hear });
      }
      case 'export':
        return this.#loaded().export(question.format, question.path, question.options);
      case 'cache':
        this.#caches.set(question.id, await this.#loaded().withCache());
        return question.id;
      case 'uncache':
        this.#caches.get(question.cache)?.dispose();
        this.#caches.delete(question.cache);
        return null;
      case 'encoders':
        return this.#encoders(
          ({ config, logitScale }) =>
            Promise.resolve({ config: { imageSize: config.imageSize, embedDim: config.embedDim }, logitScale }),
          call,
        );
      case 'encodeImages':
        return this.#encoders((model) => model.encodeImages(question.pixels, { signal }), call);
      case 'encodeTokens':
        return this.#encoders((model) => model.encodeTokens(question.tokens, { signal }), call);
    }
  }
}

function sentRaw(raw: RawDetections): SentRaw {
  const { boxes, scores, logits, coefficients, prototypes } = raw;
  const { fitted, imgsz, inference } = RawDetections.originOf(raw);
  const anchors = { boxes, scores, ...(logits && { logits }), coefficients, prototypes };
  return { anchors, origin: { fitted, imgsz, inference } };
}
