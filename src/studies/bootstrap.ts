/** Confidence intervals: of the figures of one run, and of the difference of two runs on the same images. */
import { invalidArgument } from '../errors.js';
import { randomSource } from '../geometry/random.js';
import { integer } from '../options/kinds.js';
import { requireFunction, requireList, requireNumber, requireNumbers, requireObject } from '../options/requireKind.js';
import { resolve } from '../options/resolve.js';
import type { RowsOf } from '../options/row.js';
import type { Metrics, StudyRecord } from './study.js';

/** One figure of two runs. */
export interface Comparison {
  readonly metric: string;
  readonly a: number | null;
  readonly b: number | null;
  /** B - A over all images; null where one of them is not defined. */
  readonly difference: number | null;
  /** 95 % interval of the difference: percentiles 2.5 and 97.5 of the resamples. */
  readonly low: number | null;
  readonly high: number | null;
  /** Resamples in which both figures were defined. */
  readonly resamples: number;
}

/** How often images are drawn, and from which seed. */
export interface BootstrapOptions {
  /** Default 2000. */
  readonly resamples?: number;
  /** Default 1. */
  readonly seed?: number;
}

/** Every option of `pairedBootstrap` and `bootstrapIntervals`. */
export const BOOTSTRAP_OPTIONS = {
  resamples: integer(0, 1_000_000, { text: 'so often are images drawn', default: 2000 }),
  seed: integer(0, 2 ** 32 - 1, { text: 'of the draws', default: 1 }),
} satisfies RowsOf<BootstrapOptions>;

const LOW = 0.025;
const HIGH = 0.975;

/**
 * Paired bootstrap (Efron and Tibshirani 1993, chapter 13, percentile interval): images are drawn with replacement, the
 * same for both runs, and every figure is recomputed from the records drawn. So a figure that is no mean over images
 * (recall over all objects, AP, best F) gets the interval of the figure itself.
 * @param a records of one run.
 * @param b those of the other, of the same images in the same order.
 * @throws FastSAMError `INVALID_ARGUMENT` without images or with lists that do not pair.
 */
export function pairedBootstrap<R extends StudyRecord>(
  a: readonly R[],
  b: readonly R[],
  summarise: (records: readonly R[], run: 'a' | 'b') => Metrics,
  options: BootstrapOptions = {},
): Comparison[] {
  const { resamples, seed } = resolve(BOOTSTRAP_OPTIONS, options);
  requireRecords('a', a);
  requireRecords('b', b);
  requireFunction('summarise', summarise);
  if (a.length === 0 || a.length !== b.length || a.some(({ key }, i) => key !== b[i].key)) {
    throw invalidArgument('compare: got runs without images in common, expected the same data');
  }
  const wholeA = figuresOf(summarise(a, 'a'));
  const wholeB = figuresOf(summarise(b, 'b'));
  const metrics = Object.keys(wholeA).filter((metric) => metric in wholeB);
  const differences = new Map(metrics.map((metric) => [metric, [] as number[]]));
  const random = randomSource(seed);
  for (let n = 0; n < resamples; n++) {
    const drawn = Array.from(a, () => Math.floor(random() * a.length));
    const figuresA = summarise(
      drawn.map((i) => a[i]),
      'a',
    );
    const figuresB = summarise(
      drawn.map((i) => b[i]),
      'b',
    );
    for (const [metric, list] of differences) {
      const difference = minus(figuresB[metric], figuresA[metric]);
      if (difference !== null) list.push(difference);
    }
  }
  return metrics.map((metric) => {
    const list = Float64Array.from(differences.get(metric) ?? []).sort();
    return {
      metric,
      a: wholeA[metric],
      b: wholeB[metric],
      difference: minus(wholeB[metric], wholeA[metric]),
      low: percentile(list, LOW),
      high: percentile(list, HIGH),
      resamples: list.length,
    };
  });
}

/** One figure of a run. */
export interface Interval {
  readonly metric: string;
  /** Over all images; null where it is not defined. */
  readonly value: number | null;
  /** 95 % interval: percentiles 2.5 and 97.5 of the resamples. */
  readonly low: number | null;
  readonly high: number | null;
  /** Resamples in which the figure was defined. */
  readonly resamples: number;
}

/**
 * The interval of each figure of one run (Efron and Tibshirani 1993, chapter 13, percentile interval): images are drawn with
 * replacement, and every figure is recomputed from the records drawn.
 * @throws FastSAMError `INVALID_ARGUMENT` without records.
 */
export function bootstrapIntervals<R extends StudyRecord>(
  records: readonly R[],
  summarise: (records: readonly R[]) => Metrics,
  options: BootstrapOptions = {},
): Interval[] {
  const { resamples, seed } = resolve(BOOTSTRAP_OPTIONS, options);
  requireRecords('records', records);
  requireFunction('summarise', summarise);
  if (records.length === 0) throw invalidArgument('intervals: got no images, expected some');
  const whole = figuresOf(summarise(records));
  const drawn = new Map(Object.keys(whole).map((metric) => [metric, [] as number[]]));
  const random = randomSource(seed);
  for (let n = 0; n < resamples; n++) {
    const figures = summarise(Array.from(records, () => records[Math.floor(random() * records.length)]));
    for (const [metric, list] of drawn) {
      const value = figures[metric];
      if (typeof value === 'number') list.push(value);
    }
  }
  return [...drawn].map(([metric, values]) => {
    const list = Float64Array.from(values).sort();
    const [low, high] = [percentile(list, LOW), percentile(list, HIGH)];
    return { metric, value: whole[metric], low, high, resamples: list.length };
  });
}

function minus(b: number | null, a: number | null): number | null {
  return b === null || a === null ? null : b - a;
}

function requireRecords(what: string, records: unknown): void {
  requireList(what, records);
  for (const [i, record] of records.entries()) requireObject(`${what}[${i}]`, record);
}

/** What a caller's function gave, if it is figures. */
function figuresOf(figures: unknown): Metrics {
  requireObject('summarise', figures);
  return figures as Metrics;
}

/**
 * The percentile, linear between the two nearest values as NumPy's default; null of an empty list.
 * @param share 0 … 1.
 * @throws FastSAMError `INVALID_ARGUMENT` for what are no numbers.
 */
export function percentile(sorted: Float64Array, share: number): number | null {
  requireNumbers('sorted', sorted);
  requireNumber('share', share, 0, 1);
  if (sorted.length === 0) return null;
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}
