/** The record behind `Results`, which formats, drawing and prompts read: columns with one entry for each object. */
import { invalidArgument } from '../errors.js';
import type { Letterbox } from '../image/letterbox.js';
import { requireRgbImage, type RgbImage } from '../image/rgbImage.js';
import type { Compat } from '../compat/reference.js';
import { requireMasks, type Mask } from '../mask/mask.js';
import type { NotedKind } from '../prompt/kinds/kind.js';
import type { PromptRecord } from '../prompt/kinds/list.js';
import type { TextModelSource } from '../prompt/textModel.js';
import type { Match } from '../prompt/types.js';
import type { Frame } from '../source/types.js';
import { takeRows } from '../geometry/rows.js';
import { Boxes } from './boxes.js';
import { checkIndex } from './indices.js';
import { Masks } from './masks.js';
import { requireInstance, requireList, requireObject, requireText, requireWhole } from '../options/requireKind.js';
import { plural } from '../options/showValue.js';

/** Milliseconds that each stage took for this image. */
export interface Speed {
  readonly preprocess: number;
  readonly inference: number;
  readonly postprocess: number;
}

/** Where an image lies in its video. */
export type FramePlace = Omit<Frame, 'image'>;

/** What masks are made of, kept so that they can be made again and their soft form can be had. */
export interface MaskInputs {
  /** float32 `height * width * k`, row by row, the k prototypes of a cell together. */
  readonly prototypes: Float32Array;
  /** Cells of the prototype grid: a quarter of the network input's pixels, its letterbox border included. */
  readonly height: number;
  readonly width: number;
  /** float32 `n * k`, one row for each object. */
  readonly coefficients: Float32Array;
  /**
   * float32 `n * 4` xyxy: the boxes that crop the masks, pixels of the image, or of the network input where `retina` is false.
   * Default: the objects' boxes.
   */
  readonly crops?: Float32Array;
  /** False: made at the network input's resolution, then brought to the image's. Default true: at the image's. */
  readonly retina?: boolean;
  /** The logit above which a pixel is inside. Default 0, a probability of one half. */
  readonly threshold?: number;
}

/** What is known of one image and stays as it is, and columns with one entry for each object. */
export interface SceneFacts {
  readonly image: RgbImage;
  /** float32 `n`, 0 … 1. */
  readonly scores: Float32Array;
  /** int32 `n`: the class of each object, all 0 for a model of one class; absent only where results were made without. */
  readonly classes?: Int32Array;
  /** int32 `n`: the anchor of each object, see `Anchor`; absent where results were made without. */
  readonly anchors?: Int32Array;
  /** Pixels of the network's input per cell of each level of anchors, finest first; beside `anchors`. */
  readonly strides?: readonly number[];
  /** int32 `n`, from 1: the track that each object belongs to; absent where nothing was tracked. */
  readonly trackIds?: Int32Array;
  /** Where the image lies in its video; absent for single images. */
  readonly frame?: FramePlace;
  readonly speed: Speed;
  /** Name of the model. */
  readonly model: string;
  /** Size of the network input that was asked for: the longer side, or `[height, width]`. */
  readonly imgsz: number | readonly [number, number];
  readonly device: string;
  readonly precision: string;
  /** Layers whose outputs were changed; absent where none was. The network then ran layer by layer. */
  readonly edited?: readonly string[];
  /** The kind that answered the prompt, where it is not built in: it draws its part of `promptRecord`. */
  readonly promptKind?: NotedKind<never, object>;
  /** How the image lay in the network input; needed where masks are on the network's grid. */
  readonly letterbox: Letterbox;
  readonly compat?: Compat;
  /** Absent where masks were changed since. */
  readonly maskInputs?: MaskInputs;
  /** The encoders of text prompts that give none of their own. */
  readonly textModel?: TextModelSource;
}

