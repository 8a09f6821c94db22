/** FastSAM: load a checkpoint, segment images, look at layers. */
import * as tf from '@tensorflow/tfjs';
import { FastSAMError, throwIfAborted } from './errors.js';
import { letterbox, letterboxGeometry } from './image/letterbox.js';
import { readImage, type ImageInput } from './source/readImage.js';
import type { ExportResult } from './export/exportModel.js';
import type { ExportFormat, ExportOptions } from './export/options.js';
import type { ValOptions, ValResult } from './evaluate/val.js';
import type { Results } from './results/results.js';
import { acquireDevice, releaseDevice } from './runtime/device.js';
import type { Device } from './runtime/deviceStatus.js';
import { openCheckpoint, type OpenedCheckpoint } from './model/open.js';
import { activations } from './model/activations.js';
import { createDetector } from './model/createDetector.js';
import { toTensor, type Detector } from './model/detector.js';
import { LazyTextModel, loadClip } from './model/lazyTextModel.js';
import { loadWeights } from './model/load.js';
import { checkLoadOptions, type LoadOptions } from './model/loadOptions.js';
import { buildNetwork, type Network } from './model/network.js';
import type { Segmenter } from './model/segmenter.js';
import type { ModelInfo } from './model/info.js';
import { resolveOptions, type ModelDefaults, type ResolvedOptions, type SegmentOptions } from './model/options.js';
import { segmentImages, type PipelineContext } from './model/pipeline.js';
import type { TrackOptions, TrackSource } from './model/trackStream.js';
import { streamImages, type StreamInput, type StreamItem, type StreamOptions } from './model/stream.js';

/** Options of `FastSAM.activations`. */
export interface ActivationOptions {
  /** As in `SegmentOptions`. */
  imgsz?: number | readonly [number, number];
  square?: boolean;
  signal?: AbortSignal;
}

