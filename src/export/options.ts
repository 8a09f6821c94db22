/** What can be exported, and how. */
import { FastSAMError } from '../errors.js';
import { checkBoolean, checkInteger, checkNames, checkNumber, checkOneOf } from '../options/checks.js';
import type { GraphShape, NmsLimits } from './ports.js';

/** An option that only some formats have. */
type Special = 'imgsz' | 'dynamic' | 'batch' | 'nms' | 'opset';

interface FormatRow {
  /** End of the file's or folder's name. */
  readonly suffix: string;
  readonly folder: boolean;
  /** One line for people. */
  readonly about: string;
  readonly takes: readonly Special[];
}

const SIZES = ['imgsz', 'dynamic', 'batch'] as const;

/** The formats by name. */
export const EXPORT_FORMATS = {
  onnx: {
    suffix: '.onnx',
    folder: false,
    about: 'ONNX, laid out as Ultralytics does',
    takes: [...SIZES, 'nms', 'opset'],
  },
  saved_model: {
    suffix: '_saved_model',
    folder: true,
    about: 'TensorFlow SavedModel',
    takes: [...SIZES, 'nms'],
  },
  tfjs: {
    suffix: '_tfjs',
    folder: true,
    about: 'tfjs layers model of stock layers, for tf.loadLayersModel',
    takes: SIZES,
  },
  tfjs_graph: {
    suffix: '_tfjs_graph',
    folder: true,
    about: 'tfjs graph model, for tf.loadGraphModel',
    takes: [...SIZES, 'nms'],
  },
  safetensors: {
    suffix: '.safetensors',
    folder: false,
    about: 'weights as the network uses them (batch norm folded), by their PyTorch names',
    takes: [],
  },
} as const satisfies Record<string, FormatRow>;

export type ExportFormat = keyof typeof EXPORT_FORMATS;
export const EXPORT_FORMAT_NAMES = Object.keys(EXPORT_FORMATS) as readonly ExportFormat[];

/** How to export. Names as in Ultralytics' `export`. */
export interface ExportOptions {
  /** Pixels of the input, a side or [height, width], multiples of 32. Default: the checkpoint's. */
  readonly imgsz?: number | readonly [height: number, width: number];
  /** Any height, width (multiples of 32) and batch instead of fixed ones. Default false. */
  readonly dynamic?: boolean;
  /** Images at once. Default 1. */
  readonly batch?: number;
  /** NMS inside the model (onnx, saved_model, tfjs_graph): `true` for conf 0.25, iou 0.7, 300 objects. Default false. */
  readonly nms?: boolean | Partial<NmsLimits>;
  /**
   * Weights in float16: half the bytes. ONNX computes in it too; the others widen the weights when they are loaded.
   * Default false.
   */
  readonly half?: boolean;
  /** ONNX operator set, 13…20. Default 18, as Ultralytics 8.4 with torch 2.4 and later. */
  readonly opset?: number;
  /** Replace what lies at the target. A folder is replaced only if it is an earlier export. Default false. */
  readonly overwrite?: boolean;
}

/** Options, checked, with defaults filled in. */
export interface ExportPlan extends GraphShape {
  readonly format: ExportFormat;
  readonly half: boolean;
  /** Of ONNX alone. */
  readonly opset: number;
  readonly overwrite: boolean;
}

const KNOWN: ReadonlySet<string> = new Set<keyof ExportOptions>([
  'imgsz',
  'dynamic',
  'batch',
  'nms',
  'half',
  'opset',
  'overwrite',
]);
/** Images at once. */
export const MAX_BATCH = 1024;
const MAX_SIDE = 8192;
/** Earlier operator sets lack forms of Split, Squeeze and Softmax that are used here. */
export const OPSETS = { least: 13, most: 20, usual: 18 } as const;

/** What a model says about the sizes of its input, in pixels. */
export interface ExportDefaults {
  readonly imgsz: number;
  readonly maxStride: number;
}

/**
 * @param model the default size and the largest stride, of which sides are multiples.
 * @throws FastSAMError `INVALID_ARGUMENT` for values out of range, and for options that a format does not have.
 */
export function planExport(format: ExportFormat, options: ExportOptions, model: ExportDefaults): ExportPlan {
  const { imgsz, maxStride } = model;
  checkOneOf('format', format, EXPORT_FORMAT_NAMES);
  checkNames(options, KNOWN);
  checkTaken(format, options);
  const size = options.imgsz ?? Math.ceil(imgsz / maxStride) * maxStride;
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  const nms = options.nms ?? false;
  const plan: ExportPlan = {
    format,
    height: checkSide('imgsz, height', height, maxStride),
    width: checkSide('imgsz, width', width, maxStride),
    batch: checkInteger('batch', options.batch ?? 1, 1, MAX_BATCH),
    dynamic: checkBoolean('dynamic', options.dynamic ?? false),
    half: checkBoolean('half', options.half ?? false),
    nms: nms === false ? undefined : limitsOf(nms === true ? {} : nms),
    opset: checkInteger('opset', options.opset ?? OPSETS.usual, OPSETS.least, OPSETS.most),
    overwrite: checkBoolean('overwrite', options.overwrite ?? false),
  };
  checkTogether(plan);
  return plan;
}

function checkTaken(format: ExportFormat, options: ExportOptions): void {
  const takes: readonly string[] = EXPORT_FORMATS[format].takes;
  const special: readonly Special[] = [...SIZES, 'nms', 'opset'];
  const wrong = special.find((name) => options[name] !== undefined && options[name] !== false && !takes.includes(name));
  if (wrong === undefined) return;
  const having = EXPORT_FORMAT_NAMES.filter((name) =>
    (EXPORT_FORMATS[name].takes as readonly string[]).includes(wrong),
  );
  throw invalid(
    `${wrong}: got it for ${format}, which has no such option, expected it for ${having.join(', ')} only; leave it out`,
  );
}

function checkTogether({ format, nms, batch }: ExportPlan): void {
  if (nms && batch > 1 && format !== 'onnx') {
    throw invalid(`nms: got it with batch ${batch}, expected batch 1 for ${format}; run the images one by one`);
  }
}

function checkSide(name: string, value: number, maxStride: number): number {
  const side = checkInteger(name, value, maxStride, MAX_SIDE);
  if (side % maxStride === 0) return side;
  throw invalid(`${name}: got ${side}, expected a multiple of ${maxStride}`);
}

function limitsOf({ conf = 0.25, iou = 0.7, maxDet = 300 }: Partial<NmsLimits>): NmsLimits {
  return {
    conf: checkNumber('nms.conf', conf, 0, 1),
    iou: checkNumber('nms.iou', iou, 0, 1),
    maxDet: checkInteger('nms.maxDet', maxDet, 1, 100_000),
  };
}

const invalid = (message: string): FastSAMError => new FastSAMError('INVALID_ARGUMENT', `export: ${message}`);
