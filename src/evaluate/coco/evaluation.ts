/** The outcome of a COCO evaluation: every precision and recall, and the averages that are quoted. */
import { invalidArgument } from '../../errors.js';
import { checkNames } from '../../options/names.js';
import { showValue } from '../../options/showValue.js';
import { RECALLS, type Curve } from './accumulate.js';
import type { ResolvedEvalOptions } from './types.js';

/** Which entries are averaged. Default: all thresholds and categories, the first area range and the largest limit. */
export interface AverageOver {
  /** One of the IoU thresholds. */
  readonly iou?: number;
  /** Name of an area range. */
  readonly area?: string;
  /** One of the limits of detections an image. */
  readonly maxDets?: number;
  /** Number of a category. */
  readonly category?: number;
}

/** COCO's twelve summary numbers, 0 … 1; -1 where there was nothing to find. */
export interface CocoSummary {
  readonly AP: number;
  readonly AP50: number;
  readonly AP75: number;
  /** By area range, at the largest limit of detections. */
  readonly APByArea: Readonly<Record<string, number>>;
  /** By limit of detections an image. */
  readonly AR: Readonly<Record<number, number>>;
  /** By area range, at the largest limit of detections. */
  readonly ARByArea: Readonly<Record<string, number>>;
}

/** Two thresholds that a person would write alike. */
const SAME_IOU = 1e-9;

/**
 * Arrays of all combinations; -1 where a category has no object that counts. Layouts as in pycocotools, last index
 * fastest: `precision` [thresholds, 101 recalls, categories, areas, maxDets], `recall` without the recalls.
 */
export class CocoEvaluation {
  readonly precision: Float64Array;
  readonly recall: Float64Array;

  constructor(
    readonly options: ResolvedEvalOptions,
    /** Ascending; [-1] where all are one. */
    readonly categories: readonly number[],
    /** Images that were evaluated. */
    readonly images: number,
  ) {
    const n = options.iouThresholds.length * categories.length * options.areas.length * options.maxDets.length;
    this.precision = new Float64Array(n * RECALLS.length).fill(-1);
    this.recall = new Float64Array(n).fill(-1);
  }

  /** Writes the curve of threshold t, category k, area range a and limit m. */
  set(t: number, k: number, a: number, m: number, curve: Curve): void {
    const rest = this.#offset(k, a, m);
    this.recall[t * this.#stride() + rest] = curve.recall;
    curve.precision.forEach((value, r) => {
      this.precision[(t * RECALLS.length + r) * this.#stride() + rest] = value;
    });
  }

  /** Entries of one threshold and recall. */
  #stride(): number {
    return this.categories.length * this.options.areas.length * this.options.maxDets.length;
  }

  #offset(k: number, a: number, m: number): number {
    return (k * this.options.areas.length + a) * this.options.maxDets.length + m;
  }

  /**
   * Mean precision over thresholds, recalls and categories: AP. -1 where there was nothing to find.
   * @throws FastSAMError `INVALID_ARGUMENT` for a threshold, area, limit or category that was not evaluated.
   */
  averagePrecision(over: AverageOver = {}): number {
    return this.#mean(this.precision, RECALLS.length, over);
  }

  /** As `averagePrecision`, of the largest recall: AR. */
  averageRecall(over: AverageOver = {}): number {
    return this.#mean(this.recall, 1, over);
  }

  #mean(values: Float64Array, inner: number, given: AverageOver): number {
    checkNames(given, ['iou', 'area', 'maxDets', 'category']);
    const over: AverageOver = given;
    const { iouThresholds, areas, maxDets } = this.options;
    const thresholds =
      over.iou === undefined ? [...iouThresholds.keys()] : [indexOf('iou', iouThresholds, over.iou, SAME_IOU)];
    const names = areas.map(({ name }) => name);
    const a = over.area === undefined ? 0 : indexOf('area', names, over.area);
    const m = over.maxDets === undefined ? maxDets.length - 1 : indexOf('maxDets', maxDets, over.maxDets);
    const categories =
      over.category === undefined ? [...this.categories.keys()] : [indexOf('category', this.categories, over.category)];
    let sum = 0;
    let n = 0;
    for (const t of thresholds) {
      for (let r = 0; r < inner; r++) {
        for (const k of categories) {
          const value = values[(t * inner + r) * this.#stride() + this.#offset(k, a, m)];
          if (value < 0) continue;
          sum += value;
          n++;
        }
      }
    }
    return n === 0 ? -1 : sum / n;
  }

  /** The summary numbers. AP50 and AP75 are -1 where their thresholds were not evaluated. */
  summary(): CocoSummary {
    const { areas, maxDets, iouThresholds } = this.options;
    const at = (iou: number) =>
      iouThresholds.some((value) => Math.abs(value - iou) < SAME_IOU) ? this.averagePrecision({ iou }) : -1;
    const byArea = (mean: (area: string) => number) => Object.fromEntries(areas.map(({ name }) => [name, mean(name)]));
    return {
      AP: this.averagePrecision(),
      AP50: at(0.5),
      AP75: at(0.75),
      APByArea: byArea((area) => this.averagePrecision({ area })),
      AR: Object.fromEntries(maxDets.map((limit) => [limit, this.averageRecall({ maxDets: limit })])),
      ARByArea: byArea((area) => this.averageRecall({ area })),
    };
  }
}

function indexOf<T extends string | number>(what: string, known: readonly T[], wanted: T, tolerance = 0): number {
  const found = known.findIndex((value) =>
    typeof value === 'number' && typeof wanted === 'number' ? Math.abs(value - wanted) <= tolerance : value === wanted,
  );
  if (found >= 0) return found;
  throw invalidArgument(`${what}: got ${showValue(wanted)}, expected one of ${known.join(', ')}`);
}
