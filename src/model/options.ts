/** The options of `segment`: names, defaults and checks. */
import { FastSAMError } from '../errors.js';
import type { Compat } from '../compat/reference.js';
import { COMPAT_NAMES } from '../compat/references.js';
import { checkInteger, checkSignal } from '../options/checks.js';
import { flag, integer, number, oneOf, resolve, type OptionSpec, type Resolved } from '../options/spec.js';

/** Options of `FastSAM.segment`. The names are Ultralytics' in camelCase. */
export interface SegmentOptions {
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
  /** Cancels the call between its stages. */
  signal?: AbortSignal;
}

/** `SegmentOptions` with every default filled in. */
export type ResolvedOptions = Resolved<typeof SEGMENT_OPTIONS> & { readonly signal: AbortSignal | undefined };

/** Defaults that belong to a model rather than to the method. */
export interface ModelDefaults {
  readonly imgsz: number;
  readonly conf: number;
  readonly iou: number;
}

const LARGEST_IMGSZ = 8192;

/** Every option of `segment`: the one place that knows its range, its default and its spelling. */
export const SEGMENT_OPTIONS = {
  imgsz: {
    check: (_, value) => checkImgsz(value),
    cli: { value: '<pixels>', about: 'longer side of the network input [1024, demo: 320]', parse: Number },
  } satisfies OptionSpec<number | readonly [number, number]>,
  conf: number(0, 1, '<score>', 'detections must score above this [0.4, demo: 0.25]'),
  iou: number(0, 1, '<iou>', 'detections that overlap a better one more than this go [0.9, demo: 0.7]'),
  maxDet: integer(1, 100_000, '<n>', 'most objects an image', 300),
  retinaMasks: flag(true, "compute masks at the network's resolution: faster, coarser"),
  snapFullBoxes: flag(true, 'leave boxes of objects that nearly fill the image as they are'),
  square: flag(false, 'letterbox to a square'),
  batch: integer(1, 1024, '<n>', 'images of equal size that go through the network together', 1),
  compat: oneOf<Compat>(COMPAT_NAMES, '<peer>', "reproduce a peer's choices, bugs included"),
} satisfies Record<Exclude<keyof SegmentOptions, 'signal'>, OptionSpec<never> | OptionSpec<unknown>>;

/**
 * Checks the options and fills in the defaults.
 * @throws FastSAMError `INVALID_ARGUMENT` for an unknown name or a value out of range.
 */
export function resolveOptions(options: SegmentOptions, defaults: ModelDefaults): ResolvedOptions {
  const resolved = resolve(SEGMENT_OPTIONS, options as Readonly<Record<string, unknown>>, { ...defaults }, ['signal']);
  checkSignal(options.signal);
  return { ...resolved, signal: options.signal };
}

function checkImgsz(imgsz: unknown): number | readonly [number, number] {
  if (!Array.isArray(imgsz)) return checkInteger('imgsz', imgsz, 1, LARGEST_IMGSZ);
  if (imgsz.length !== 2) {
    throw new FastSAMError('INVALID_ARGUMENT', `imgsz: got [${String(imgsz)}], expected a number or [height, width]`);
  }
  return [checkInteger('imgsz[0]', imgsz[0], 1, LARGEST_IMGSZ), checkInteger('imgsz[1]', imgsz[1], 1, LARGEST_IMGSZ)];
}
