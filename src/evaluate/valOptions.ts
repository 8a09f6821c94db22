/** The options of `val` on YOLO and on COCO data. */
import type { Edits } from '../model/edits.js';
import { SEGMENT_OPTIONS } from '../model/options.js';
import { callback, flag, integer, number, signal, text } from '../options/kinds.js';
import { BATCH, COUNT, IMGSZ, MAX_DET } from '../options/limits.js';
import { omitRows, type RowsOf } from '../options/row.js';
import { PICTURE_OPTIONS, type PictureReading } from '../source/pictureOptions.js';

/** Options of `FastSAM.val`, named and preset as Ultralytics'. */
export interface ValOptions extends PictureReading {
  /** Longer side of the images in the network's input. Default: the model's. */
  imgsz?: number;
  /** Detections must score above this. Default 0.001. */
  conf?: number;
  /** A detection goes when its IoU with a better one is above this. Default 0.7. */
  iou?: number;
  /** Most detections an image. Default 300, or what the richest image has, where that is more. */
  maxDet?: number;
  /** Images whose input has one size. The numbers depend on it a little. Default 16. */
  batch?: number;
  /** Which images of the data set. Default `val`. */
  split?: string;
  /** All classes are one, as FastSAM has one. Default true. */
  singleClass?: boolean;
  /** At most so many images, the first by name. Default: all. */
  limit?: number;
  /** Changes outputs of layers, see `SegmentOptions.edit`. */
  edit?: Edits;
  /** Hears after every image how many are done. */
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** Every option of `val`. */
export const VAL_OPTIONS = {
  imgsz: integer(IMGSZ.low, IMGSZ.high, {
    text: "longer side of an image in the network's input",
    otherwise: "the model's",
    cli: { value: '<pixels>' },
  }),
  conf: number(0, 1, { text: SEGMENT_OPTIONS.conf.text, default: 0.001, cli: SEGMENT_OPTIONS.conf.cli }),
  iou: number(0, 1, { text: SEGMENT_OPTIONS.iou.text, default: 0.7, cli: SEGMENT_OPTIONS.iou.cli }),
  maxDet: integer(MAX_DET.low, MAX_DET.high, {
    text: 'most detections an image',
    otherwise: `${MAX_DET.default}, or what the richest image has`,
    cli: { value: '<n>' },
  }),
  batch: integer(BATCH.low, BATCH.high, {
    text: 'images whose input has one size (YOLO data sets)',
    default: 16,
    cli: { value: '<n>' },
  }),
  split: text({ text: 'which images of a YOLO data set', default: 'val', cli: { value: '<name>' } }),
  singleClass: flag({ text: 'all classes are one, as FastSAM has one', default: true }),
  limit: integer(COUNT.low, COUNT.high, {
    text: 'at most so many images, the first by name',
    otherwise: 'all',
    cli: { value: '<n>', text: 'at most so many images' },
  }),
  ...PICTURE_OPTIONS,
  edit: SEGMENT_OPTIONS.edit,
  onProgress: callback<NonNullable<ValOptions['onProgress']>>({ text: 'hears after every image how many are done' }),
  signal: signal(),
} satisfies RowsOf<ValOptions>;

/** Options of `validateCoco`; images are letterboxed as by `segment`, so there are no batches. */
export type CocoValOptions = Omit<ValOptions, 'batch' | 'split' | 'singleClass'>;

/** Every option of `validateCoco`. */
export const COCO_VAL_OPTIONS = omitRows(VAL_OPTIONS, [
  'batch',
  'split',
  'singleClass',
]) satisfies RowsOf<CocoValOptions>;
