/** The model in the worker, and what is asked of it. */
import { FastSAM } from '../fastsam.js';
import { invalidArgument } from '../errors.js';
import { resultsAlone } from '../model/makeResults.js';
import { resolveLoadOptions, type LoadOptions } from '../model/loadOptions.js';
import { textModelFor, type LazyTextModel } from '../model/lazyTextModel.js';
import { RawDetections } from '../model/rawDetections.js';
import type { CachedSegmenter } from '../model/segmenter.js';
import type { TextImageModel } from '../prompt/textModel.js';
import { packResults } from '../results/pack.js';
import type { Results } from '../results/results.js';
import type { StateTensor } from '../weights/state.js';
import { sentInfo } from './info.js';
import type { Answers, CacheState, Question, SentModel, SentRaw, SentWeights } from './protocol.js';
import { receivedInput, receivedSource } from './receive.js';
import type { CallOptions } from './row.js';

/** Holds the model, its encoders and its caches; answers questions about them. */
export class Host {
  readonly #settle: (base: string) => void;
  readonly #caches = new Map<number, CachedSegmenter>();
  #model: FastSAM | undefined;
  #textModel: LazyTextModel | undefined;

  /** @param settle sees relative addresses from where the caller sees them. */
  constructor(settle: (base: string) => void) {
    this.#settle = settle;
  }

  /** @throws FastSAMError `INVALID_ARGUMENT` before the model is loaded, which no caller of this package does. */
  #loaded(): FastSAM {
    if (this.#model) return this.#model;
    throw invalidArgument('worker: got a question before the model, expected load first');
  }

  /** The model, or a cache before it. */
  segmenter({ cache }: { readonly cache?: number }): FastSAM {
    const model = this.#loaded();
    const held = cache === undefined ? undefined : this.#caches.get(cache);
    return (held ?? model) as FastSAM; // caches are not asked for more than they have
  }

  /** How often the network ran for a cache. */
  state({ cache }: { readonly cache?: number }): CacheState {
    const held = cache === undefined ? undefined : this.#caches.get(cache);
    return held ? { runs: held.runs } : {};
  }

  /** The encoders; what is done with them holds them. */
  #encoders<T>(work: (model: TextImageModel) => Promise<T>, { signal, onProgress }: CallOptions): Promise<T> {
    this.#loaded();
    if (!this.#textModel) throw invalidArgument('worker: got no encoders, expected load first');
    return this.#textModel.use(work, { signal, onProgress });
  }

  /** @throws what the work throws. */
  async answer(question: Question, call: CallOptions): Promise<Answers[keyof Answers]> {
    const { signal, onProgress } = call;
    const count = (done: number, total: number): void => {
      onProgress({ type: 'count', done, total });
    };
    switch (question.op) {
      case 'load':
        return this.#take(question, (options) =>
          FastSAM.load(receivedSource(question.source), { ...options, ...call }),
        );
      case 'create':
        return this.#take(question, (options) => FastSAM.create(question.spec, { ...options, signal }));
      case 'segment': {
        const { input, options, stages } = question;
        const all = { ...options, signal, ...(stages && { onStage: onProgress }) };
        const results = await this.segmenter(question).segment((await receivedInput(input)) as string, all);
        return { results: [results].flat().map((each: Results) => packResults(each).data), ...this.state(question) };
      }
      case 'detect': {
        const { input, options } = question;
        const raw = await this.#loaded().detect((await receivedInput(input)) as string, { ...options, signal });
        return [raw].flat().map(sentRaw);
      }
      case 'results': {
        const { fitted, found, inference, options } = question;
        const context = { model: this.#loaded().info, options: { ...options, signal } };
        return packResults(await resultsAlone(fitted, found, inference, context)).data;
      }
      case 'val':
        return this.#loaded().val(question.data, { ...question.options, signal, onProgress: count });
      case 'warmup':
        return this.#loaded().warmup(question.sizes, { ...question.options, signal, onProgress: count });
      case 'export':
        return this.#loaded().export(question.format, question.path, question.options);
      case 'stateDict':
        return sentWeights(this.#loaded().stateDict());
      case 'setWeights':
        await this.#loaded().setWeights(question.tensors);
        return sentInfo(this.#loaded().info);
      case 'save':
        await this.#loaded().save(question.path, question.options);
        return null;
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

  async #take(
    { base, options }: Extract<Question, { op: 'load' | 'create' }>,
    open: (options: LoadOptions) => Promise<FastSAM>,
  ): Promise<SentModel> {
    const { textModel, ...others } = options;
    const all: LoadOptions = { ...others, ...(textModel !== undefined && { textModel: receivedSource(textModel) }) };
    this.#settle(base);
    const model = await open(all);
    this.#model = model;
    const { precision, graphWeights, allowSha256 } = all;
    this.#textModel = textModelFor(
      resolveLoadOptions({ textModel: all.textModel, precision, graphWeights, allowSha256 }),
    );
    return { info: sentInfo(model.info), layerNames: model.layerNames() };
  }
}

function sentRaw(raw: RawDetections): SentRaw {
  const { boxes, scores, logits, coefficients, prototypes } = raw;
  const { fitted, imgsz, inference } = RawDetections.originOf(raw);
  const anchors = { boxes, scores, ...(logits && { logits }), coefficients, prototypes };
  return { anchors, origin: { fitted, imgsz, inference } };
}

function sentWeights(tensors: ReadonlyMap<string, StateTensor>): SentWeights {
  return new Map([...tensors].map(([name, { shape, values }]) => [name, { shape, values }]));
}
