/** What the network says of one image before anything is selected: from it results are made as often as one likes. */
import { invalidArgument } from '../errors.js';
import { anchorIn, type Anchor } from '../geometry/anchors.js';
import { boxIou } from '../geometry/boxIou.js';
import { takeRows } from '../geometry/rows.js';
import type { Letterbox } from '../image/letterbox.js';
import type { RgbImage } from '../image/rgbImage.js';
import { checkNames } from '../options/names.js';
import { resolve } from '../options/resolve.js';
import { showValue } from '../options/showValue.js';
import type { Results } from '../results/results.js';
import type { Detections, Prototypes, RawAnchors } from './detector.js';
import type { FittedImage, MakeResults, ResultsContext } from './makeResults.js';
import { MAX_NMS, suppression, type Suppression } from './nms.js';
import { rankCandidates } from './rank.js';
import { bestClasses, detectionsAt, selectDetections, type BestClasses } from './selectDetections.js';
import {
  NMS_LIMIT_OPTIONS,
  resolveToResults,
  type NmsLimitOptions,
  type ResolvedToResults,
  type SelectCandidates,
  type ToResultsOptions,
} from './stageOptions.js';

/** Where raw detections come from. */
export interface RawOrigin extends Pick<ResultsContext, 'model' | 'edited' | 'textModel'> {
  readonly fitted: FittedImage;
  readonly imgsz: number | readonly [number, number];
  /** Milliseconds of the network. */
  readonly inference: number;
  /** What `segment` ends with; given, so that a page loads it once. */
  readonly makeResults: MakeResults;
}

/** Arrays of raw detections, all or some. */
export type RawChanges = Partial<Pick<RawAnchors, 'boxes' | 'scores' | 'coefficients' | 'prototypes'>>;

/**
 * The raw detections of one image: A anchors, level after level, each row by row from the left. Immutable, and no tensors:
 * there is nothing to dispose. Pixels are those of the network's input unless said otherwise.
 */
export class RawDetections {
  /** float32 `A * 4`: x1, y1, x2, y2, pixels of the network's input, not clipped. */
  readonly boxes: Float32Array;
  /** float32 `A * classes`, 0…1. */
  readonly scores: Float32Array;
  /** float32 `A * classes`: the scores before the logistic function; only with `logits: true`. */
  readonly logits?: Float32Array;
  /** float32 `A * k`: the mask coefficients. */
  readonly coefficients: Float32Array;
  /** float32 `height * width * k`, a quarter of the network's input, the k values of a cell together. */
  readonly prototypes: Prototypes;
  /** Number of anchors, A. */
  readonly length: number;
  /** Number of classes. */
  readonly classes: number;
  readonly #origin: RawOrigin;

  constructor(anchors: RawAnchors, origin: RawOrigin) {
    const { boxes, scores, logits, coefficients, prototypes } = anchors;
    this.boxes = boxes;
    this.scores = scores;
    if (logits) this.logits = logits;
    this.coefficients = coefficients;
    this.prototypes = prototypes;
    this.length = boxes.length / 4;
    this.classes = scores.length / this.length;
    this.#origin = origin;
  }

  /** Where raw detections come from, for those who send them elsewhere. @internal */
  static originOf(raw: RawDetections): RawOrigin {
    return raw.#origin;
  }

  /** The image; of a float tensor its 8-bit form, for drawings. */
  get image(): RgbImage {
    return this.#origin.fitted.image;
  }

  /** Where the image lies in the network's input. */
  get letterbox(): Letterbox {
    return this.#origin.fitted.geometry;
  }

  /** Pixels of the network's input per cell of each level of anchors, finest first. */
  get strides(): readonly number[] {
    return this.#origin.model.architecture.family.head.strides;
  }

  /**
   * Level, cell and stride of an anchor.
   * @throws FastSAMError `INVALID_ARGUMENT` where there is none.
   */
  anchor(index: number): Anchor {
    if (Number.isInteger(index) && index >= 0 && index < this.length) {
      return anchorIn(this.letterbox, index, this.strides);
    }
    throw invalidArgument(`anchor: got ${showValue(index)}, expected a whole number from 0 to ${this.length - 1}`);
  }

  /**
   * What greedy suppression keeps, best first, and what each of those suppressed; all are anchors. The choices of
   * `torchvision.ops.nms`, and those of `toResults` and `segment`.
   * @throws FastSAMError `INVALID_ARGUMENT`.
   */
  nms(options: NmsLimitOptions = {}): Suppression {
    const { conf, iou } = this.#origin.model.defaults;
    const limits = resolve(NMS_LIMIT_OPTIONS, options, { conf, iou });
    const best = bestClasses(this);
    return suppression(this.boxes, best.scores, { ...limits, classes: best.classes });
  }

  /**
   * Results with these thresholds: what `segment` with the same options gives. Nothing of the network runs again.
   * @example
   * const raw = await model.detect('street.jpg');
   * for (const conf of [0.2, 0.4, 0.6]) console.log(conf, (await raw.toResults({ conf })).length);
   * @throws FastSAMError `INVALID_ARGUMENT` for wrong options and what a selection may not choose, `ABORTED`,
   *   `DEVICE_FAILED`, and what the selection throws.
   */
  async toResults(options: ToResultsOptions = {}): Promise<Results> {
    const { fitted, imgsz, inference, makeResults, ...context } = this.#origin;
    const resolved = resolveToResults(options, context.model.defaults);
    this.#refuseForCasia(resolved);
    const { select, maskThreshold, ...others } = resolved;
    const making: ResultsContext = {
      ...context,
      options: { ...others, imgsz, ...(maskThreshold !== undefined && { maskThreshold }) },
    };
    const found = select ? await this.#chosen(select, resolved) : selectDetections(this, resolved);
    return makeResults(fitted, found, inference, making);
  }