/** FastSAM's own defaults, for checkpoints that the catalogue does not know. */
const METHOD_DEFAULTS: ModelDefaults = { imgsz: 1024, conf: 0.4, iou: 0.9 };
/** Both peers' encoders. */
const DEFAULT_TEXT_MODEL = 'ViT-B/32';

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
  #disposed = false;
  /** Runs of the detector under way. */
  #running = 0;

  private constructor(
    /** What is known of the model. */
    readonly info: ModelInfo,
    private readonly network: Network,
    private readonly detector: Detector,
    private readonly textModel: LazyTextModel,
  ) {}

  /**
   * Loads a checkpoint: Ultralytics or FastSAM `.pt` files of any version, plain state dicts, safetensors.
   * @param source name (`FastSAM-s`, `FastSAM-x`, `demo`; downloaded when needed), path, URL, or the bytes of a file.
   * @throws FastSAMError `UNKNOWN_NAME`, `FILE_UNREADABLE`, `DOWNLOAD_FAILED`, `DOWNLOAD_CORRUPT`, `INVALID_CHECKPOINT`,
   *   `UNSUPPORTED_CHECKPOINT`, `CHECKPOINT_MISMATCH`, `DEVICE_UNAVAILABLE`, `INVALID_ARGUMENT`, `ABORTED`.
   */
  static async load(source: string | URL | Uint8Array, options: LoadOptions = {}): Promise<FastSAM> {
    checkLoadOptions(options);
    const opened = await openCheckpoint(source, options);
    throwIfAborted(options.signal);
    const { device, note } = await acquireDevice(options.device ?? 'auto');
    let network: Network | undefined;
    try {
      network = buildNetwork(opened.architecture, {
        foldBatchNorm: !(options.keepBatchNorm ?? false),
      });
      loadWeights(network, opened.checkpoint.tensors);
      const { detector, precision } = await createDetector(network, device, options);
      const textModel = new LazyTextModel(options.textModel ?? DEFAULT_TEXT_MODEL, (name, given) =>
        loadClip(name, { ...given, precision: options.precision, graphWeights: options.graphWeights }),
      );
      return new FastSAM({ ...describe(opened, device, note), precision }, network, detector, textModel);
    } catch (error) {
      network?.model.dispose();
      releaseDevice();
      throw error;
    }
  }

  /**
   * Finds every object. One image in, one `Results` out; a list in, a list out in the same order.
   * @throws FastSAMError `INVALID_ARGUMENT`, `INVALID_IMAGE`, `FILE_UNREADABLE`, `DOWNLOAD_FAILED`, `ABORTED`,
   *   `DISPOSED`. With a list, one unreadable image fails the call.
   */
  segment(image: ImageInput, options?: SegmentOptions): Promise<Results>;
  segment(images: readonly ImageInput[], options?: SegmentOptions): Promise<Results[]>;
  async segment(input: ImageInput | readonly ImageInput[], options: SegmentOptions = {}): Promise<Results | Results[]> {
    const resolved = resolveOptions(options, this.info.defaults);
    const inputs = isList(input) ? input : [input];
    const results = await segmentImages(inputs, this.#context(resolved));
    return isList(input) ? results : results[0];
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
    this.#requireAlive();
    const { imgsz, square, signal } = resolveOptions(options, this.info.defaults);
    const rgb = await readImage(image, { signal });
    const geometry = letterboxGeometry(rgb.width, rgb.height, imgsz, { auto: !square });
    const { netWidth: width, netHeight: height } = geometry;
    this.#requireAlive();
    const x = toTensor({ images: [letterbox(rgb, geometry)], width, height });
    try {
      return activations(this.network, x, names);
    } finally {
      x.dispose();
    }
  }

  /**
   * Frees the weights, those of the text encoders too that it loaded. `Results` stay valid, other than for `promptText`
   * without encoders of its own. Further calls of the model throw `DISPOSED`, and those under way do at their next image.
   */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.textModel.dispose();
    if (this.#running === 0) this.#free();
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
    const { ahead, ...rest } = options;
    const context = this.#context(resolveOptions(rest, this.info.defaults));
    for await (const item of streamImages(inputs, context, ahead)) {
      yield item;
      this.#requireAlive();
    }
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
      this.#requireAlive();
    });
  }

  /**
   * How good the model is on a YOLO data set: precision, recall and AP of boxes and masks by the protocol of Ultralytics'
   * `val`. Node only.
   * @param data path of the data set's yaml.
   * @throws FastSAMError `INVALID_ARGUMENT`, `FILE_UNREADABLE`, `ABORTED`, `DISPOSED`.
   */
  async val(data: string, options: ValOptions = {}): Promise<ValResult> {
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
    return this.#hold(async () =>
      (await import('./export/exportModel.js')).exportModel(
        { network: this.network, info: this.info },
        format,
        path,
        options,
      ),
    );
  }

  #context(options: ResolvedOptions): PipelineContext {
    this.#requireAlive();
    const detector: PipelineContext['detector'] = {
      detect: (input, thresholds) => this.#hold(() => this.detector.detect(input, thresholds)),
    };
    return { detector, options, model: this.info, textModel: this.textModel };
  }

  /** Does work with the weights, which stay until it is done. */
  async #hold<T>(work: () => Promise<T>): Promise<T> {
    this.#requireAlive();
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      if (this.#disposed && this.#running === 0) this.#free();
    }
  }

  #free(): void {
    this.detector.dispose();
    this.network.model.dispose();
    releaseDevice();
  }

  #requireAlive(): void {
    if (this.#disposed) throw new FastSAMError('DISPOSED', 'model: it was disposed; load it again');
  }
}

function isList(input: ImageInput | readonly ImageInput[]): input is readonly ImageInput[] {
  return Array.isArray(input);
}

function describe(
  opened: OpenedCheckpoint,
  device: Device,
  deviceNote: string | undefined,
): Omit<ModelInfo, 'precision'> {
  const { checkpoint, architecture, name, path, entry } = opened;
  const known = entry?.defaults ?? METHOD_DEFAULTS;
  return {
    name,
    path,
    architecture,
    classNames: checkpoint.names ?? { 0: 'object' },
    defaults: { ...known, imgsz: checkpoint.imgsz ?? known.imgsz },
    device,
    ...(deviceNote === undefined ? {} : { deviceNote }),
    metadata: checkpoint.metadata,
  };
}
