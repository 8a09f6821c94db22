/**
 * What a caller and its worker say to each other: plain data, no functions and no tensors. Every question has an `id`; what
 * belongs to it carries the same one.
 */
import type { ValResult } from '../evaluate/val.js';
import type { ValOptions } from '../evaluate/valOptions.js';
import type { ExportResult } from '../export/exportModel.js';
import type { ExportFormat, ExportOptions } from '../export/options.js';
import type { FastSAMErrorCode } from '../errors.js';
import type { PixelData } from '../source/readImage.js';
import type { LoadOptions } from '../model/loadOptions.js';
import type { ModelInfo } from '../model/info.js';
import type { SegmentOptions } from '../model/options.js';
import type { Detections, RawAnchors } from '../model/detector.js';
import type { FittedImage, MakeOptions } from '../model/makeResults.js';
import type { RawOrigin } from '../model/rawDetections.js';
import type { DetectOptions } from '../model/stageOptions.js';
import type { StreamOptions } from '../model/stream.js';
import type { TrackOptions } from '../model/trackOptions.js';
import type { CreateOptions, NetworkSpec } from '../model/untrained.js';
import type { ImageSize, WarmupResult } from '../model/warmup.js';
import type { WarmupOptions } from '../model/warmupOptions.js';
import type { NamedBytes } from '../platform/byteSource.js';
import type { Bitmap } from '../platform/workers/workers.js';
import type { ProgressEvent, StageEvent } from '../progress.js';
import type { TextImageModel } from '../prompt/textModel.js';
import type { PackedResults } from '../results/pack.js';
import type { WriteSafetensorsOptions } from '../weights/writeSafetensors.js';

/** Options without what cannot be sent. */
type Plain<O> = Omit<O, 'signal' | 'onProgress' | 'onStage'>;

/** A tensor, or a batch of images: its values. */
export interface SentTensor {
  readonly kind: 'tensor';
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values: ArrayLike<number>;
}

/** An image on its way to the worker. */
export type SentImage =
  /** A path or URL, as the caller sees it. */
  | { readonly kind: 'address'; readonly address: string }
  /** What is sent as it is: bytes, Blobs, pixels, bitmaps; also what is no image, which the worker refuses. */
  | { readonly kind: 'value'; readonly value: Uint8Array | ArrayBuffer | Blob | PixelData | Bitmap }
  /** A picture in strips, from top to bottom. */
  | { readonly kind: 'strips'; readonly strips: readonly Bitmap[] }
  /** A file that was read on the caller's side. */
  | { readonly kind: 'file'; readonly file: NamedBytes }
  | SentTensor
  /** An image of a row that could not be sent: its item says why. */
  | { readonly kind: 'failed'; readonly error: SentError }
  | { readonly kind: 'frame'; readonly image: SentImage; readonly index: number; readonly time?: number };

/** One image, several, or a batch in one tensor. */
export type SentInput =
  | { readonly kind: 'one'; readonly image: SentImage }
  | { readonly kind: 'list'; readonly images: readonly SentImage[] }
  | { readonly kind: 'batch'; readonly batch: SentTensor };

/** Where weights come from; URLs are texts, and responses are read before. */
export type SentSource = string | Uint8Array | ArrayBuffer | Blob | NamedBytes;

/** Options of `load` in the worker; encoders that are loaded stay with the caller. */
export type SentLoadOptions = WithSentEncoders<LoadOptions>;

/** Options of `create` in the worker. */
export type SentCreateOptions = WithSentEncoders<CreateOptions>;

type WithSentEncoders<O extends { textModel?: unknown }> = Plain<Omit<O, 'textModel'>> & { textModel?: SentSource };

/** What is known of the model; its family goes by its id. */
export type SentInfo = Omit<ModelInfo, 'architecture'> & {
  readonly architecture: Omit<ModelInfo['architecture'], 'family'> & { readonly family: string };
};

/** What a worker says of the model that it has. */
export interface SentModel {
  readonly info: SentInfo;
  readonly layerNames: readonly string[];
}

/** Weights by their names. */
export type SentWeights = ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float32Array }>;

/** The network's word on one image, and where it comes from. */
export interface SentRaw {
  readonly anchors: RawAnchors;
  readonly origin: Pick<RawOrigin, 'fitted' | 'imgsz' | 'inference'>;
}

/** What is known of encoders that stay in the worker. */
export type SentEncoders = Pick<TextImageModel, 'config' | 'logitScale'>;

