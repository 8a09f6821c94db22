/** The options of `segment`: names, defaults and checks. */
import { FastSAMError } from '../errors.js';
import type { Compat } from '../prompt/types.js';

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
  for (const name of Object.keys(options)) {
    if (!KNOWN.has(name)) {
      throw new FastSAMError('INVALID_ARGUMENT', `option "${name}": not known; known are ${[...KNOWN].join(', ')}`);
    }
  }
  const compat: unknown = options.compat;
  if (compat !== undefined && compat !== 'ultralytics' && compat !== 'casia') {
    throw new FastSAMError(
      'INVALID_ARGUMENT',
      `compat: got ${JSON.stringify(compat)}, expected 'ultralytics' or 'casia'`,
    );
  }
  return {
    imgsz: checkImgsz(options.imgsz ?? defaults.imgsz),
    conf: number('conf', options.conf ?? defaults.conf, 0, 1),
    iou: number('iou', options.iou ?? defaults.iou, 0, 1),
    maxDet: integer('maxDet', options.maxDet ?? 300, 1, 100_000),
    retinaMasks: boolean('retinaMasks', options.retinaMasks ?? true),
    snapFullBoxes: boolean('snapFullBoxes', options.snapFullBoxes ?? true),
    square: boolean('square', options.square ?? false),
    batch: integer('batch', options.batch ?? 1, 1, 1024),
    compat: options.compat,
    signal: options.signal,
  };
}

function checkImgsz(imgsz: number | readonly [number, number]): number | readonly [number, number] {
  if (typeof imgsz === 'number') return integer('imgsz', imgsz, 1, LARGEST_IMGSZ);
  if (!Array.isArray(imgsz) || (imgsz as readonly number[]).length !== 2) {
    throw new FastSAMError('INVALID_ARGUMENT', `imgsz: got ${String(imgsz)}, expected a number or [height, width]`);
  }
  const [height, width] = imgsz as readonly [number, number];
  return [integer('imgsz[0]', height, 1, LARGEST_IMGSZ), integer('imgsz[1]', width, 1, LARGEST_IMGSZ)];
}

function number(name: string, value: unknown, low: number, high: number): number {
  if (typeof value !== 'number' || !(value >= low && value <= high)) {
    throw new FastSAMError(
      'INVALID_ARGUMENT',
      `${name}: got ${String(value)}, expected a number from ${low} to ${high}`,
    );
  }
  return value;
}

function integer(name: string, value: unknown, low: number, high: number): number {
  if (!Number.isInteger(number(name, value, low, high))) {
    throw new FastSAMError('INVALID_ARGUMENT', `${name}: got ${String(value)}, expected a whole number`);
  }
  return value as number;
}

function boolean(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') {
    throw new FastSAMError('INVALID_ARGUMENT', `${name}: got ${String(value)}, expected true or false`);
  }
  return value;
}