  /**
   * The same image with other boxes, scores, coefficients or prototypes; what is not named stays. Masks are made of them when
   * results are.
   * @example
   * const firstHalf = raw.with({ coefficients: raw.coefficients.map((value, i) => (i % 32 < 16 ? value : 0)) });
   * @throws FastSAMError `INVALID_ARGUMENT` for arrays of other lengths.
   */
  with(changes: RawChanges): RawDetections {
    checkNames(changes, ['boxes', 'scores', 'coefficients', 'prototypes']);
    const { boxes, scores, coefficients, prototypes } = changes;
    checkLength('boxes', boxes, this.boxes.length);
    checkLength('scores', scores, this.scores.length);
    checkLength('coefficients', coefficients, this.coefficients.length);
    if (prototypes) checkPrototypes(prototypes, this.prototypes);
    const anchors: RawAnchors = {
      boxes: boxes ?? this.boxes,
      scores: scores ?? this.scores,
      ...(this.logits && !scores && { logits: this.logits }), // those of other scores would be wrong
      coefficients: coefficients ?? this.coefficients,
      prototypes: prototypes ?? this.prototypes,
    };
    return new RawDetections(anchors, this.#origin);
  }

  /** The peer knows neither, so nothing could be compared. */
  #refuseForCasia({ compat, maskThreshold }: ResolvedToResults): void {
    if (compat !== 'casia') return;
    if (maskThreshold !== undefined) {
      throw invalidArgument(
        `maskThreshold: got ${maskThreshold}, expected none with compat 'casia'; leave one of them out`,
      );
    }
    if (this.letterbox.stretch) {
      throw invalidArgument(
        "compat: got 'casia' for a stretched image, expected none; leave it out, or do not stretch",
      );
    }
  }

  /** What a selection of the caller's own chooses. */
  async #chosen(select: SelectCandidates, { conf, iou, maxDet }: ResolvedToResults): Promise<Detections> {
    const best = bestClasses(this);
    const anchors = rankCandidates(best.scores, conf, MAX_NMS);
    const classes = Int32Array.from(anchors, (row) => best.classes[row]);
    const scores = Float32Array.from(anchors, (row) => best.scores[row]);
    const boxes = takeRows(this.boxes, anchors, 4);
    const box = (i: number): Float32Array => boxes.subarray(4 * i, 4 * i + 4);
    const overlap = (a: number, b: number): number => boxIou(box(a), box(b));
    const given: unknown = await select(boxes, scores, { classes, anchors, overlap, iou, maxDet });
    const chosen = checkSelected(given, anchors.length);
    const indices = chosen.indices.slice(0, maxDet);
    const rescored: BestClasses = { ...best, scores: best.scores.slice() };
    indices.forEach((index, i) => {
      if (chosen.scores) rescored.scores[anchors[index]] = chosen.scores[i];
    });
    return detectionsAt(
      this,
      rescored,
      Int32Array.from(indices, (index) => anchors[index]),
    );
  }
}

function checkLength(name: string, values: unknown, length: number): void {
  if (values === undefined) return;
  if (values instanceof Float32Array && values.length === length) return;
  const got = values instanceof Float32Array ? `${values.length} values` : showValue(values);
  throw invalidArgument(`${name}: got ${got}, expected a Float32Array of ${length} values as before`);
}

function checkPrototypes(other: Partial<Prototypes>, { width, height, k, data }: Prototypes): void {
  checkLength('prototypes.data', other.data ?? null, data.length);
  if (other.width === width && other.height === height && other.k === k) return;
  throw invalidArgument(
    `prototypes: got ${other.k} of ${other.width} x ${other.height} cells, expected ${k} of ${width} x ${height} as before`,
  );
}

/** A list of whole numbers, or such a list with scores. */
function checkSelected(given: unknown, count: number): { indices: number[]; scores?: ArrayLike<number> } {
  const parts = isList(given) ? { indices: given } : ((given ?? {}) as { indices?: unknown; scores?: unknown });
  if (!isList(parts.indices)) {
    throw invalidArgument(`select: got ${showValue(given)}, expected a list of indices, or { indices, scores }`);
  }
  const indices = Array.from(parts.indices);
  const seen = new Set<number>();
  for (const index of indices) {
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      throw invalidArgument(
        `select: got the index ${index}, expected whole numbers from 0 to ${count - 1}, candidates`,
      );
    }
    if (seen.has(index)) throw invalidArgument(`select: got the index ${index} twice, expected each candidate once`);
    seen.add(index);
  }
  const scores = 'scores' in parts ? parts.scores : undefined;
  if (scores === undefined) return { indices };
  if (isList(scores) && scores.length === indices.length) return { indices, scores };
  throw invalidArgument(
    `select: got ${showValue(scores)} as scores, expected ${indices.length} numbers, one for each index`,
  );
}

function isList(value: unknown): value is ArrayLike<number> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}
