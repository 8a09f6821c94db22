/** The options of the stages: `letterbox`, `detect`, and `toResults` of raw detections. */
import type { PaddingColour } from '../image/letterbox.js';
import { callback, custom, flag, number } from '../options/kinds.js';
import { resolve } from '../options/resolve.js';
import { pickRows, type Resolved, type RowsOf } from '../options/row.js';
import type { ModelDefaults } from '../weights/catalogue.js';
import type { Edits } from './edits.js';
import { SEGMENT_OPTIONS, type SegmentOptions } from './options.js';

/** Options of `FastSAM.letterbox`. */
export interface LetterboxImageOptions extends Pick<
  SegmentOptions,
  'imgsz' | 'square' | 'maxPixels' | 'window' | 'signal'
> {
  /** Resize to the whole of `imgsz`, whatever becomes of the proportions; there is no padding. Default false. */
  stretch?: boolean;
  /** Colour beside the image: grey, or `[red, green, blue]`, 0…255. Default 114. */
  padding?: PaddingColour;
}

/** Options of `FastSAM.detect`. */
export interface DetectOptions extends LetterboxImageOptions {
  /** Keep the class logits, too. Default false. */
  logits?: boolean;
  /** As in `SegmentOptions`. */
  edit?: Edits;
}

/** Options of `RawDetections.nms`. */
export type NmsLimitOptions = Pick<SegmentOptions, 'conf' | 'iou' | 'maxDet'>;

/** What a selection of one's own is told beside boxes and scores. */
export interface Candidates {
  /** int32 `n`: the class of each candidate. */
  readonly classes: Int32Array;
  /** int32 `n`: its anchor. */
  readonly anchors: Int32Array;
  /** IoU of two candidates by their indices, 0…1. */
  readonly overlap: (a: number, b: number) => number;
  readonly iou: number;
  readonly maxDet: number;
}

/** Candidates that become objects, in the order of the results; scores where they were changed. */
export type SelectedCandidates =
  ArrayLike<number> | { readonly indices: ArrayLike<number>; readonly scores: ArrayLike<number> };

/**
 * Chooses among the candidates: the anchors that score above `conf`, best first, 30,000 at most.
 * @param boxes float32 `n * 4` xyxy, pixels of the network's input, not clipped.
 * @param scores float32 `n`.
 * @returns indices of candidates.
 */
export type SelectCandidates = (
  boxes: Float32Array,
  scores: Float32Array,
  candidates: Candidates,
) => SelectedCandidates | Promise<SelectedCandidates>;

/** Options of `RawDetections.toResults`. */
export interface ToResultsOptions extends Pick<
  SegmentOptions,
  'conf' | 'iou' | 'maxDet' | 'retinaMasks' | 'snapFullBoxes' | 'compat' | 'signal'
> {
  /** The logit above which a pixel is inside a mask. Default 0, a probability of one half. */
  maskThreshold?: number;
  /** Instead of NMS: chooses among the candidates. */
  select?: SelectCandidates;
}

const isByte = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= 255;

/** Every option of `letterbox`. */
export const LETTERBOX_OPTIONS = {
  ...pickRows(SEGMENT_OPTIONS, ['imgsz', 'square', 'maxPixels', 'window', 'signal']),
  stretch: flag({ text: 'resize to the whole of imgsz, whatever becomes of the proportions', default: false }),
  padding: custom<PaddingColour>(
    'a number from 0 to 255 or three of them, [red, green, blue]',
    (value) => isByte(value) || (Array.isArray(value) && value.length === 3 && value.every(isByte)),
    { text: 'colour beside the image, 0…255: grey, or [red, green, blue]', default: 114 },
  ),
} satisfies RowsOf<LetterboxImageOptions>;

/** Every option of `detect`. */
export const DETECT_OPTIONS = {
  ...LETTERBOX_OPTIONS,
  logits: flag({ text: 'keep the class logits, too', default: false }),
  edit: SEGMENT_OPTIONS.edit,
} satisfies RowsOf<DetectOptions>;

/** Every option of `nms`. */
export const NMS_LIMIT_OPTIONS = pickRows(SEGMENT_OPTIONS, ['conf', 'iou', 'maxDet']) satisfies RowsOf<NmsLimitOptions>;

/** Every option of `toResults`. */
export const TO_RESULTS_OPTIONS = {
  ...pickRows(SEGMENT_OPTIONS, ['conf', 'iou', 'maxDet', 'retinaMasks', 'snapFullBoxes', 'compat', 'signal']),
  maskThreshold: number(-1000, 1000, {
    text: 'the logit above which a pixel is inside a mask',
    otherwise: '0, a probability of one half',
  }),
  select: callback<SelectCandidates>({ text: 'chooses among the candidates, instead of NMS' }),
} satisfies RowsOf<ToResultsOptions>;

/** `ToResultsOptions` with every default filled in. */
export type ResolvedToResults = Resolved<typeof TO_RESULTS_OPTIONS, keyof ModelDefaults>;

/**
 * Checks the options and fills in the defaults.
 * @throws FastSAMError `INVALID_ARGUMENT` for an unknown name or a value out of range.
 */
export function resolveToResults(options: ToResultsOptions, { conf, iou }: ModelDefaults): ResolvedToResults {
  return resolve(TO_RESULTS_OPTIONS, options, { conf, iou });
}
