/** Run lengths of COCO masks: types, checks, and arithmetic on the runs themselves. */
import { invalidArgument, type FastSAMError } from '../errors.js';
import { requireChoice, requireFlag, requireList, requireObject } from '../options/requireKind.js';
import { showValue } from '../options/showValue.js';
import { MOST_PIXELS } from './mask.js';
import { packCounts, unpackCounts } from './rleString.js';

/** COCO RLE with compressed counts: what pycocotools writes and reads. */
export interface Rle {
  /** `[height, width]` of the grid in pixels. */
  readonly size: readonly [number, number];
  /** Compressed run lengths. */
  readonly counts: string;
}

/** COCO RLE with plain counts: runs of zeros and ones in turn, down the columns, zeros first. */
export interface RleCounts {
  /** `[height, width]` of the grid in pixels. */
  readonly size: readonly [number, number];
  readonly counts: readonly number[];
}

/** Keeps the padding of rows to whole words small against the pixels, so that a short string cannot ask for gigabytes. */
const MAX_SIDE = 2 ** 20;

const invalid = (message: string): FastSAMError => invalidArgument(`RLE: ${message}`);

function isSide(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_PIXELS;
}

/**
 * Checks an RLE from outside and unpacks its counts.
 * @throws FastSAMError `INVALID_ARGUMENT` if the size is no pair of whole numbers below 2^31 pixels, the counts are
 * broken, or they do not add up to height x width.
 */
export function parseRle(rle: Rle | RleCounts): RleCounts {
  requireObject('RLE', rle);
  const size = rle.size as unknown;
  if (!Array.isArray(size) || size.length !== 2 || !isSide(size[0]) || !isSide(size[1])) {
    throw invalid(`got size ${showValue(size)}, expected [height, width] in whole pixels`);
  }
  const [height, width] = size as [number, number];
  if (height > MAX_SIDE || width > MAX_SIDE || height * width > MOST_PIXELS) {
    throw invalid(
      `got a grid of ${width} x ${height} pixels, expected sides up to ${MAX_SIDE} and ${MOST_PIXELS} in all`,
    );
  }
  const counts = typeof rle.counts === 'string' ? unpackCounts(rle.counts) : rle.counts;
  if (!Array.isArray(counts)) throw invalid(`got counts of type ${typeof rle.counts}, expected a string or a list`);
  let total = 0;
  for (const count of counts as readonly unknown[]) {
    if (!isSide(count)) throw invalid(`got run length ${showValue(count)}, expected a whole number from 0 on`);
    total += count;
  }
  if (total !== height * width) throw invalid(`got runs of ${total} pixels in all, expected ${height} x ${width}`);
  return { size: [height, width], counts: counts as readonly number[] };
}

/** The compressed form of plain counts. */
export function compressRle(rle: RleCounts): Rle {
  const { size, counts } = parseRle(rle);
  return { size, counts: packCounts(counts) };
}

/** The plain form of compressed counts. */
export function expandRle(rle: Rle): RleCounts {
  return parseRle(rle);
}

/** Sum of the one-runs. */
export function countRuns(counts: readonly number[]): number {
  let n = 0;
  for (let i = 1; i < counts.length; i += 2) n += counts[i];
  return n;
}

/** Goes along two lists of runs at once; `visit` gets the length of each stretch and both values (0 or 1). */
function walkTogether(
  a: readonly number[],
  b: readonly number[],
  visit: (length: number, a: number, b: number) => void,
): void {
  let i = 0;
  let j = 0;
  let leftA = a[0] ?? 0;
  let leftB = b[0] ?? 0;
  while (i < a.length && j < b.length) {
    const step = Math.min(leftA, leftB);
    if (step > 0) visit(step, i & 1, j & 1);
    leftA -= step;
    leftB -= step;
    if (leftA === 0) leftA = a[++i] ?? 0;
    if (leftB === 0) leftB = b[++j] ?? 0;
  }
}

function requireSameSize(a: RleCounts, b: RleCounts): void {
  if (a.size[0] !== b.size[0] || a.size[1] !== b.size[1]) {
    throw invalid(`got sizes [${a.size.join(', ')}] and [${b.size.join(', ')}], expected one size`);
  }
}

/** Pixels that two masks share, without decoding. */
function intersectionOfRuns(a: RleCounts, b: RleCounts): number {
  let n = 0;
  walkTogether(a.counts, b.counts, (length, inA, inB) => {
    if (inA & inB) n += length;
  });
  return n;
}

/**
 * Intersection over union of two masks without decoding; 0 if they share nothing. With `crowd` the area of `a` (the
 * detection) is the denominator, as COCO scores detections against crowd regions.
 * @throws FastSAMError `INVALID_ARGUMENT` if counts are broken or sizes differ.
 */
export function rleIou(a: Rle | RleCounts, b: Rle | RleCounts, crowd = false): number {
  requireFlag('crowd', crowd);
  const first = parseRle(a);
  const second = parseRle(b);
  requireSameSize(first, second);
  const shared = intersectionOfRuns(first, second);
  if (shared === 0) return 0;
  const own = countRuns(first.counts);
  return shared / (crowd ? own : own + countRuns(second.counts) - shared);
}

/** Runs of the union or intersection of two masks. */
function mergeRuns(a: readonly number[], b: readonly number[], both: boolean): number[] {
  const counts: number[] = [0];
  walkTogether(a, b, (length, inA, inB) => {
    const value = both ? inA & inB : inA | inB;
    if (((counts.length - 1) & 1) === value) counts[counts.length - 1] += length;
    else counts.push(length);
  });
  return counts;
}

/**
 * Union or intersection of masks, without decoding.
 * @throws FastSAMError `INVALID_ARGUMENT` if there is none, counts are broken or sizes differ.
 */
export function rleMerge(rles: readonly (Rle | RleCounts)[], how: 'union' | 'intersection' = 'union'): Rle {
  requireList('RLE', rles);
  requireChoice('how', how, ['union', 'intersection']);
  if (rles.length === 0) throw invalid('got no mask to merge, expected at least one');
  let merged = parseRle(rles[0]);
  for (let i = 1; i < rles.length; i++) {
    const next = parseRle(rles[i]);
    requireSameSize(merged, next);
    merged = { size: merged.size, counts: mergeRuns(merged.counts, next.counts, how === 'intersection') };
  }
  return { size: merged.size, counts: packCounts(merged.counts) };
}
