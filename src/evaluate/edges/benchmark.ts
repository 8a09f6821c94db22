/** The boundary benchmark of BSDS500 (Arbelaez, Maire, Fowlkes and Malik 2011, section 2; Martin et al. 2004). */
import { invalidArgument } from '../../errors.js';
import { correspond, edgePixels, indexMap } from './correspond.js';
import { fMeasure, interpolate } from '../statistics/curves.js';
import { thin } from './thin.js';

/** An image's edges as one person drew them. */
export interface HumanMap {
  /** 0 or 1, `width * height`, row by row. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Options of the benchmark; the defaults are those under which figures are quoted. */
export interface BenchmarkOptions {
  /** Largest distance of two pixels of one edge, as a share of the image's diagonal. Default 0.0075. */
  readonly maxDistance?: number;
  /** Levels at which the machine's map is cut: 1 / (n + 1) … n / (n + 1). Default 99. */
  readonly thresholds?: number;
  /** Thin the machine's map at each level. Default true. */
  readonly thin?: boolean;
}

/**
 * Counts of one image, which add up over images. Lists have an entry for each level.
 * Recall is `foundHuman / human`, precision `foundMachine / machine`.
 */
export interface EdgeCounts {
  /** Pixels of all human maps together. */
  readonly human: number;
  /** Those of them that have a partner, each map matched by itself. */
  readonly foundHuman: readonly number[];
  /** Edge pixels of the machine. */
  readonly machine: readonly number[];
  /** Those of them that have a partner in at least one human map. */
  readonly foundMachine: readonly number[];
}

/** Default of `BenchmarkOptions.thresholds`. */
export const THRESHOLDS = 99;
/** Default of `BenchmarkOptions.maxDistance`. */
export const MAX_DISTANCE = 0.0075;
const LEVELS = 255;

/**
 * Matches a machine's map with the maps that people drew.
 * @param map edge strength 0 … 1, `width * height`, row by row; counted in steps of 1/255, since the benchmark reads
 *   PNG files.
 * @throws FastSAMError `INVALID_ARGUMENT` without human maps or for maps of another size.
 */
export function benchmarkEdges(
  map: Float32Array,
  humans: readonly HumanMap[],
  { maxDistance = MAX_DISTANCE, thresholds = THRESHOLDS, thin: thins = true }: BenchmarkOptions = {},
): EdgeCounts {
  const { width, height } = humans.at(0) ?? { width: 0, height: 0 };
  if (humans.length === 0 || humans.some((human) => human.width !== width || human.height !== height)) {
    throw invalidArgument('edges: got no human maps, or of several sizes, expected them of one');
  }
  if (map.length !== width * height) {
    throw invalidArgument(
      `edges: got a map of ${map.length} pixels, expected ${width} x ${height} as in the human maps`,
    );
  }
  const levels = Uint8Array.from(map, (value) => Math.round(LEVELS * Math.min(1, Math.max(0, value))));
  const pixels = maxDistance * Math.hypot(width, height);
  const indexed = humans.map(({ data }) => indexMap(data, width, height, pixels));
  const counts = { foundHuman: [] as number[], machine: [] as number[], foundMachine: [] as number[] };
  let before: { cut: Uint8Array; found: readonly [number, number, number] } | undefined;
  for (let t = 1; t <= thresholds; t++) {
    // Both sides in whole numbers: level / 255 >= t / (thresholds + 1).
    const cut = levels.map((level) => (level * (thresholds + 1) >= LEVELS * t ? 1 : 0));
    if (!before || cut.some((value, p) => value !== before?.cut[p])) {
      const edges = edgePixels(thins ? thin(cut, width, height) : cut);
      before = { cut, found: matchAll(edges, indexed) };
    }
    const [foundHuman, machine, foundMachine] = before.found;
    counts.foundHuman.push(foundHuman);
    counts.machine.push(machine);
    counts.foundMachine.push(foundMachine);
  }
  return { human: indexed.reduce((sum, { pixels: { length } }) => sum + length, 0), ...counts };
}

/** Human pixels found, machine pixels, machine pixels found in any human map. */
function matchAll(machine: Int32Array, humans: readonly ReturnType<typeof indexMap>[]): [number, number, number] {
  const found = new Uint8Array(machine.length);
  let foundHuman = 0;
  humans.forEach((human, person) => {
    const { partners, count } = correspond(machine, human, person);
    foundHuman += count;
    for (let i = 0; i < partners.length; i++) if (partners[i] >= 0) found[i] = 1;
  });
  return [foundHuman, machine.length, found.reduce((sum, value) => sum + value, 0)];
}

/** A point of the curve: recall, precision and their harmonic mean. */
export interface EdgePoint {
  readonly recall: number;
  readonly precision: number;
  readonly f: number;
}

/** The figures of the benchmark. */
export interface EdgeScores {
  /** Best F over all images at one level for all: optimal data set scale. */
  readonly ods: EdgePoint;
  /** F over all images with each image at its own best level: optimal image scale. */
  readonly ois: EdgePoint;
  /** Area under the curve of precision over recall. */
  readonly ap: number;
  /** Recall at a precision of one half. */
  readonly r50: number;
  /** The curve, by level. */
  readonly curve: readonly EdgePoint[];
}

/**
 * Scores of some images. ODS interpolates between levels. AP samples the curve at recalls 0, 0.01 … 1; recalls that no
 * level reaches count 0, as in the benchmark. R50 interpolates recall over precision, from the lowest precision if that
 * is above one half, as for structured edges (Dollar and Zitnick 2015). A curve of a single point has the AP recall x
 * precision, where the benchmark gives 0.
 */
export function scoreEdges(images: readonly EdgeCounts[]): EdgeScores {
  const levels = images.length === 0 ? 0 : Math.min(...images.map(({ machine }) => machine.length));
  const human = sum(images.map((image) => image.human));
  const curve = Array.from({ length: levels }, (_, t) =>
    pointOf(
      sum(images.map(({ foundHuman }) => foundHuman[t])),
      human,
      sum(images.map(({ foundMachine }) => foundMachine[t])),
      sum(images.map(({ machine }) => machine[t])),
    ),
  );
  const best = images.map((image) => ({ image, t: bestLevel(image) }));
  const ois = pointOf(
    sum(best.map(({ image, t }) => image.foundHuman[t])),
    human,
    sum(best.map(({ image, t }) => image.foundMachine[t])),
    sum(best.map(({ image, t }) => image.machine[t])),
  );
  return { ods: bestPoint(curve), ois, ap: areaUnder(curve), r50: recallAtHalf(curve), curve };
}

/** The level of an image's best F, counted from 0. */
export function bestLevel({ human, foundHuman, machine, foundMachine }: EdgeCounts): number {
  let level = 0;
  let f = -1;
  machine.forEach((count, t) => {
    const point = pointOf(foundHuman[t], human, foundMachine[t], count);
    if (point.f <= f) return;
    f = point.f;
    level = t;
  });
  return level;
}

/** A point of an image's curve. */
export function pointAt({ human, foundHuman, machine, foundMachine }: EdgeCounts, level: number): EdgePoint {
  return pointOf(foundHuman[level], human, foundMachine[level], machine[level]);
}

function pointOf(foundHuman: number, human: number, foundMachine: number, machine: number): EdgePoint {
  const recall = human === 0 ? 0 : foundHuman / human;
  const precision = machine === 0 ? 0 : foundMachine / machine;
  return { recall, precision, f: fMeasure(precision, recall) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Points looked at between two levels, both included. */
const STEPS = 100;

/** The best F on the curve, levels joined by straight lines of recall and precision. */
function bestPoint(curve: readonly EdgePoint[]): EdgePoint {
  let best: EdgePoint = curve.at(0) ?? { recall: 0, precision: 0, f: 0 };
  for (let t = 1; t < curve.length; t++) {
    for (let step = 0; step < STEPS; step++) {
      const d = step / (STEPS - 1);
      const recall = curve[t].recall * d + curve[t - 1].recall * (1 - d);
      const precision = curve[t].precision * d + curve[t - 1].precision * (1 - d);
      const f = fMeasure(precision, recall);
      if (f > best.f) best = { recall, precision, f };
    }
  }
  return best;
}

const AREA_STEPS = 100;

function areaUnder(curve: readonly EdgePoint[]): number {
  const { xs, ys } = ascending(curve.map(({ recall, precision }) => [recall, precision]));
  if (xs.length === 0) return 0;
  if (xs.length === 1) return xs[0] * ys[0];
  const recalls = Array.from({ length: AREA_STEPS + 1 }, (_, i) => i / AREA_STEPS);
  return sum(interpolate(recalls, xs, ys, 0, 0)) / AREA_STEPS;
}

function recallAtHalf(curve: readonly EdgePoint[]): number {
  const { xs, ys } = ascending(curve.map(({ recall, precision }) => [precision, recall]));
  if (xs.length === 0) return 0;
  return interpolate([Math.max(xs[0], 0.5)], xs, ys, 0, 0)[0];
}

/** Points in ascending order of x. Of points with equal x the first stays, as in MATLAB's `unique`. */
function ascending(points: readonly (readonly [x: number, y: number])[]): { xs: number[]; ys: number[] } {
  const first = new Map<number, number>();
  for (const [x, y] of points) if (!first.has(x)) first.set(x, y);
  const sorted = [...first].sort((a, b) => a[0] - b[0]);
  return { xs: sorted.map(([x]) => x), ys: sorted.map(([, y]) => y) };
}
