/** FastSAM in a worker: the API of the main entry, with network and decoding on another thread or process. */
import { invalidArgument } from '../errors.js';
import type { ExportResult } from '../export/exportModel.js';
import type { ExportFormat, ExportOptions } from '../export/options.js';
import type { ValResult } from '../evaluate/val.js';
import type { ValOptions } from '../evaluate/valOptions.js';
import type { FastSAM as MainFastSAM } from '../fastsam.js';
import type { PixelBatch } from '../image/pixels.js';
import { describeArchitecture } from '../model/architecture.js';
import type { ModelInfo } from '../model/info.js';
import { isAddress, requireFrames } from '../model/iterate.js';
import { resolveLoadOptions, type LoadOptions } from '../model/loadOptions.js';
import type { SegmentOptions } from '../model/options.js';
import type { RawDetections } from '../model/rawDetections.js';
import type { DetectOptions } from '../model/stageOptions.js';
import type { CachedSegmenter, Segmenter } from '../model/segmenter.js';
import type { StreamInput, StreamItem, StreamOptions } from '../model/stream.js';
import type { TrackOptions } from '../model/trackOptions.js';
import type { TrackSource } from '../model/trackStream.js';
import { requireText } from '../options/requireKind.js';
import { INSPECT } from '../options/show.js';
import type { ProgressEvent } from '../progress.js';
import { isTextImageModel, type TextModelSource } from '../prompt/textModel.js';
import type { Results } from '../results/results.js';
import type { ImageInput } from '../source/readImage.js';
import { WorkerCache } from './cache.js';
import { Calls } from './calls.js';
import { Connection } from './connection.js';
import { WorkerTextModel } from './encoders.js';
import { receivedInfo } from './info.js';
import { splitOptions, type WorkerCallOptions } from './options.js';
import { sendOptions, sendSource } from './send.js';

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
export class FastSAM implements Segmenter {
  readonly #connection: Connection;
  readonly #calls: Calls;
  readonly #known: { info: ModelInfo };

  /** @param known what every worker says of the model. */
  private constructor(connection: Connection, known: { info: ModelInfo }, textModel: TextModelSource) {
    this.#connection = connection;
    this.#known = known;
    this.#calls = new Calls(connection, () => known.info, textModel);
  }

  /**
   * Starts a worker and loads a checkpoint there. Relative addresses are seen from the page. Bytes are kept, for a new worker.
   * @param options as of the main entry; encoders that are loaded (`textModel`) stay on this side.
   * @throws FastSAMError what `load` of the main entry throws; `WORKER_LOST` where the worker cannot be started.
   */
  static async load(source: WorkerModelSource, options: LoadOptions = {}): Promise<FastSAM> {
    const { onProgress, signal, textModel } = resolveLoadOptions(options);
    const own = isTextImageModel(textModel) ? textModel : undefined;
    const encoders = own || textModel === undefined ? undefined : await sendSource(textModel);
    const plain = sendOptions<LoadOptions, (typeof STAY)[number]>(options, STAY);
    const known: { info?: ModelInfo } = {};
    const connection = new Connection({
      question: {
        op: 'load',
        source: await sendSource(source),
        options: { ...plain, ...(encoders !== undefined && { textModel: encoders }) },
        base: '',
      },
      onProgress: (event) => onProgress?.(event as ProgressEvent), // nothing else is told
      onLoaded: (info) => (known.info = receivedInfo(info)),
    });
    try {
      await connection.hold(() => connection.ready(signal));
    } catch (error) {
      await connection.dispose();
      throw error;
    }
    const encodersOfResults: TextModelSource = own ? { use: (work) => work(own) } : new WorkerTextModel(connection);
    return new FastSAM(connection, known as { info: ModelInfo }, encodersOfResults);
  }

  /** What is known of the model; after a restart of the worker that of the new one. */
  get info(): ModelInfo {
    return this.#known.info;
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
   * The same model for many settings on the same images: what the network gave is kept in the worker. A worker that was lost
   * has lost it, too, and makes it again.
   * @throws FastSAMError `WORKER_LOST`, `DISPOSED`
   */
  withCache(): Promise<CachedSegmenter> {
    return WorkerCache.create(this.#connection, this.#calls);
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
    return this.#connection.ask<'export'>({ op: 'export', format, path, options: sendOptions(options, []) });
  }

  /**
   * Ends the worker now, and with it what it does. Calls under way fail with `WORKER_LOST`; results stay whole. The next call
   * starts another worker, which loads the model again.
   */
  restart(): void {
    this.#connection.requireAlive();
    this.#connection.restart('restart() ended it');
  }

  /** Not here: it gives a tensor. @throws FastSAMError `INVALID_ARGUMENT` */
  letterbox(): Promise<never> {
    return refused('letterbox', 'a tensor, which cannot leave a worker');
  }

  /** Not here: it gives tensors. @throws FastSAMError `INVALID_ARGUMENT` */
  activations(): Promise<never> {
    return refused('activations', 'tensors, which cannot leave a worker');
  }

  /** Not here: it takes a function and gives a tensor. @throws FastSAMError `INVALID_ARGUMENT` */
  gradient(): Promise<never> {
    return refused('gradient', 'a tensor, which cannot leave a worker');
  }

  /** Not here: it gives layers. @throws FastSAMError `INVALID_ARGUMENT` */
  layersModel(): Promise<never> {
    return refused('layersModel', 'layers, which cannot leave a worker');
  }

  /**
   * Ends the worker. `Results` stay valid, other than for `promptText` without encoders of its own. Calls under way and
   * further ones throw `DISPOSED`.
   */
  dispose(): void {
    void this.#connection.dispose();
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
    await this.#connection.dispose(true);
  }
}

function refused(name: string, gives: string): Promise<never> {
  return Promise.reject(
    invalidArgument(
      `${name}: it gives ${gives}; load the model with FastSAM of 'fastsam-tfjs', on this side, or use detect or segment`,
    ),
  );
}
