/** Many settings on one image: the network runs once for each image and network size. */
import type { RgbImage } from '../image/rgbImage.js';
import type { Results } from '../results/results.js';
import { readImage, type ImageInput } from '../source/readImage.js';
import type { Detections, Detector, DetectorInput, RawAnchors, Thresholds } from './detector.js';
import type { ModelInfo } from './info.js';
import { resolveOptions, type ResolvedOptions, type SegmentOptions } from './options.js';
import type { PipelineContext } from './pipeline.js';
import type { CachedSegmenter, Segmenter } from './segmenter.js';
import { selectDetections } from './selectDetections.js';
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

/** What is kept: the outputs of a detector, as long as its weights are the same. */
export interface CachedDetector extends Pick<Detector, 'raw'> {
  /** Another object once the weights have changed. */
  state(): unknown;
}

/** See `FastSAM.withCache`. */
export class CachingSegmenter implements CachedSegmenter {
  readonly #detector: CachingDetector;
  readonly #model: Pick<Segmenter, 'info'>;
  readonly #contextOf: (options: ResolvedOptions) => Promise<PipelineContext>;
  /** The last image that was read, by its name or address and how it was read: its pixels. */
  #read: { readonly input: ImageInput; readonly reading: string; readonly image: Promise<RgbImage> } | undefined;

  constructor(
    detector: CachedDetector,
    contextOf: (options: ResolvedOptions) => Promise<PipelineContext>,
    model: Pick<Segmenter, 'info'>,
  ) {
    this.#detector = new CachingDetector(detector);
    this.#contextOf = contextOf;
    this.#model = model;
  }

  get info(): ModelInfo {
    return this.#model.info;
  }

  get runs(): number {
    return this.#detector.runs;
  }

  async segment(input: ImageInput, options: SegmentOptions = {}): Promise<Results> {
    const resolved = resolveOptions(options, this.info.defaults);
    const [results] = await segmentImages([await this.#pixels(input, resolved)], await this.#context(resolved));
    return results;
  }

  async *stream<T extends StreamInput>(
    inputs: Iterable<T> | AsyncIterable<T>,
    options: StreamOptions = {},
  ): AsyncGenerator<StreamItem<T>, void> {
    const { ahead, ...segment } = resolveStreamOptions(options, this.info.defaults);
    yield* streamImages(inputs, await this.#context(segment), ahead);
  }

  dispose(): void {
    this.#read = undefined;
    this.#detector.dispose();
  }

  /** What edited layers give is not kept. */
  async #context(options: ResolvedOptions): Promise<PipelineContext> {
    const context = await this.#contextOf(options);
    return context.edited ? context : { ...context, detector: this.#detector };
  }

  /** A file is read once as long as it is asked for again and again. */
  #pixels(input: ImageInput, { signal, maxPixels, window }: ResolvedOptions): ImageInput | Promise<RgbImage> {
    if (typeof input !== 'string' && !(input instanceof URL)) return input;
    const reading = JSON.stringify([maxPixels, window]);
    if (this.#read?.input !== input || this.#read.reading !== reading) {
      const image = readImage(input, { signal, maxPixels, window });
      this.#read = { input, reading, image };
      image.catch(() => (this.#read = undefined));
    }
    return this.#read.image;
  }
}

/** An input, and what the network gave for it. */
interface Entry {
  readonly input: DetectorInput;
  readonly raw: readonly RawAnchors[];
}

/** Keeps what the network gave for some inputs. The same input is one with the same pixels. */
class CachingDetector implements Pick<Detector, 'detect' | 'dispose'> {
  readonly #detector: CachedDetector;
  /** The least recently used first. */
  #entries: Entry[] = [];
  #state: unknown;
  #turn: Promise<unknown> = Promise.resolve();
  runs = 0;

  constructor(detector: CachedDetector) {
    this.#detector = detector;
  }

  /** One call at a time, so that two calls of one input run the network once. */
  detect(input: DetectorInput, thresholds: Thresholds): Promise<Detections[]> {
    const result = this.#turn.then(async () =>
      (await this.#outputsOf(input)).map((raw) => selectDetections(raw, thresholds)),
    );
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Waits for the call under way. */
  dispose(): void {
    this.#turn = this.#turn.then(() => {
      this.#entries = [];
    });
  }

  async #outputsOf(input: DetectorInput): Promise<readonly RawAnchors[]> {
    const state = this.#detector.state();
    if (state !== this.#state) this.#entries = [];
    this.#state = state;
    const at = this.#entries.findIndex((entry) => isSame(entry.input, input));
    const entry = at < 0 ? await this.#run(input) : this.#entries.splice(at, 1)[0];
    this.#entries.push(entry);
    let bytes = this.#entries.reduce((sum, { raw }) => sum + bytesOf(raw), 0);
    while (bytes > MOST_BYTES && this.#entries.length > 1) bytes -= bytesOf(this.#entries.shift()?.raw ?? []);
    return entry.raw;
  }

  async #run(input: DetectorInput): Promise<Entry> {
    const raw = await this.#detector.raw(input);
    this.runs++;
    return { input, raw };
  }
}

/** Memory of the outputs. */
function bytesOf(list: readonly RawAnchors[]): number {
  return list.reduce((sum, { boxes, scores, coefficients, prototypes }) => {
    const arrays = [boxes, scores, coefficients, prototypes.data];
    return sum + arrays.reduce((bytes, { byteLength }) => bytes + byteLength, 0);
  }, 0);
}

function isSame(a: DetectorInput, b: DetectorInput): boolean {
  if (a.width !== b.width || a.height !== b.height || a.images.length !== b.images.length) return false;
  return a.images.every((pixels, i) => pixels === b.images[i] || equalValues(pixels, b.images[i]));
}

/** Bytes are never the same as floats, which another graph may take. */
function equalValues(a: Uint8Array | Float32Array, b: Uint8Array | Float32Array): boolean {
  if (a.length !== b.length || a.BYTES_PER_ELEMENT !== b.BYTES_PER_ELEMENT) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
