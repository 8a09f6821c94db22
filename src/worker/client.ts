/** FastSAM in a worker: the API of the main entry, with network and decoding on another thread or process. */
import type { ExportResult } from '../export/exportModel.js';
import type { ExportFormat, ExportOptions } from '../export/options.js';
import type { ValResult } from '../evaluate/val.js';
import type { ValOptions } from '../evaluate/valOptions.js';
import type { FastSAM as MainFastSAM } from '../fastsam.js';
import type { PixelBatch } from '../image/pixels.js';
import { describeArchitecture } from '../model/architecture.js';
import { isAddress, requireFrames } from '../model/iterate.js';
import { resolveLoadOptions, type LoadOptions } from '../model/loadOptions.js';
import type { SegmentOptions } from '../model/options.js';
import type { RawDetections } from '../model/rawDetections.js';
import type { DetectOptions } from '../model/stageOptions.js';
import type { CachedSegmenter, Segmenter } from '../model/segmenter.js';
import type { StreamInput, StreamItem, StreamOptions } from '../model/stream.js';
import type { TrackOptions } from '../model/trackOptions.js';
import type { TrackSource } from '../model/trackStream.js';
import type { CreateOptions, NetworkSpec } from '../model/untrained.js';
import type { ImageSize, WarmupResult } from '../model/warmup.js';
import type { WarmupOptions } from '../model/warmupOptions.js';
import { requireText } from '../options/requireKind.js';
import { resolve } from '../options/resolve.js';
import { INSPECT } from '../options/show.js';
import type { ProgressEvent } from '../progress.js';
import { isTextImageModel, type TextImageModel, type TextModelSource } from '../prompt/textModel.js';
import type { Results } from '../results/results.js';
import type { ImageInput } from '../source/readImage.js';
import { WorkerCache } from './cache.js';
import { Calls } from './calls.js';
import { Connection, type Loading } from './connection.js';
import { WorkerTextModel } from './encoders.js';
import { KnownModel, WorkerNetworkModel } from './network.js';
import { splitOptions, type WorkerCallOptions } from './options.js';
import type { SentSource } from './protocol.js';
import { requirePlain, sendOptions, sendSource } from './send.js';

/** What `FastSAM.load` takes: a name, path or URL, or the bytes of a file. */
export type WorkerModelSource = Parameters<typeof MainFastSAM.load>[0];

/** Options of `load` that stay on this side. */
const STAY = ['onProgress', 'signal', 'textModel'] as const;

/** A tracker and what it takes, other than functions and objects with methods of their own. */
export type WorkerTrackOptions = TrackOptions & WorkerCallOptions;

/**
 * A model in a worker: a Web Worker in browsers, a child process in Node. Calls and results are those of `FastSAM` of the
 * main entry; results are whole on this side, so prompts, files and drawings need no worker. If the worker crashes, calls
 * under way fail with `WORKER_LOST`, and the next one starts another worker.
 *
 * @example
 * import { FastSAM } from 'fastsam-tfjs/worker';
 * const model = await FastSAM.load('demo');
 * const scene = await model.segment('street.jpg');
 * const car = scene.prompt({ boxes: [[439, 437, 524, 709]] });
 * model.dispose();
 */
export class FastSAM extends WorkerNetworkModel implements Segmenter, Record<keyof MainFastSAM, unknown> {
  readonly #calls: Calls;

  private constructor(connection: Connection, known: KnownModel, textModel: TextModelSource) {
    super(connection, known);
    this.#calls = new Calls(connection, () => known.info, textModel);
  }

  /**
   * Starts a worker and loads a checkpoint there. Relative addresses are seen from the page. Bytes are kept, for a new worker.
   * @param options as of the main entry; encoders that are loaded (`textModel`) stay on this side.
   * @throws FastSAMError what `load` of the main entry throws; `WORKER_LOST` where the worker cannot be started.
   */
  static async load(source: WorkerModelSource, options: LoadOptions = {}): Promise<FastSAM> {
    const { onProgress, signal, textModel } = resolveLoadOptions(options);
    const { own, sent } = await encodersOf(textModel);
    const plain = sendOptions<LoadOptions, (typeof STAY)[number]>(options, STAY);
    const question = {
      op: 'load',
      source: await sendSource(source),
      options: { ...plain, ...sent },
      base: '',
    } as const;
    return FastSAM.#start(question, own, { onProgress, signal });
  }

  /**
   * Builds an untrained network in a worker, as `create` of the main entry does.
   * @throws FastSAMError what `create` of the main entry throws; `WORKER_LOST` where the worker cannot be started.
   */
  static async create(spec: NetworkSpec, options: CreateOptions = {}): Promise<FastSAM> {
    const { CREATE_OPTIONS } = await import('../model/untrained.js');
    const { signal, textModel } = resolve(CREATE_OPTIONS, options);
    const { own, sent } = await encodersOf(textModel);
    const plain = sendOptions<CreateOptions, 'signal' | 'textModel'>(options, ['signal', 'textModel']);
    requirePlain('spec', spec);
    return FastSAM.#start({ op: 'create', spec, options: { ...plain, ...sent }, base: '' }, own, { signal });
  }

