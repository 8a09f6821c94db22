/** FastSAM: load a checkpoint, segment images; what it offers of its layers is in `model/networkModel.ts`. */
import { throwIfAborted } from './errors.js';
import { imagesOfBatch, isPixelBatch, type PixelBatch } from './image/pixels.js';
import type { ImageInput } from './source/readImage.js';
import type { ByteSource } from './platform/byteSource.js';
import type { ExportResult } from './export/exportModel.js';
import type { ExportFormat, ExportOptions } from './export/options.js';
import type { ValResult } from './evaluate/val.js';
import type { ValOptions } from './evaluate/valOptions.js';
import { requireText } from './options/requireKind.js';
import { INSPECT } from './options/show.js';
import type { Results } from './results/results.js';
import { acquireDevice, releaseDevice } from './runtime/device.js';
import { describeArchitecture } from './model/architecture.js';
import type { CachedDetector } from './model/cachingSegmenter.js';
import type { Edits } from './model/edits.js';
import type { LetterboxedImage } from './model/letterboxedImage.js';
import { resultsAlone } from './model/makeResults.js';
import type { RawDetections } from './model/rawDetections.js';
import type { DetectInput, StageContext } from './model/stages.js';
import type { DetectOptions, LetterboxImageOptions } from './model/stageOptions.js';
import type { OpenedCheckpoint } from './model/open.js';
import type { NetworkSpec, CreateOptions } from './model/untrained.js';
import { LoadedNetwork } from './model/loadedNetwork.js';
import { textModelFor, type LazyTextModel } from './model/lazyTextModel.js';
import { describeModel, type ModelInfo } from './model/info.js';
import { resolveLoadOptions, type LoadOptions, type ResolvedLoadOptions } from './model/loadOptions.js';
import type { CachedSegmenter, Segmenter } from './model/segmenter.js';
import { NetworkModel } from './model/networkModel.js';
import { resolveOptions, type ResolvedOptions, type SegmentOptions } from './model/options.js';
import type { PipelineContext } from './model/pipeline.js';
import { runningModel, type RunningModel } from './model/runningModel.js';
import type { ImageSize, WarmupResult } from './model/warmup.js';
import type { WarmupOptions } from './model/warmupOptions.js';
import type { TrackSource } from './model/trackStream.js';
import type { TrackOptions } from './model/trackOptions.js';
import {
  resolveStreamOptions,
  segmentImages,
  streamImages,
  type StreamInput,
  type StreamItem,
  type StreamOptions,
} from './model/stream.js';

/**
 * A loaded model. `segment` finds every object of an image once; prompts then choose among them on the `Results`,
 * without running the network again (FastSAM paper, section 3).
 *
 * @example
 * const model = await FastSAM.load('FastSAM-s');
 * const scene = await model.segment('street.jpg');
 * const car = scene.prompt({ boxes: [[439, 437, 524, 709]] });
 * model.dispose();
 */
export class FastSAM extends NetworkModel implements Segmenter {
  readonly #textModel: LazyTextModel;

  private constructor(info: ModelInfo, loaded: LoadedNetwork, textModel: LazyTextModel) {
    const free = () => {
      loaded.dispose();
    };
    super(info, loaded, () => {
      releaseDevice(free);
    });
    this.#textModel = textModel;
  }

  /**
   * Loads a checkpoint: Ultralytics or FastSAM `.pt` files of any version, plain state dicts, safetensors.
   * @param source name (`FastSAM-s`, `FastSAM-x`, `demo`; downloaded when needed), path, URL, or the bytes of a file, also as
   *   an ArrayBuffer, a Blob, a File that somebody chose, or the Response of a `fetch`.
   * @throws FastSAMError `UNKNOWN_NAME`, `FILE_UNREADABLE`, `DOWNLOAD_FAILED`, `DOWNLOAD_CORRUPT`, `INVALID_CHECKPOINT`,
   *   `UNSUPPORTED_CHECKPOINT`, `CHECKPOINT_MISMATCH`, `DEVICE_UNAVAILABLE`, `INVALID_ARGUMENT`, `ABORTED`.
   */
  static async load(source: string | URL | ByteSource, options: LoadOptions = {}): Promise<FastSAM> {
    const resolved = resolveLoadOptions(options);
    const { openCheckpoint } = await import('./model/open.js');
    return FastSAM.#start(await openCheckpoint(source, options), resolved);
  }

