/** The options of `segment`: names, defaults and checks. */
import { FastSAMError } from '../errors.js';
import type { Compat } from '../prompt/types.js';
import { checkBoolean, checkInteger, checkNames, checkNumber, checkOneOf, checkSignal } from '../options/checks.js';

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
  /** Most detections a picture. Default 300. */
  maxDet?: number;
  /**
   * true (default): masks are computed at the picture's own resolution. false: at the network's, then brought to the
   * picture's (under `compat` they stay at the network's, letterbox border included, as in the peers).
   */
  retinaMasks?: boolean;
  /** Replace the box of an object that nearly fills the picture (IoU above 0.9) by the whole picture. Default true. */
  snapFullBoxes?: boolean;
  /** Letterbox to a square instead of the smallest rectangle of stride multiples. Default false. */
  square?: boolean;
  /** Pictures of equal network size that go through the network together. Default 1. */
  batch?: number;
  /** Reproduce a peer's choices exactly, bugs included, for comparison studies. Default: neither. */
  compat?: Compat;
  /** Cancels the call between its stages. */
  signal?: AbortSignal;
}

/** `SegmentOptions` with every default filled in. */
export interface ResolvedOptions {
  readonly imgsz: number | readonly [number, number];
  readonly conf: number;
  readonly iou: number;
  readonly maxDet: number;
  readonly retinaMasks: boolean;
  readonly snapFullBoxes: boolean;
  readonly square: boolean;
  readonly batch: number;
  readonly compat: Compat | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Defaults that belong to a model rather than to the method. */
export interface ModelDefaults {
  readonly imgsz: number;
  readonly conf: number;
  readonly iou: number;
}

const LARGEST_IMGSZ = 8192;
const COMPATS: readonly Compat[] = ['ultralytics', 'casia'];
const KNOWN: ReadonlySet<string> = new Set<keyof SegmentOptions>([
  'imgsz',
  'conf',
  'iou',
  'maxDet',
  'retinaMasks',
  'snapFullBoxes',
  'square',
  'batch',
  'compat',
  'signal',
]);

/**
 * Checks the options and fills in the defaults.
 * @throws FastSAMError `INVALID_ARGUMENT` for an unknown name or a value out of range.
 */
export function resolveOptions(options: SegmentOptions, defaults: ModelDefaults): ResolvedOptions {
  checkNames(options, KNOWN);
  checkSignal(options.signal);
  return {
    imgsz: checkImgsz(options.imgsz ?? defaults.imgsz),
    conf: checkNumber('conf', options.conf ?? defaults.conf, 0, 1),
    iou: checkNumber('iou', options.iou ?? defaults.iou, 0, 1),
    maxDet: checkInteger('maxDet', options.maxDet ?? 300, 1, 100_000),
    retinaMasks: checkBoolean('retinaMasks', options.retinaMasks ?? true),
    snapFullBoxes: checkBoolean('snapFullBoxes', options.snapFullBoxes ?? true),
    square: checkBoolean('square', options.square ?? false),
    batch: checkInteger('batch', options.batch ?? 1, 1, 1024),
    compat: options.compat === undefined ? undefined : checkOneOf('compat', options.compat, COMPATS),
    signal: options.signal,
  };
}

function checkImgsz(imgsz: unknown): number | readonly [number, number] {
  if (!Array.isArray(imgsz)) return checkInteger('imgsz', imgsz, 1, LARGEST_IMGSZ);
  if (imgsz.length !== 2) {
    throw new FastSAMError('INVALID_ARGUMENT', `imgsz: got [${String(imgsz)}], expected a number or [height, width]`);
  }
  return [checkInteger('imgsz[0]', imgsz[0], 1, LARGEST_IMGSZ), checkInteger('imgsz[1]', imgsz[1], 1, LARGEST_IMGSZ)];
}