  /** @param own encoders that stay on this side. */
  static async #start(
    question: Loading['question'],
    own: TextImageModel | undefined,
    { onProgress, signal }: Pick<LoadOptions, 'onProgress' | 'signal'>,
  ): Promise<FastSAM> {
    const known = new KnownModel();
    const connection = new Connection({
      question,
      onProgress: (event) => onProgress?.(event as ProgressEvent), // nothing else is told
      onLoaded: (model) => {
        known.note(model);
      },
      weights: () => known.weights,
    });
    try {
      await connection.hold(() => connection.ready(signal));
    } catch (error) {
      await connection.dispose();
      throw error;
    }
    return new FastSAM(connection, known, own ? { use: (work) => work(own) } : new WorkerTextModel(connection));
  }

  /**
   * Finds every object, as `segment` of the main entry does, bit for bit. Elements of a page become bitmaps first.
   * @throws FastSAMError what `segment` of the main entry throws; `WORKER_LOST`.
   */
  segment(images: readonly ImageInput[] | PixelBatch, options?: SegmentOptions & WorkerCallOptions): Promise<Results[]>;
  segment(image: ImageInput, options?: SegmentOptions & WorkerCallOptions): Promise<Results>;
  segment(
    input: ImageInput | readonly ImageInput[] | PixelBatch,
    options: SegmentOptions & WorkerCallOptions = {},
  ): Promise<Results | Results[]> {
    return this.#calls.segment(input, options);
  }

  /**
   * What the network says of an image, nothing selected, as `detect` of the main entry gives it. Selections of one's own and
   * changed arrays stay on this side; `toResults` has the masks made in the worker.
   * @throws FastSAMError what `detect` of the main entry throws; `WORKER_LOST`.
   */
  detect(
    images: readonly ImageInput[] | PixelBatch,
    options?: DetectOptions & WorkerCallOptions,
  ): Promise<RawDetections[]>;
  detect(image: ImageInput, options?: DetectOptions & WorkerCallOptions): Promise<RawDetections>;
  detect(
    input: ImageInput | readonly ImageInput[] | PixelBatch,
    options: DetectOptions & WorkerCallOptions = {},
  ): Promise<RawDetections | RawDetections[]> {
    return this.#calls.detect(input, options);
  }

  /**
   * Finds every object of any number of images, in their order and with bounded memory, as `stream` of the main entry does.
   * @throws FastSAMError what `stream` of the main entry throws; `WORKER_LOST`.
   */
  stream<T extends StreamInput>(
    inputs: Iterable<T> | AsyncIterable<T>,
    options: StreamOptions & WorkerCallOptions = {},
  ): AsyncGenerator<StreamItem<T>, void> {
    return this.#calls.stream(inputs, options);
  }

  /**
   * Follows objects through a clip, as `track` of the main entry does. Trackers of one's own and functions as prompts stay
   * with the main entry.
   * @throws FastSAMError what `track` of the main entry throws; `WORKER_LOST`; `INVALID_ARGUMENT` for functions and objects
   *   with methods.
   */
  async *track(source: TrackSource, options: WorkerTrackOptions = {}): AsyncGenerator<Results, void> {
    if (!isAddress(source)) requireFrames(source);
    const { sent, here, stages } = splitOptions(options);
    const question = { op: 'track', options: sent, stages } as const;
    if (isAddress(source)) yield* this.#calls.results({ ...question, source: String(source) }, undefined, here);
    else yield* this.#calls.results(question, source, here);
  }

  /**
   * Makes beforehand what is otherwise made while the first image waits, as `warmup` of the main entry does. A worker that was
   * lost has lost it, too.
   * @throws FastSAMError what `warmup` of the main entry throws; `WORKER_LOST`.
   */
  warmup(
    sizes?: readonly ImageSize[],
    options: WarmupOptions & Pick<WorkerCallOptions, 'terminate'> = {},
  ): Promise<WarmupResult> {
    return this.#calls.warmup(sizes, options);
  }

  /**
   * The same model for many settings on the same images: what the network gave is kept in the worker. A worker that was lost
   * has lost it, too, and makes it again.
   * @throws FastSAMError `WORKER_LOST`, `DISPOSED`
   */
  withCache(): Promise<CachedSegmenter> {
    return WorkerCache.create(this.connection, this.#calls);
  }

  /**
   * How good the model is on a YOLO data set, as `val` of the main entry says. Node only.
   * @throws FastSAMError what `val` of the main entry throws; `WORKER_LOST`.
   */
  async val(data: string, options: ValOptions = {}): Promise<ValResult> {
    requireText('data', data);
    return this.#calls.val(data, options);
  }

  /**
   * Writes the model in another format, as `export` of the main entry does.
   * @throws FastSAMError what `export` of the main entry throws; `WORKER_LOST`.
   */
  export(format: ExportFormat, path: string | null, options: ExportOptions = {}): Promise<ExportResult> {
    return this.connection.ask<'export'>({ op: 'export', format, path, options: sendOptions(options, []) });
  }

  /**
   * Ends the worker now, and with it what it does. Calls under way fail with `WORKER_LOST`; results stay whole. The next call
   * starts another worker, which loads the model again.
   */
  restart(): void {
    this.connection.requireAlive();
    this.connection.restart('restart() ended it');
  }

  /**
   * Ends the worker. `Results` stay valid, other than for `promptText` without encoders of its own. Calls under way and
   * further ones throw `DISPOSED`.
   */
  dispose(): void {
    void this.connection.dispose();
  }

  /** One line for `console.log` and a REPL. */
  [INSPECT](): string {
    const { name, architecture, device, precision } = this.info;
    return `FastSAM in a worker: ${name}, ${describeArchitecture(architecture)}, ${device} ${precision}`;
  }

  /** `dispose` at the end of a block with `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** As `dispose`, and waits until the worker is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection.dispose(true);
  }
}

/** Encoders that are loaded stay on this side; others are loaded in the worker. */
async function encodersOf(
  textModel: LoadOptions['textModel'],
): Promise<{ readonly own?: TextImageModel; readonly sent?: { readonly textModel: SentSource } }> {
  if (isTextImageModel(textModel)) return { own: textModel };
  return textModel === undefined ? {} : { sent: { textModel: await sendSource(textModel) } };
}
