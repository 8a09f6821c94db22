/** FastSAM: load a checkpoint, segment images, look at layers. */
import type * as tf from '@tensorflow/tfjs';
import { throwIfAborted } from './errors.js';
import { letterboxGeometry } from './image/letterbox.js';
import { networkPixels } from './image/networkPixels.js';
import { imagesOfBatch, isPixelBatch, type PixelBatch } from './image/pixels.js';
import { readImage, type ImageInput } from './source/readImage.js';
import type { ByteSource } from './platform/byteSource.js';
import type { ExportResult } from './export/exportModel.js';
import type { ExportFormat, ExportOptions } from './export/options.js';
import type { ValResult } from './evaluate/val.js';
import type { ValOptions } from './evaluate/valOptions.js';
import { checkValue, resolve } from './options/resolve.js';
import { INSPECT } from './options/show.js';
import type { Results } from './results/results.js';
import { defaultsNote, defaultsOf } from './weights/defaults.js';
import { acquireDevice, releaseDevice } from './runtime/device.js';
import type { Device } from './runtime/choices.js';
import { Lifetime } from './runtime/lifetime.js';
import { describeArchitecture } from './model/architecture.js';
import { openCheckpoint, type OpenedCheckpoint } from './model/open.js';
import { createDetector } from './model/createDetector.js';
import { toTensor, type Detector } from './model/detector.js';
import type { LetterboxedImage } from './model/letterboxedImage.js';
import { resultsAlone } from './model/makeResults.js';
import type { RawDetections } from './model/rawDetections.js';
import type { DetectInput, StageContext } from './model/stages.js';
import type { DetectOptions, LetterboxImageOptions } from './model/stageOptions.js';
import { textModelFor, type LazyTextModel } from './model/lazyTextModel.js';
import { loadWeights } from './model/load.js';
import { resolveLoadOptions, type LoadOptions } from './model/loadOptions.js';
import { buildNetwork, type Network } from './model/network.js';
import type { CachedSegmenter, Segmenter } from './model/segmenter.js';
import type { ModelInfo } from './model/info.js';
import {
  ACTIVATION_OPTIONS,
  LAYER_NAMES,
  resolveOptions,
  type ActivationOptions,
  type ResolvedOptions,
  type SegmentOptions,
} from './model/options.js';
import type { PipelineContext } from './model/pipeline.js';
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
import { requireText } from './options/requireKind.js';

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
export class FastSAM implements Segmenter {
  readonly #network: Network;
  readonly #textModel: LazyTextModel;
  readonly #lifetime: Lifetime;
  /** The detector, which is not freed while it runs. */
  readonly #detector: Pick<Detector, 'detect' | 'raw'>;