/** A question that one answer ends. */
export type Question = { readonly id: number } & (
  | { readonly op: 'load'; readonly source: SentSource; readonly options: SentLoadOptions; readonly base: string }
  | { readonly op: 'create'; readonly spec: NetworkSpec; readonly options: SentCreateOptions; readonly base: string }
  /** `cache`: a number that `cache` gave; the network's outputs are kept there. */
  | {
      readonly op: 'segment';
      readonly input: SentInput;
      readonly options: Plain<SegmentOptions>;
      readonly stages: boolean;
      readonly cache?: number;
    }
  | { readonly op: 'detect'; readonly input: SentInput; readonly options: Plain<DetectOptions> }
  /** Masks of detections that the caller selected; `fitted.image` has no pixels. */
  | {
      readonly op: 'results';
      readonly fitted: FittedImage;
      readonly found: Detections;
      readonly inference: number;
      readonly options: MakeOptions;
    }
  | { readonly op: 'val'; readonly data: string; readonly options: Plain<ValOptions> }
  | {
      readonly op: 'export';
      readonly format: ExportFormat;
      readonly path: string | null;
      readonly options: ExportOptions;
    }
  | {
      readonly op: 'warmup';
      readonly sizes: readonly ImageSize[] | undefined;
      readonly options: Plain<WarmupOptions>;
    }
  | { readonly op: 'stateDict' }
  | { readonly op: 'setWeights'; readonly tensors: SentWeights }
  | { readonly op: 'save'; readonly path: string; readonly options: WriteSafetensorsOptions }
  | { readonly op: 'cache' }
  | { readonly op: 'uncache'; readonly cache: number }
  /** Loads the encoders of text prompts, if they are not there. */
  | { readonly op: 'encoders' }
  | { readonly op: 'encodeImages'; readonly pixels: readonly Uint8Array[] }
  | { readonly op: 'encodeTokens'; readonly tokens: readonly Int32Array[] }
);

/** How often the network ran for a cache, where the question named one. */
export interface CacheState {
  readonly runs?: number;
}

/** The answer to each question. */
export interface Answers {
  load: SentModel;
  create: SentModel;
  segment: { readonly results: readonly PackedResults[] } & CacheState;
  detect: readonly SentRaw[];
  results: PackedResults;
  val: ValResult;
  export: ExportResult;
  warmup: WarmupResult;
  stateDict: SentWeights;
  setWeights: SentInfo;
  save: null;
  cache: number;
  uncache: null;
  encoders: SentEncoders;
  encodeImages: Float32Array;
  encodeTokens: Float32Array;
}

/** A question that opens a row of items: `next` asks for each, `item` and `end` answer. */
export type RowQuestion = { readonly id: number } & (
  | {
      readonly op: 'stream';
      readonly options: Plain<StreamOptions>;
      readonly stages: boolean;
      readonly cache?: number;
    }
  /** `source`: an address; absent: images come one by one, when the worker wants them. */
  | {
      readonly op: 'track';
      readonly source?: string;
      readonly cache?: undefined;
      readonly options: Plain<TrackOptions>;
      readonly stages: boolean;
    }
);

/** What is said of a question that is open. */
export type Remark = { readonly id: number } & (
  | { readonly op: 'cancel' }
  | { readonly op: 'next' }
  /** The caller wants no more items. */
  | { readonly op: 'return' }
  /** Answers to `want`. */
  | { readonly op: 'input'; readonly image: SentImage }
  | { readonly op: 'inputsEnd' }
  | { readonly op: 'inputsFail' }
);

/** From the caller. */
export type ToWorker = Question | RowQuestion | Remark;

/** An error on its way; `code` is absent for errors that are not the package's own. */
export interface SentError {
  readonly code?: FastSAMErrorCode;
  readonly message: string;
}

/** What became of an image of a row; `index` counts from 0. */
export type SentItem = { readonly index: number } & CacheState &
  ({ readonly results: PackedResults } | { readonly error: SentError });

/** How far the work is. */
export type SentProgress =
  | ProgressEvent
  | StageEvent
  /** Of the images of `val`, the shaders of `warmup`. */
  | { readonly type: 'count'; readonly done: number; readonly total: number };

/** From the worker. */
export type FromWorker = { readonly id: number } & (
  | { readonly type: 'progress'; readonly event: SentProgress }
  | { readonly type: 'answer'; readonly value: Answers[keyof Answers] }
  | { readonly type: 'error'; readonly error: SentError }
  /** The worker cannot go on after this error; another one can. */
  | { readonly type: 'broken'; readonly error: SentError }
  /** The row's next image is wanted. */
  | { readonly type: 'want' }
  | { readonly type: 'item'; readonly item: SentItem }
  /** The row has no more items. */
  | { readonly type: 'end' }
  /** The caller's images failed; it knows how. */
  | { readonly type: 'inputsFailed' }
);