  /**
   * Builds an untrained network of any size of a family (docs/user/network.md). Equal seeds give equal weights.
   * @throws FastSAMError `INVALID_ARGUMENT`, `DEVICE_UNAVAILABLE`, `ABORTED`.
   *
   * @example
   * const model = await FastSAM.create({ depthMultiple: 0.33, widthMultiple: 0.25, classes: 3 }, { seed: 1 });
   */
  static async create(spec: NetworkSpec, options: CreateOptions = {}): Promise<FastSAM> {
    const { openUntrained } = await import('./model/untrained.js');
    const { opened, load } = openUntrained(spec, options);
    return FastSAM.#start(opened, load);
  }

  static async #start(opened: OpenedCheckpoint, options: ResolvedLoadOptions): Promise<FastSAM> {
    const { device: choice, startTimeout, wasmPaths, ...running } = options;
    throwIfAborted(running.signal);
    running.onProgress?.({ type: 'compile', name: opened.name });
    const { device, note } = await acquireDevice(choice, { startTimeout, wasmPaths });
    try {
      const { architecture, checkpoint } = opened;
      const loaded = await LoadedNetwork.create(architecture, checkpoint.tensors, device, running);
      const textModel = textModelFor(options);
      return new FastSAM({ ...describeModel(opened, device, note), precision: loaded.precision }, loaded, textModel);
    } catch (error) {
      releaseDevice();
      throw error;
    }
  }

  /**
   * Finds every object. One image in, one `Results` out; a list or a batch [B,H,W,C] in, a list out in the same order. Float
   * tensors are not rounded to 8 bits: they are letterboxed in float32, and no bit changes where their size fits.
   * @throws FastSAMError `INVALID_ARGUMENT`, `INVALID_IMAGE`, `FILE_UNREADABLE`, `DOWNLOAD_FAILED`, `ABORTED`,
   *   `DISPOSED`. With a list, one unreadable image fails the call.
   */
  segment(images: readonly ImageInput[] | PixelBatch, options?: SegmentOptions): Promise<Results[]>;
  segment(image: ImageInput, options?: SegmentOptions): Promise<Results>;
  async segment(
    input: ImageInput | readonly ImageInput[] | PixelBatch,
    options: SegmentOptions = {},
  ): Promise<Results | Results[]> {
    const resolved = resolveOptions(options, this.info.defaults);
    const inputs = isPixelBatch(input) ? imagesOfBatch(input) : isList(input) ? input : undefined;
    const results = await segmentImages(inputs ?? [input as ImageInput], await this.#context(resolved));
    return inputs ? results : results[0];
  }

  /**
   * The first stage of `segment`: an image as the network gets it, a float32 tensor [1,H,W,3], RGB 0…1, and the way between
   * pixels of the image and of the network's input. `detect` takes it.
   *
   * @example
   * using input = await model.letterbox('street.jpg', { imgsz: 640 });
   * const corner = input.toImage([0, 0]);
   * @returns holds a tensor; the caller disposes it.
   * @throws FastSAMError `INVALID_ARGUMENT`, `INVALID_IMAGE`, `FILE_UNREADABLE`, `DOWNLOAD_FAILED`, `ABORTED`, `DISPOSED`.
   */
  async letterbox(image: ImageInput, options: LetterboxImageOptions = {}): Promise<LetterboxedImage> {
    this.lifetime.requireAlive();
    return (await import('./model/stages.js')).letterboxImage(image, options, { model: this.info });
  }

  /**
   * The second stage of `segment`: what the network says of an image, every anchor, nothing selected. Results are made of it
   * by `toResults`, with any thresholds and as often as one likes (docs/user/stages.md). It runs in the precision of
   * `segment`.
   * @param input an image, which is letterboxed as `segment` does; what `letterbox` gave; or a float32 tensor [H,W,3] or
   *   [B,H,W,3], RGB 0…1, which goes into the network bit for bit, its sides multiples of the largest stride (32).
   * @returns one for an image, a list for a list or a batch. No tensors: nothing to dispose.
   * @throws FastSAMError what `segment` throws; `INVALID_ARGUMENT` for a float tensor of another size, with NaN, or with values
   *   outside -1…2.
   */
  detect(input: readonly DetectInput[] | PixelBatch, options?: DetectOptions): Promise<RawDetections[]>;
  detect(input: DetectInput, options?: DetectOptions): Promise<RawDetections>;
  async detect(
    input: DetectInput | readonly DetectInput[] | PixelBatch,
    options: DetectOptions = {},
  ): Promise<RawDetections | RawDetections[]> {
    this.lifetime.requireAlive();
    const { detect } = await import('./model/stages.js');
    const context: StageContext = {
      running: (edit) => this.#running(edit),
      model: this.info,
      textModel: this.#textModel,
      makeResults: resultsAlone,
    };
    return detect(input, options, context);
  }

  /**
   * Makes beforehand what is otherwise made while the first image waits: shaders on WebGL and WebGPU, compiled side by side,
   * and whatever else a device makes once. After it, no image of such a size compiles a shader.
   *
   * @example
   * await model.warmup([{ width: 4000, height: 3000 }], { onProgress: (done, total) => bar.set(done / total) });
   * @param sizes of the images that will come, pixels; default: a square one.
   * @throws FastSAMError `INVALID_ARGUMENT`, `DEVICE_FAILED`, `ABORTED`, `DISPOSED`.
   */
  async warmup(sizes?: readonly ImageSize[], options: WarmupOptions = {}): Promise<WarmupResult> {
    return this.lifetime.use(async () =>
      (await import('./model/warmup.js')).warmUp(sizes, options, { detector: this.loaded, model: this.info }),
    );
  }

  /**
   * Frees the weights, those of the text encoders too that it loaded. `Results` stay valid, other than for `promptText`
   * without encoders of its own. Further calls of the model throw `DISPOSED`, and those under way do at their next image.
   */
  dispose(): void {
    this.#textModel.dispose();
    this.lifetime.end();
  }

  /** One line for `console.log` and a REPL. */
  [INSPECT](): string {
    const { name, architecture, device, precision } = this.info;
    return `FastSAM: ${name}, ${describeArchitecture(architecture)}, ${device} ${precision}`;
  }

  /** `dispose` at the end of a block with `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** As `dispose`, and waits until the weights are freed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.dispose();
    await this.lifetime.endAndWait();
  }

  /**
   * Finds every object of any number of images, in their order and with bounded memory: while one is in the network the
   * next are being read. An image that cannot be read is reported and does not end the stream.
   * @param inputs any iterable of images or of a video's frames (`openVideo`), an endless one too; it is asked for the next
   *   one only when there is room. What it throws comes through, after the images before.
   * @throws FastSAMError `INVALID_ARGUMENT`, `ABORTED`, `DISPOSED`.
   */
  async *stream<T extends StreamInput>(
    inputs: Iterable<T> | AsyncIterable<T>,
    options: StreamOptions = {},
  ): AsyncGenerator<StreamItem<T>, void> {
    const { ahead, ...segment } = resolveStreamOptions(options, this.info.defaults);
    const context = await this.#context(segment);
    for await (const item of streamImages(inputs, context, ahead)) {
      yield item;
      this.lifetime.requireAlive();
    }
  }

  /**
   * The same model for many settings on the same images: what the network gave for an image is kept, and another `conf`,
   * `iou`, `maxDet`, `retinaMasks` or `snapFullBoxes` selects from it again. The results are those of `segment`, bit by bit.
   * Another image size, other weights and `edit` run the network again. Holds at most 512 MB, the least recently used goes
   * first; `dispose` frees it.
   *
   * @example
   * const cached = await model.withCache();
   * for (const conf of [0.1, 0.2, 0.3]) console.log((await cached.segment('street.jpg', { conf })).length);
   * cached.dispose();
   * @throws FastSAMError `DISPOSED`
   */
  async withCache(): Promise<CachedSegmenter> {
    this.lifetime.requireAlive();
    const { CachingSegmenter } = await import('./model/cachingSegmenter.js');
    const detector: CachedDetector = {
      raw: (input) => this.lifetime.use(() => this.loaded.raw(input)),
      state: () => this.loaded.tensors,
    };
    return new CachingSegmenter(detector, (options) => this.#context(options), this);
  }

  /**
   * Follows objects through a clip: one `Results` a frame, in order, with `trackIds` and `frame`. As in Ultralytics, boxes
   * are those of the tracker's filter (clipped to the image) and objects are hidden until their track is confirmed; the
   * masks are the detections'. Memory stays bounded, frames are decoded while earlier ones are in the network.
   * @throws FastSAMError `INVALID_ARGUMENT`, `UNKNOWN_NAME`, `INVALID_PROMPT`, `ABORTED`, `DISPOSED`, for a frame that cannot
   *   be read, and what `openVideo` throws.
   *
   * @example
   * for await (const scene of model.track('clip.mp4')) console.log(scene.frame?.time, scene.trackIds);
   * for await (const cup of model.track('clip.mp4', { prompt: { points: [[520, 360]], pick: 'best' } })) { … }
   */
  async *track(source: TrackSource, options: TrackOptions = {}): AsyncGenerator<Results, void> {
    const { resolveTrackOptions, trackImages } = await import('./model/trackStream.js');
    const resolved = resolveTrackOptions(options, this.info.defaults);
    yield* trackImages(source, resolved, await this.#context(resolved.segment), () => {
      this.lifetime.requireAlive();
    });
  }

  /**
   * How good the model is on a YOLO data set: precision, recall and AP of boxes and masks by the protocol of Ultralytics'
   * `val`. Node only.
   * @param data path of the data set's yaml.
   * @throws FastSAMError `INVALID_ARGUMENT`, `FILE_UNREADABLE`, `ABORTED`, `DISPOSED`.
   */
  async val(data: string, options: ValOptions = {}): Promise<ValResult> {
    requireText('data', data);
    const { validate } = await import('./evaluate/val.js');
    const { defaults } = this.info;
    return validate({ defaults, running: (edit) => this.#running(edit) }, data, options);
  }

  /**
   * Writes the model in another format (docs/user/export.md): `onnx`, `saved_model`, `tfjs`, `tfjs_graph`, `safetensors`.
   * Boxes come out decoded; letterboxing before it and, without `nms`, selection and masks after it are the caller's.
   * @param path a folder for the result, or a target that ends in the format's suffix; null: nothing is written, the
   *   bytes are in the result (browsers).
   * @throws FastSAMError `INVALID_ARGUMENT`, `WRITE_FAILED`, `DISPOSED`.
   */
  export(format: ExportFormat, path: string | null, options: ExportOptions = {}): Promise<ExportResult> {
    return this.lifetime.use(async () =>
      (await import('./export/exportModel.js')).exportModel(
        { network: this.loaded.network, info: this.info },
        format,
        path,
        options,
      ),
    );
  }

  async #context({ edit, ...options }: ResolvedOptions): Promise<PipelineContext> {
    return { ...(await this.#running(edit)), options, textModel: this.#textModel };
  }

  #running(edit?: Edits): Promise<RunningModel> {
    return runningModel(this.loaded, this.lifetime, this.info, edit);
  }
}

function isList(input: ImageInput | readonly ImageInput[] | PixelBatch): input is readonly ImageInput[] {
  return Array.isArray(input);
}