  private constructor(
    /** What is known of the model. */
    readonly info: ModelInfo,
    network: Network,
    detector: Detector,
    textModel: LazyTextModel,
  ) {
    this.#network = network;
    this.#textModel = textModel;
    this.#lifetime = new Lifetime(() => {
      detector.dispose();
      network.model.dispose();
      releaseDevice();
    }, 'model: it was disposed; load it again');
    this.#detector = {
      detect: (input, thresholds) => this.#lifetime.use(() => detector.detect(input, thresholds)),
      raw: (input, options) => this.#lifetime.use(() => detector.raw(input, options)),
    };
  }

  /**
   * Loads a checkpoint: Ultralytics or FastSAM `.pt` files of any version, plain state dicts, safetensors.
   * @param source name (`FastSAM-s`, `FastSAM-x`, `demo`; downloaded when needed), path, URL, or the bytes of a file, also as
   *   an ArrayBuffer, a Blob, a File that somebody chose, or the Response of a `fetch`.
   * @throws FastSAMError `UNKNOWN_NAME`, `FILE_UNREADABLE`, `DOWNLOAD_FAILED`, `DOWNLOAD_CORRUPT`, `INVALID_CHECKPOINT`,
   *   `UNSUPPORTED_CHECKPOINT`, `CHECKPOINT_MISMATCH`, `DEVICE_UNAVAILABLE`, `INVALID_ARGUMENT`, `ABORTED`.
   */
  static async load(source: string | URL | ByteSource, options: LoadOptions = {}): Promise<FastSAM> {
    const { device: choice, keepBatchNorm, textModel: encoders, ...running } = resolveLoadOptions(options);
    const opened = await openCheckpoint(source, options);
    throwIfAborted(options.signal);
    options.onProgress?.({ type: 'compile', name: opened.name });
    const { device, note } = await acquireDevice(choice);
    let network: Network | undefined;
    try {
      network = buildNetwork(opened.architecture, {
        foldBatchNorm: !keepBatchNorm,
      });
      loadWeights(network, opened.checkpoint.tensors);
      const { detector, precision } = await createDetector(network, device, running);
      const textModel = textModelFor({ ...options, textModel: encoders });
      return new FastSAM({ ...describe(opened, device, note), precision }, network, detector, textModel);
    } catch (error) {
      network?.model.dispose();
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
    const results = await segmentImages(inputs ?? [input as ImageInput], this.#context(resolved));
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
    this.#lifetime.requireAlive();
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
    this.#lifetime.requireAlive();
    const { detect } = await import('./model/stages.js');
    const context: StageContext = {
      detector: this.#detector,
      model: this.info,
      textModel: this.#textModel,
      makeResults: resultsAlone,
    };
    return detect(input, options, context);
  }

  /**
   * Outputs of layers by their Ultralytics names (`model.9`, `model.2.m.0.cv1`, `model.22.proto`), for an image that is
   * letterboxed as in `segment`. Feature maps are float32 [1,H,W,C] of the network's input; see `eachActivation`.
   * @returns tensors by name; the caller disposes them.
   * @throws FastSAMError `UNKNOWN_NAME`, and what `segment` throws.
   */
  async activations(
    image: ImageInput,
    names: readonly string[],
    options: ActivationOptions = {},
  ): Promise<Record<string, tf.Tensor>> {
    this.#lifetime.requireAlive();
    const { imgsz, square, ...reading } = resolve(ACTIVATION_OPTIONS, options, this.info.defaults);
    checkValue('names', LAYER_NAMES, names);
    const rgb = await readImage(image, reading);
    const { activations } = await import('./model/activations.js');
    const geometry = letterboxGeometry(rgb.width, rgb.height, imgsz, { auto: !square });
    const { netWidth: width, netHeight: height } = geometry;
    const pixels = await networkPixels(rgb, geometry);
    this.#lifetime.requireAlive();
    const x = toTensor({ images: [pixels], width, height });
    try {
      return activations(this.#network, x, names);
    } finally {
      x.dispose();
    }
  }

  /**
   * Frees the weights, those of the text encoders too that it loaded. `Results` stay valid, other than for `promptText`
   * without encoders of its own. Further calls of the model throw `DISPOSED`, and those under way do at their next image.
   */
  dispose(): void {
    this.#textModel.dispose();
    this.#lifetime.end();
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
    await this.#lifetime.endAndWait();
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
    const context = this.#context(segment);
    for await (const item of streamImages(inputs, context, ahead)) {
      yield item;
      this.#lifetime.requireAlive();
    }
  }

  /**
   * The same model for many settings on the same images: what the network gave for an image is kept, and another `conf`,
   * `iou`, `maxDet`, `retinaMasks` or `snapFullBoxes` selects from it again. The results are those of `segment`, bit by bit.
   * Another image size runs the network again. Holds at most 512 MB, the least recently used goes first; `dispose` frees it.
   *
   * @example
   * const cached = await model.withCache();
   * for (const conf of [0.1, 0.2, 0.3]) console.log((await cached.segment('street.jpg', { conf })).length);
   * cached.dispose();
   * @throws FastSAMError `DISPOSED`
   */
  async withCache(): Promise<CachedSegmenter> {
    this.#lifetime.requireAlive();
    const { CachingSegmenter } = await import('./model/cachingSegmenter.js');
    return new CachingSegmenter(this.#detector, (options) => this.#context(options), this.info);
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
    yield* trackImages(source, resolved, this.#context(resolved.segment), () => {
      this.#lifetime.requireAlive();
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
    return validate(this.#context(resolveOptions({}, this.info.defaults)), data, options);
  }

  /**
   * Writes the model in another format (docs/user/export.md): `onnx`, `saved_model`, `tfjs`, `tfjs_graph`, `safetensors`.
   * Boxes come out decoded; letterboxing before it and, without `nms`, selection and masks after it are the caller's.
   * @param path a folder for the result, or a target that ends in the format's suffix; null: nothing is written, the
   *   bytes are in the result (browsers).
   * @throws FastSAMError `INVALID_ARGUMENT`, `WRITE_FAILED`, `DISPOSED`.
   */
  export(format: ExportFormat, path: string | null, options: ExportOptions = {}): Promise<ExportResult> {
    return this.#lifetime.use(async () =>
      (await import('./export/exportModel.js')).exportModel(
        { network: this.#network, info: this.info },
        format,
        path,
        options,
      ),
    );
  }

  #context(options: ResolvedOptions): PipelineContext {
    this.#lifetime.requireAlive();
    return { detector: this.#detector, options, model: this.info, textModel: this.#textModel };
  }
}

function isList(input: ImageInput | readonly ImageInput[] | PixelBatch): input is readonly ImageInput[] {
  return Array.isArray(input);
}

function describe(
  opened: OpenedCheckpoint,
  device: Device,
  deviceNote: string | undefined,
): Omit<ModelInfo, 'precision'> {
  const { checkpoint, architecture, name, path, entry } = opened;
  const imgszNote = defaultsNote(checkpoint);
  return {
    name,
    path,
    architecture,
    classNames: checkpoint.names ?? { 0: 'object' },
    defaults: defaultsOf(checkpoint, entry),
    ...(imgszNote === undefined ? {} : { defaultsNote: imgszNote }),
    device,
    ...(deviceNote === undefined ? {} : { deviceNote }),
    metadata: checkpoint.metadata,
  };
}
