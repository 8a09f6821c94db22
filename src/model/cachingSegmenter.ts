/** Many settings on one image: the network runs once for each image and network size. */
import type { RgbImage } from '../image/rgbImage.js';
import type { Results } from '../results/results.js';
import { readImage, type ImageInput } from '../source/readImage.js';
import type { Detections, Detector, DetectorInput, KeptOutputs, Thresholds } from './detector.js';
import type { ModelInfo } from './info.js';
import { resolveOptions, type ResolvedOptions, type SegmentOptions } from './options.js';
import type { PipelineContext } from './pipeline.js';
import type { CachedSegmenter } from './segmenter.js';
import {
  resolveStreamOptions,
  segmentImages,
  streamImages,
  type StreamInput,
  type StreamItem,
  type StreamOptions,
} from './stream.js';

/** Bytes of outputs that are kept at a time, beside those in use. */
const MOST_BYTES = 512 * 2 ** 20;

/** See `FastSAM.withCache`. */
export class CachingSegmenter implements CachedSegmenter {
  readonly #detector: CachingDetector;
  readonly #contextOf: (options: ResolvedOptions) => PipelineContext;
  /** The last image that was read, by its name or address: its pixels. */
  #read: { readonly input: ImageInput; readonly image: Promise<RgbImage> } | undefined;

  constructor(
    detector: Pick<Detector, 'keep'>,
    contextOf: (options: ResolvedOptions) => PipelineContext,
    readonly info: ModelInfo,
  ) {
    this.#detector = new CachingDetector(detector);
    this.#contextOf = contextOf;
  }

  get runs(): number {
    return this.#detector.runs;
  }

  async segment(input: ImageInput, options: SegmentOptions = {}): Promise<Results> {
    const context = this.#context(resolveOptions(options, this.info.defaults));
    const [results] = await segmentImages([await this.#pixels(input, options.signal)], context);
    return results;
  }

  async *stream<T extends StreamInput>(
    inputs: Iterable<T> | AsyncIterable<T>,
    options: StreamOptions = {},
  ): AsyncGenerator<StreamItem<T>, void> {
    const { ahead, ...segment } = resolveStreamOptions(options, this.info.defaults);
    yield* streamImages(inputs, this.#context(segment), ahead);
  }

  dispose(): void {
    this.#read = undefined;
    this.#detector.dispose();
  }

  #context(options: ResolvedOptions): PipelineContext {
    return { ...this.#contextOf(options), detector: this.#detector };
  }

  /** A file is read once as long as it is asked for again and again. */
  #pixels(input: ImageInput, signal: AbortSignal | undefined): Promise<RgbImage> {
    if (typeof input !== 'string' && !(input instanceof URL)) return readImage(input, { signal });
    if (this.#read?.input !== input) {
      const image = readImage(input, { signal });
      this.#read = { input, image };
      image.catch(() => (this.#read = undefined));
    }
    return this.#read.image;
  }
}

/** Keeps what the network gave for some inputs. The same input is one with the same pixels. */
class CachingDetector implements Pick<Detector, 'detect' | 'dispose'> {
  readonly #detector: Pick<Detector, 'keep'>;
  /** The least recently used first. */
  #entries: { readonly input: DetectorInput; readonly kept: KeptOutputs }[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  runs = 0;

  constructor(detector: Pick<Detector, 'keep'>) {
    this.#detector = detector;
  }

  /** One call at a time: making room frees outputs, which no other call may be using. */
  detect(input: DetectorInput, thresholds: Thresholds): Promise<Detections[]> {
    const result = this.#turn.then(() => this.#outputsOf(input).select(thresholds));
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Waits for the call under way. */
  dispose(): void {
    this.#turn = this.#turn.then(() => {
      for (const { kept } of this.#entries) kept.dispose();
      this.#entries = [];
    });
  }

  #outputsOf(input: DetectorInput): KeptOutputs {
    const at = this.#entries.findIndex((entry) => isSame(entry.input, input));
    const entry = at < 0 ? { input, kept: this.#detector.keep(input) } : this.#entries.splice(at, 1)[0];
    if (at < 0) this.runs++;
    this.#entries.push(entry);
    let bytes = this.#entries.reduce((sum, { kept }) => sum + kept.bytes, 0);
    while (bytes > MOST_BYTES && this.#entries.length > 1) {
      const oldest = this.#entries.shift();
      oldest?.kept.dispose();
      bytes -= oldest?.kept.bytes ?? 0;
    }
    return entry.kept;
  }
}

function isSame(a: DetectorInput, b: DetectorInput): boolean {
  if (a.width !== b.width || a.height !== b.height || a.images.length !== b.images.length) return false;
  return a.images.every((pixels, i) => pixels === b.images[i] || equalBytes(pixels, b.images[i]));
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
