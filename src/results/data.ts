/** The record behind `Results`: columns with one entry for each object. */
import { FastSAMError } from '../errors.js';
import type { Letterbox } from '../image/letterbox.js';
import type { RgbImage } from '../image/rgbImage.js';
import type { Mask } from '../mask/mask.js';
import type { TextModelSource } from '../prompt/textModel.js';
import type { Compat, Match } from '../prompt/types.js';
import type { Frame } from '../source/types.js';
import { checkIndex } from './indices.js';

/** Milliseconds that each stage took for this image. */
export interface Speed {
  readonly preprocess: number;
  readonly inference: number;
  readonly postprocess: number;
}

/** Where an image lies in its video. */
export type FramePlace = Omit<Frame, 'image'>;

/** What was asked of the image; null for everything. Coordinates are pixels of the original image. */
export interface PromptRecord {
  /** xyxy. */
  readonly boxes?: readonly (readonly number[])[];
  readonly points?: readonly (readonly number[])[];
  /** 1 foreground, 0 background. */
  readonly labels?: readonly number[];
  readonly texts?: readonly string[];
  /** Most objects for each text; absent: any number. */
  readonly topK?: number;
  /** Least probability of an object that a text chooses; absent: none. */
  readonly threshold?: number;
  /** How the objects were chosen among those that match. */
  readonly pick?: string;
}

/** What masks were made of, kept so that their soft form can be had later. */
export interface Assembly {
  /** float32 `height * width * k`, row by row, the k prototypes of a pixel together. */
  readonly prototypes: Float32Array;
  readonly height: number;
  readonly width: number;
  /** float32 `n * k`, one row for each object. */
  readonly coefficients: Float32Array;
}

/** Everything known about one image. Columns are in the order of the objects. */
export interface ResultsData {
  readonly image: RgbImage;
  /** float32 `n * 4`, xyxy pixels of the image. */
  readonly boxes: Float32Array;
  /** float32 `n`, 0 … 1. */
  readonly scores: Float32Array;
  readonly masks: readonly Mask[];
  /** int32 `n`: place of each object in the first, unfiltered result. Default 0 … n - 1. */
  readonly ids?: Int32Array;
  /** int32 `n`. Default all 0. */
  readonly classes?: Int32Array;
  /** int32 `n`: the track that each object belongs to, from 1; absent where nothing was tracked. */
  readonly trackIds?: Int32Array;
  /** Where the image lies in its video; absent for single images. */
  readonly frame?: FramePlace;
  /** Names of the classes. */
  readonly names?: Readonly<Record<number, string>>;
  readonly speed: Speed;
  /** Name of the model. */
  readonly model: string;
  /** Size of the network input that was asked for: the longer side, or `[height, width]`. */
  readonly imgsz: number | readonly [number, number];
  readonly device: string;
  readonly precision: string;
  readonly prompt?: PromptRecord | null;
  readonly matches?: readonly Match[];
  /** How the image lay in the network input; needed where masks are on the network's grid. */
  readonly letterbox: Letterbox;
  readonly compat?: Compat;
  readonly assembly?: Assembly;
  /** The encoders of text prompts that give none of their own. */
  readonly textModel?: TextModelSource;
}

/**
 * Checks that all columns have one entry for each object.
 * @throws FastSAMError `INVALID_ARGUMENT` naming the column that does not fit.
 */
export function checkColumns(data: ResultsData): void {
  const n = data.scores.length;
  const found: [string, number | undefined, number][] = [
    ['boxes', data.boxes.length, 4 * n],
    ['masks', data.masks.length, n],
    ['ids', data.ids?.length, n],
    ['classes', data.classes?.length, n],
    ['trackIds', data.trackIds?.length, n],
  ];
  for (const [name, length, expected] of found) {
    if (length === undefined || length === expected) continue;
    throw new FastSAMError('INVALID_ARGUMENT', `${name}: got ${length} entries, expected ${expected} for ${n} scores`);
  }
}

/**
 * The rows at these places, in this order; a place may come more than once.
 * @throws FastSAMError `INVALID_ARGUMENT` for a place outside.
 */
export function selectRows(data: ResultsData & { readonly ids: Int32Array }, indices: readonly number[]): ResultsData {
  const n = data.scores.length;
  const rows = indices.map((i) => checkIndex('object', i, n));
  const boxes = new Float32Array(4 * rows.length);
  rows.forEach((row, i) => {
    boxes.set(data.boxes.subarray(4 * row, 4 * row + 4), 4 * i);
  });
  return {
    ...data,
    boxes,
    scores: Float32Array.from(rows, (row) => data.scores[row]),
    masks: rows.map((row) => data.masks[row]),
    ids: Int32Array.from(rows, (row) => data.ids[row]),
    ...(data.classes && { classes: Int32Array.from(rows, (row) => data.classes?.[row] ?? 0) }),
    ...(data.trackIds && { trackIds: Int32Array.from(rows, (row) => data.trackIds?.[row] ?? 0) }),
    ...(data.assembly && { assembly: selectCoefficients(data.assembly, rows) }),
  };
}

function selectCoefficients(assembly: Assembly, rows: readonly number[]): Assembly {
  const k = assembly.prototypes.length / (assembly.height * assembly.width);
  const coefficients = new Float32Array(rows.length * k);
  rows.forEach((row, i) => {
    coefficients.set(assembly.coefficients.subarray(row * k, (row + 1) * k), i * k);
  });
  return { ...assembly, coefficients };
}
