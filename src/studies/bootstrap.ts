/** Compares two runs on the same images: the difference of their figures and its confidence interval. */
import { invalidArgument } from '../errors.js';
import { randomSource } from '../geometry/random.js';
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

export interface BootstrapOptions {
  /** Default 2000. */
  readonly resamples?: number;
  /** Default 1. */
  readonly seed?: number;
}

const LOW = 0.025;
const HIGH = 0.975;

/**
 * Paired bootstrap (Efron and Tibshirani 1993, chapter 13, percentile interval): images are drawn with replacement, the
 * same for both runs, and every figure is recomputed from the records drawn. So a figure that is no mean over images
 * (recall over all objects, AP, best F) gets the interval of the figure itself.
 * @param a, b records of the same images in the same order.
 * @throws FastSAMError `INVALID_ARGUMENT` without images or with lists that do not pair.
 */
export function pairedBootstrap<R extends StudyRecord>(
  a: readonly R[],
  b: readonly R[],
  summarise: (records: readonly R[], run: 'a' | 'b') => Metrics,
  { resamples = 2000, seed = 1 }: BootstrapOptions = {},
): Comparison[] {
  if (a.length === 0 || a.length !== b.length || a.some(({ key }, i) => key !== b[i].key)) {
    throw invalidArgument('compare: got runs without images in common, expected the same data');
  }
  const wholeA = summarise(a, 'a');
  const wholeB = summarise(b, 'b');
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

function minus(b: number | null, a: number | null): number | null {
  return b === null || a === null ? null : b - a;
}

/** The percentile, linear between the two nearest values as NumPy's default; null of an empty list. */
export function percentile(sorted: Float64Array, share: number): number | null {
  if (sorted.length === 0) return null;
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}
