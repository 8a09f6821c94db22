/** The options of `segment`: one row each. */
import type { Compat } from '../compat/reference.js';
import { COMPAT_NAMES } from '../compat/references.js';
import type { OnStage } from '../progress.js';
import {
  callback,
  custom,
  flag,
  imageSize,
  integer,
  number,
  object,
  oneOf,
  parseSize,
  signal,
  text,
} from '../options/kinds.js';
import { BATCH, IMGSZ, MAX_DET } from '../options/limits.js';
import { PICTURE_OPTIONS, type PictureReading } from '../source/pictureOptions.js';
import { resolve } from '../options/resolve.js';
import { pickRows, type Resolved, type RowsOf } from '../options/row.js';
import { PRECISIONS, type Precision } from '../runtime/choices.js';
import { defaultInWords, type ModelDefaults } from '../weights/catalogue.js';
import type { Edits } from './edits.js';
import type { PredictionScalar } from './gradient.js';

/** Options of `FastSAM.activations`. */
export interface ActivationOptions extends PictureReading {
  /** As in `SegmentOptions`. */
  imgsz?: number | readonly [number, number];
  square?: boolean;
  edit?: Edits;
  signal?: AbortSignal;
  /**
   * What the layers compute in. Default: what `segment` uses (`info.precision`), with edits fp32. bf16 and fp16 run as a
   * compiled graph, made for each call.
   */
  precision?: Precision;
}

/** Options of `FastSAM.gradient`. */
export interface GradientOptions extends Omit<ActivationOptions, 'precision'> {
  /** `input`, or a layer by its name in `layerNames`. Default `input`. */
  of?: string;
}

/** Options of `FastSAM.segment`. The names are Ultralytics' in camelCase. */
export interface SegmentOptions extends PictureReading {
  /**
   * Size of the network input in pixels: the longer side, or `[height, width]`. Rounded up to a multiple of 32.
   * Default: what the checkpoint was trained with, else 1024.
   */
  imgsz?: number | readonly [number, number];
  /** Detections must score above this, 0…1. Default: the model's own, 0.4 for FastSAM. */
  conf?: number;
  /** A detection is dropped when its IoU with a better one is above this, 0…1. Default: the model's own, 0.9. */
  iou?: number;
  /** Most detections an image. Default 300. */
  maxDet?: number;
  /**
   * true (default): masks are computed at the image's own resolution. false: at the network's, then brought to the
   * image's (under `compat` they stay at the network's, letterbox border included, as in the peers).
   */
  retinaMasks?: boolean;
  /** Replace the box of an object that nearly fills the image (IoU above 0.9) by the whole image. Default true. */
  snapFullBoxes?: boolean;
  /** Letterbox to a square instead of the smallest rectangle of stride multiples. Default false. */
  square?: boolean;
  /** Images of equal network size that go through the network together. Default 1. */
  batch?: number;
  /** Reproduce a peer's choices exactly, bugs included, for comparison studies. Default: neither. */
  compat?: Compat;
  /**
   * Changes outputs of layers before anything uses them: functions by names of `layerNames`, see `Edit`. The network then
   * runs layer by layer in fp32, which is slower; `Results.edited` has the names.
   */
  edit?: Edits;
  /** Hears which stage begins for which image. */
  onStage?: OnStage;
  /** Cancels the call between its stages. */
  signal?: AbortSignal;
}

/** The row of edits. */
export const EDIT = object<Edits>({ text: 'functions that change the outputs of layers, by their names' });

/** Every option of `segment`. */
export const SEGMENT_OPTIONS = {
  imgsz: imageSize(IMGSZ.low, IMGSZ.high, {
    text: 'longer side of the network input, or [height, width]; rounded up to a multiple of 32',
    otherwise: defaultInWords('imgsz'),
    cli: {
      value: '<pixels>',
      text: 'longer side of the network input, or height,width',
      parse: parseSize,
      expected: `a whole number from ${IMGSZ.low} to ${IMGSZ.high}, or height,width`,
    },
  }),
  conf: number(0, 1, {
    text: 'detections must score above this',
    otherwise: defaultInWords('conf'),
    cli: { value: '<score>' },
  }),
  iou: number(0, 1, {
    text: 'detections that overlap a better one more than this go',
    otherwise: defaultInWords('iou'),
    cli: { value: '<iou>' },
  }),
  maxDet: integer(MAX_DET.low, MAX_DET.high, {
    text: 'most objects an image',
    default: MAX_DET.default,
    cli: { value: '<n>' },
  }),
  retinaMasks: flag({
    text: "compute masks at the image's own resolution, not at the network's",
    default: true,
    cli: { text: "compute masks at the network's resolution: faster, coarser" },
  }),
  snapFullBoxes: flag({
    text: 'replace boxes of objects that nearly fill the image by the whole image',
    default: true,
    cli: { text: 'leave boxes of objects that nearly fill the image as they are' },
  }),
  square: flag({ text: 'letterbox to a square', default: false, cli: {} }),
  batch: integer(BATCH.low, BATCH.high, {
    text: 'images of equal size that go through the network together',
    default: 1,
    cli: { value: '<n>' },
  }),
  compat: oneOf(COMPAT_NAMES, {
    text: "reproduce a peer's choices, bugs included",
    cli: { value: '<peer>' },
  }),
  edit: EDIT,
  ...PICTURE_OPTIONS,
  onStage: callback<OnStage>({ text: 'hears which stage begins for which image' }),
  signal: signal(),
} satisfies RowsOf<SegmentOptions>;

/** How an image goes into a network that is looked into. */
const INPUT_ROWS = pickRows(SEGMENT_OPTIONS, ['imgsz', 'square', 'edit', 'maxPixels', 'window', 'signal']);

/** Every option of `activations`. */
export const ACTIVATION_OPTIONS = {
  ...INPUT_ROWS,
  precision: oneOf(PRECISIONS, { text: 'what the layers compute in', otherwise: 'what `segment` uses' }),
} satisfies RowsOf<ActivationOptions>;

/** Every option of `gradient`. */
export const GRADIENT_OPTIONS = {
  ...INPUT_ROWS,
  of: text({ text: "`input`, or a layer's name: what the gradient is of", default: 'input' }),
} satisfies RowsOf<GradientOptions>;

/** What `activations` is asked for. */
export const LAYER_NAMES = custom<readonly string[]>("a list of layers' names", isTexts, {
  text: 'outputs of layers by their Ultralytics names',
});

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && Array.from(value as unknown[]).every((one) => typeof one === 'string');
}

/** What a gradient is taken of. */
export const PREDICTION_SCALAR = callback<PredictionScalar>({
  text: 'a function of all predictions that gives a scalar',
});

/** `SegmentOptions` with every default filled in. */
export type ResolvedOptions = Resolved<typeof SEGMENT_OPTIONS, keyof ModelDefaults>;

/**
 * Checks the options and fills in the defaults.
 * @throws FastSAMError `INVALID_ARGUMENT` for an unknown name or a value out of range.
 */
export function resolveOptions(options: SegmentOptions, defaults: ModelDefaults): ResolvedOptions {
  return resolve(SEGMENT_OPTIONS, options, { ...defaults });
}
