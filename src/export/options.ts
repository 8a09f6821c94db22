/** What can be exported, and how. */
import { FastSAMError } from '../errors.js';
import { invalidArgument } from '../errors.js';
import { SEGMENT_OPTIONS } from '../model/options.js';
import { custom, flag, imageSize, integer, oneOf, parseSize } from '../options/kinds.js';
import { BATCH, IMGSZ } from '../options/limits.js';
import { checkValue, resolve } from '../options/resolve.js';
import { withDefault, type RowsOf } from '../options/row.js';
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
const FORMAT = oneOf(EXPORT_FORMAT_NAMES, { text: 'what is written' });

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

/** Earlier operator sets lack forms of Split, Squeeze and Softmax that are used here. */
const OPSETS = { least: 13, most: 20, usual: 18 } as const;

/** Every limit of NMS inside a model: Ultralytics' defaults. */
export const NMS_OPTIONS = {
  conf: withDefault(SEGMENT_OPTIONS.conf, 0.25),
  iou: withDefault(SEGMENT_OPTIONS.iou, 0.7),
  maxDet: SEGMENT_OPTIONS.maxDet,
} satisfies RowsOf<NmsLimits>;

/** Every option of `export`. */
export const EXPORT_OPTIONS = {
  imgsz: imageSize(IMGSZ.low, IMGSZ.high, {
    text: "pixels of the input: a side, or [height, width], multiples of the network's stride (32)",
    otherwise: "the checkpoint's",
    cli: {
      value: '<size>',
      text: 'pixels of the input: a side, or height,width',
      expected: '640 or 384,640',
      parse: parseSize,
    },
  }),
  dynamic: flag({ text: 'any height, width (multiples of 32) and batch', default: false, cli: {} }),
  batch: integer(BATCH.low, BATCH.high, { text: 'images at once', default: 1, cli: { value: '<n>' } }),
  half: flag({
    text: 'weights in float16: half the bytes; ONNX computes in it, the others widen weights when they are loaded',
    default: false,
    cli: { text: 'weights in float16: half the bytes' },
  }),
  nms: custom<boolean | Partial<NmsLimits>>(
    'true, false or { conf, iou, maxDet }',
    (value) => typeof value === 'boolean' || (typeof value === 'object' && value !== null),
    {
      text: 'non-maximum suppression inside the model (onnx, saved_model, tfjs_graph)',
      default: false,
      cli: {},
    },
  ),
  opset: integer(OPSETS.least, OPSETS.most, {
    text: 'ONNX operator set',
    default: OPSETS.usual,
    cli: { value: '<n>' },
  }),
  overwrite: flag({
    text: 'replace what lies at the target; a folder only if it is an earlier export',
    default: false,
    cli: { text: 'replace earlier exports' },
  }),
} satisfies RowsOf<ExportOptions>;

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
  checkValue('format', FORMAT, format);
  const {
    imgsz: size,
    nms,
    ...rest
  } = resolve(EXPORT_OPTIONS, options, {
    imgsz: Math.ceil(imgsz / maxStride) * maxStride,
  });
  checkTaken(format, options);
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  const plan: ExportPlan = {
    format,
    height: checkSide('imgsz, height', height, maxStride),
    width: checkSide('imgsz, width', width, maxStride),
    nms: nms === false ? undefined : resolve(NMS_OPTIONS, nms === true ? {} : nms, {}, 'nms.'),
    ...rest,
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

function checkSide(name: string, side: number, maxStride: number): number {
  if (side % maxStride === 0) return side;
  throw invalid(`${name}: got ${side}, expected a multiple of ${maxStride}`);
}

const invalid = (message: string): FastSAMError => invalidArgument(`export: ${message}`);
