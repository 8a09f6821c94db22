/** The COCO format as the evaluation reads it, and its options. */
import type { Rle, RleCounts } from '../../mask/rleCounts.js';
import { custom, flag, oneOf } from '../../options/kinds.js';
import type { RowsOf } from '../../options/row.js';

/** Polygons (`[x0, y0, x1, y1, …]` each, pixels of the image, their union is the mask) or run lengths. */
export type CocoSegmentation = readonly (readonly number[])[] | Rle | RleCounts;

/** An object of the ground truth, as in the `annotations` of a COCO file. */
export interface CocoTruth {
  readonly id?: number;
  readonly image_id: number;
  readonly category_id: number;
  /** Left, top, width, height in pixels of the image. Absent: the box of the mask. */
  readonly bbox?: readonly number[];
  /** Pixels; decides to which area ranges the object belongs. Absent: those of the mask, without a mask those of the box. */
  readonly area?: number;
  /** 1: a region of many objects. Any number of detections may lie in it, and none of them counts. */
  readonly iscrowd?: number;
  /** A flag of other data sets that an object does not count; see `CocoEvalOptions.ignoreFlags`. */
  readonly ignore?: number | boolean;
  readonly segmentation?: CocoSegmentation;
}

/** An image of a ground truth file; sides in pixels, which only masks need. */
export interface CocoImage {
  readonly id: number;
  readonly width?: number;
  readonly height?: number;
  readonly file_name?: string;
  /** Names the file where `file_name` is missing (LVIS). */
  readonly coco_url?: string;
}

/** A ground truth file. */
export interface CocoDataset {
  readonly images: readonly CocoImage[];
  readonly annotations: readonly CocoTruth[];
  readonly categories: readonly { readonly id: number; readonly name?: string }[];
}

/** An entry of a result file. Either of `bbox` and `segmentation` may be left out and is made from the other. */
export interface CocoDetection {
  readonly image_id: number;
  readonly category_id: number;
  readonly score: number;
  /** Left, top, width, height in pixels of the image. */
  readonly bbox?: readonly number[];
  readonly segmentation?: CocoSegmentation;
}

/** What is compared. */
export type CocoKind = 'boxes' | 'masks';

/** Objects by size: those with `low <= area <= high`. */
export interface AreaRange {
  readonly name: string;
  readonly low: number;
  readonly high: number;
}

/** Options of the evaluation. */
export interface CocoEvalOptions {
  readonly kind: CocoKind;
  /** Limits of an image's (and category's) best detections. Default 1, 10, 100. */
  readonly maxDets?: readonly number[];
  /** Default 0.50, 0.55 … 0.95. At most 16. */
  readonly iouThresholds?: readonly number[];
  /** Default all, small (below 32 x 32 pixels), medium, large (from 96 x 96 on). */
  readonly areas?: readonly AreaRange[];
  /** Whether all categories are one (`useCats = 0`), as proposals are measured. Default false. */
  readonly classAgnostic?: boolean;
  /**
   * Whether `ignore` of the ground truth counts as well as `iscrowd`. Default false, as in pycocotools, which
   * overwrites the one by the other.
   */
  readonly ignoreFlags?: boolean;
}

/** COCO's area ranges. */
export const COCO_AREAS: readonly AreaRange[] = [
  { name: 'all', low: 0, high: 1e10 },
  { name: 'small', low: 0, high: 32 ** 2 },
  { name: 'medium', low: 32 ** 2, high: 96 ** 2 },
  { name: 'large', low: 96 ** 2, high: 1e10 },
];

/** COCO's IoU thresholds with the rounding of `numpy.linspace`, so that an IoU on a threshold is decided alike. */
export const COCO_IOUS: readonly number[] = Array.from({ length: 10 }, (_, i) => i * ((0.95 - 0.5) / 9) + 0.5);

/** Half a word of flags, see `Matches`. */
const MAX_THRESHOLDS = 16;

const isFilled = (value: unknown): value is readonly unknown[] => Array.isArray(value) && value.length > 0;
const isNumber = (value: unknown): value is number => typeof value === 'number';

/** Every option of `CocoEvaluator` and `evaluateCoco`. */
export const COCO_EVAL_OPTIONS = {
  kind: oneOf(['boxes', 'masks'], { text: 'what is compared', required: true }),
  maxDets: custom<readonly number[]>(
    'whole numbers from 1 on',
    (value) => isFilled(value) && value.every((n) => Number.isInteger(n) && (n as number) > 0),
    { text: "so many of an image's best detections are looked at", default: [1, 10, 100] },
  ),
  iouThresholds: custom<readonly number[]>(
    `1 to ${MAX_THRESHOLDS} numbers above 0 up to 1`,
    (value) => isFilled(value) && value.length <= MAX_THRESHOLDS && value.every((n) => isNumber(n) && n > 0 && n <= 1),
    { text: 'IoU from which a detection is right', default: COCO_IOUS, otherwise: '0.50, 0.55 … 0.95' },
  ),
  areas: custom<readonly AreaRange[]>('a list of ranges, at least one', isFilled, {
    text: 'objects by size in pixels, `{ name, low, high }`',
    default: COCO_AREAS,
    otherwise: 'all, small, medium, large',
  }),
  classAgnostic: flag({ text: 'all categories are one', default: false }),
  ignoreFlags: flag({ text: '`ignore` of the ground truth counts as well as `iscrowd`', default: false }),
} satisfies RowsOf<CocoEvalOptions>;

/** `CocoEvalOptions` with the defaults filled in. */
export type ResolvedEvalOptions = Required<CocoEvalOptions>;
