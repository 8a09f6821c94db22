/** A loaded model as studies and evaluations use it; `FastSAM` is one. */
import { invalidArgument } from '../errors.js';
import { showValue } from '../options/showValue.js';
import type { ImageInput } from '../source/readImage.js';
import type { Results } from '../results/results.js';
import type { ModelInfo } from './info.js';
import type { SegmentOptions } from './options.js';
import type { StreamInput, StreamItem, StreamOptions } from './stream.js';

/** What studies, evaluations and batches need of a model; see `FastSAM`. */
export interface Segmenter {
  readonly info: ModelInfo;
  /** See `FastSAM.segment`. */
  segment(image: ImageInput, options?: SegmentOptions): Promise<Results>;
  /** See `FastSAM.stream`. */
  stream<T extends StreamInput>(
    inputs: Iterable<T> | AsyncIterable<T>,
    options?: StreamOptions,
  ): AsyncGenerator<StreamItem<T>, void>;
  /** See `FastSAM.withCache`. Without it, sweeps run the network for each setting. */
  withCache?(): Promise<CachedSegmenter>;
}

/** A segmenter that keeps what the network gave, and that holds it until it is disposed. */
export interface CachedSegmenter extends Pick<Segmenter, 'info' | 'segment' | 'stream'> {
  /** How often the network ran. */
  readonly runs: number;
  /** Frees what is kept. The model stays. */
  dispose(): void;
}

/** @throws FastSAMError `INVALID_ARGUMENT` for what is no loaded model */
export function requireSegmenter(value: unknown): asserts value is Segmenter {
  const { info, segment, stream } = (typeof value === 'object' && value !== null ? value : {}) as Partial<Segmenter>;
  if (typeof info === 'object' && typeof segment === 'function' && typeof stream === 'function') return;
  throw invalidArgument(`model: got ${showValue(value)}, expected a loaded one: await FastSAM.load(…)`);
}