/** What `Results` are made of. Columns are in the order of the objects. */
export interface ResultsData extends SceneFacts {
  /** float32 `n * 4`, xyxy pixels of the image. */
  readonly boxes: Float32Array;
  readonly masks: readonly Mask[];
  /** int32 `n`: index of each object in the first, unfiltered result. Default 0 … n - 1. */
  readonly ids?: Int32Array;
  /** Names of the classes. Default `{ 0: 'object' }`. */
  readonly names?: Readonly<Record<number, string>>;
  /** Default null. */
  readonly promptRecord?: PromptRecord | null;
  /** Default: none. */
  readonly matches?: readonly Match[];
}

/** The objects of one image and how they were found, as formats, drawing and prompts read them; `Results` are one. */
export interface SceneRecord extends SceneFacts {
  /** Number of objects. */
  readonly length: number;
  readonly boxes: Boxes;
  /** On the image's grid, except for non-retina results under `compat`, where they lie on the network input's. */
  readonly masks: Masks;
  /** The masks on the image's grid: those of `masks`, brought there from the network's grid where they lie on it. */
  readonly imageMasks: readonly Mask[];
  /** int32 `n`: index of each object in the first, unfiltered result. */
  readonly ids: Int32Array;
  /** Names of the classes. */
  readonly names: Readonly<Record<number, string>>;
  /** What was asked; null for everything. */
  readonly promptRecord: PromptRecord | null;
  /** What each box, point and text of the prompt found; empty for everything. */
  readonly matches: readonly Match[];
}

/** The data of results with their ids. */
export type IdentifiedData = ResultsData & { readonly ids: Int32Array };

/**
 * Completes the data of results: defaults, and the forms that people use.
 * @throws FastSAMError `INVALID_ARGUMENT` if the columns' lengths differ.
 */
function complete(data: ResultsData): Omit<SceneRecord, 'imageMasks' | 'length'> {
  checkColumns(data);
  const { image, boxes, masks, ids, names, promptRecord, matches } = data;
  return {
    ...data,
    boxes: new Boxes(boxes, image.width, image.height),
    masks: new Masks(masks),
    ids: ids ?? Int32Array.from(data.scores, (_, i) => i),
    names: names ?? { 0: 'object' },
    promptRecord: promptRecord ?? null,
    matches: matches ?? [],
  };
}

/**
 * The fields of a record as a class to inherit from: they are declared in `SceneRecord` alone. Its constructor throws
 * `INVALID_ARGUMENT` if the columns' lengths differ.
 */
export const RecordFields = class {
  readonly scores: Float32Array;

  constructor(data: ResultsData) {
    const { textModel, promptKind, ...columns } = complete(data);
    this.scores = columns.scores;
    Object.assign(this, columns);
    // They hold functions. A structured clone looks at what is enumerable only, and so does not throw.
    for (const [name, value] of Object.entries({ textModel, promptKind })) {
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: false });
    }
  }

  get length(): number {
    return this.scores.length;
  }
} as new (data: ResultsData) => Omit<SceneRecord, 'imageMasks'>;

/**
 * Checks that a value is a record of an image.
 * @throws FastSAMError `INVALID_ARGUMENT`
 */
export function requireScene(what: string, value: unknown): asserts value is SceneRecord {
  if (value instanceof RecordFields) return;
  requireInstance(what, value, RecordFields, 'Results, as segment gives them');
}

/**
 * Checks that all columns have one entry for each object.
 * @throws FastSAMError `INVALID_ARGUMENT` naming the column that does not fit.
 */
export function checkColumns(data: ResultsData): void {
  requireKinds(data);
  const n = data.scores.length;
  const found: [string, number | undefined, number][] = [
    ['boxes', data.boxes.length, 4 * n],
    ['masks', data.masks.length, n],
    ['ids', data.ids?.length, n],
    ['classes', data.classes?.length, n],
    ['trackIds', data.trackIds?.length, n],
    ['anchors', data.anchors?.length, n],
  ];
  for (const [name, length, expected] of found) {
    if (length === undefined || length === expected) continue;
    throw invalidArgument(`${name}: got ${length} entries, expected ${expected} for ${plural(n, 'score')}`);
  }
  if (data.maskInputs !== undefined) checkMaskInputs(data.maskInputs, n);
}

/** The kinds of what every record has, and of the columns that are there. */
function requireKinds(data: unknown): void {
  requireObject('results', data);
  requireRgbImage('image', data.image, { withoutPixels: true });
  requireInstance('scores', data.scores, Float32Array, 'a Float32Array');
  requireInstance('boxes', data.boxes, Float32Array, 'a Float32Array, four numbers for each object');
  requireMasks('masks', data.masks);
  for (const name of ['ids', 'classes', 'trackIds', 'anchors'] as const) {
    if (data[name] !== undefined) requireInstance(name, data[name], Int32Array, 'an Int32Array');
  }
  for (const name of ['model', 'device', 'precision'] as const) requireText(name, data[name]);
  requireObject('speed', data.speed);
  requireObject('letterbox', data.letterbox);
  if (data.names !== undefined) requireObject('names', data.names);
  if (data.matches !== undefined) requireList('matches', data.matches);
}

function checkMaskInputs(inputs: MaskInputs, n: number): void {
  requireObject('maskInputs', inputs);
  const { prototypes, coefficients, crops, width, height } = inputs;
  for (const [name, column] of Object.entries({ prototypes, coefficients, crops: crops ?? prototypes })) {
    requireInstance(`maskInputs.${name}`, column, Float32Array, 'a Float32Array');
  }
  requireWhole('maskInputs.width', width, 1);
  requireWhole('maskInputs.height', height, 1);
  const k = prototypes.length / (width * height);
  if (!(Number.isInteger(k) && k >= 1)) {
    throw invalidArgument(
      `maskInputs.prototypes: got ${prototypes.length} values for ${width} x ${height} cells, expected a whole number of ` +
        'prototypes; give them with their own width and height',
    );
  }
  if (coefficients.length !== n * k) {
    throw invalidArgument(
      `maskInputs.coefficients: got ${coefficients.length} values, expected ${n * k}, ${k} for each of ${plural(n, 'object')}`,
    );
  }
  if (crops && crops.length !== 4 * n) {
    throw invalidArgument(`maskInputs.crops: got ${crops.length} values, expected ${4 * n} for ${plural(n, 'object')}`);
  }
}

/**
 * The rows at these indices, in this order; an index may come more than once.
 * @throws FastSAMError `INVALID_ARGUMENT` for an index outside.
 */
export function selectRows(data: IdentifiedData, indices: readonly number[]): IdentifiedData {
  requireList('indices', indices);
  const n = data.scores.length;
  const rows = indices.map((i) => checkIndex('object', i, n));
  return {
    ...data,
    boxes: takeRows(data.boxes, rows, 4),
    scores: Float32Array.from(rows, (row) => data.scores[row]),
    masks: rows.map((row) => data.masks[row]),
    ids: Int32Array.from(rows, (row) => data.ids[row]),
    ...(data.classes && { classes: Int32Array.from(rows, (row) => data.classes?.[row] ?? 0) }),
    ...(data.trackIds && { trackIds: Int32Array.from(rows, (row) => data.trackIds?.[row] ?? 0) }),
    ...(data.anchors && { anchors: Int32Array.from(rows, (row) => data.anchors?.[row] ?? 0) }),
    ...(data.maskInputs && { maskInputs: selectMaskInputs(data.maskInputs, rows) }),
  };
}

function selectMaskInputs(inputs: MaskInputs, rows: readonly number[]): MaskInputs {
  const k = inputs.prototypes.length / (inputs.height * inputs.width);
  const coefficients = takeRows(inputs.coefficients, rows, k);
  return { ...inputs, coefficients, ...(inputs.crops && { crops: takeRows(inputs.crops, rows, 4) }) };
}
