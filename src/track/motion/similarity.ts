/**
 * A robust similarity transform between matched points: M. Fischler and R. Bolles, "Random Sample Consensus", CACM 1981,
 * then least squares over the points that agree.
 */
import type { Affine } from '../types.js';

const SAMPLE = 2;
/** Matches that lie farther than this many pixels off do not agree. */
const THRESHOLD = 3;
const MAX_ROUNDS = 2000;
/** Wanted probability that one sample at least holds no wrong match. */
const CONFIDENCE = 0.99;

/**
 * The rotation, zoom and shift that most matches agree on.
 * @param from, to `x, y` pairs, one match each; at least two.
 * @returns undefined when no two matches define one: all points of `from` coincide.
 */
export function fitSimilarity(from: Float32Array, to: Float32Array): Affine | undefined {
  const count = from.length / 2;
  const draw = pairsOf(count);
  let best: Affine | undefined;
  let bestAgreeing = SAMPLE - 1;
  let rounds = MAX_ROUNDS;
  for (let round = 0; round < rounds; round++) {
    const candidate = throughTwo(from, to, draw());
    const agreeing = candidate ? agreeingOf(candidate, from, to).length : 0;
    if (candidate === undefined || agreeing <= bestAgreeing) continue;
    best = candidate;
    bestAgreeing = agreeing;
    rounds = roundsNeeded(1 - agreeing / count, rounds);
  }
  return best && leastSquares(from, to, agreeingOf(best, from, to));
}

/** How many samples find one without a wrong match, `wrong` being their share, but not more than `atMost`. */
function roundsNeeded(wrong: number, atMost: number): number {
  const sound = (1 - wrong) ** SAMPLE;
  if (sound === 1) return 0;
  return Math.min(atMost, Math.round(Math.log(1 - CONFIDENCE) / Math.log(1 - sound)));
}

/** The one similarity that takes two points where their matches are. */
function throughTwo(from: Float32Array, to: Float32Array, [i, j]: readonly [number, number]): Affine | undefined {
  const fx = from[2 * i] - from[2 * j];
  const fy = from[2 * i + 1] - from[2 * j + 1];
  const square = fx * fx + fy * fy;
  if (square === 0) return undefined;
  const tx = to[2 * i] - to[2 * j];
  const ty = to[2 * i + 1] - to[2 * j + 1];
  return similarity(
    (fx * tx + fy * ty) / square,
    (fx * ty - fy * tx) / square,
    { x: from[2 * i], y: from[2 * i + 1] },
    { x: to[2 * i], y: to[2 * i + 1] },
  );
}

/** Rotation and zoom `(cosine, sine)`, and the shift that takes `at` to `goal`. */
function similarity(cosine: number, sine: number, at: Point, goal: Point): Affine {
  const tx = goal.x - cosine * at.x + sine * at.y;
  const ty = goal.y - sine * at.x - cosine * at.y;
  return [cosine, -sine, tx, sine, cosine, ty];
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Indices of the matches that the transform explains. */
function agreeingOf([a, b, tx, c, d, ty]: Affine, from: Float32Array, to: Float32Array): number[] {
  const agreeing: number[] = [];
  for (let i = 0; 2 * i < from.length; i++) {
    const x = from[2 * i];
    const y = from[2 * i + 1];
    const ex = a * x + b * y + tx - to[2 * i];
    const ey = c * x + d * y + ty - to[2 * i + 1];
    if (ex * ex + ey * ey <= THRESHOLD * THRESHOLD) agreeing.push(i);
  }
  return agreeing;
}

/** The similarity with the least sum of squared distances, in closed form around the points' means. */
function leastSquares(from: Float32Array, to: Float32Array, matches: readonly number[]): Affine {
  const centre = meanOf(from, matches);
  const goal = meanOf(to, matches);
  let [square, along, across] = [0, 0, 0];
  for (const i of matches) {
    const fx = from[2 * i] - centre.x;
    const fy = from[2 * i + 1] - centre.y;
    const tx = to[2 * i] - goal.x;
    const ty = to[2 * i + 1] - goal.y;
    square += fx * fx + fy * fy;
    along += fx * tx + fy * ty;
    across += fx * ty - fy * tx;
  }
  return similarity(along / square, across / square, centre, goal);
}

function meanOf(points: Float32Array, places: readonly number[]): Point {
  let [x, y] = [0, 0];
  for (const i of places) {
    x += points[2 * i];
    y += points[2 * i + 1];
  }
  return { x: x / places.length, y: y / places.length };
}

/**
 * Draws pairs of different numbers below `count`, the same ones every time: Marsaglia's multiply-with-carry generator
 * with OpenCV's multiplier and seed, so that both look at the same samples and agree on which matches are wrong.
 */
function pairsOf(count: number): () => readonly [number, number] {
  const MULTIPLIER = 4164903690;
  const WORD = 2 ** 32;
  let low = WORD - 1;
  let carry = WORD - 1;
  const below = (): number => {
    // low * MULTIPLIER + carry in two words; doubles hold 53 bits, so the product is taken in two halves.
    const lower = (low % 65536) * MULTIPLIER + carry;
    const upper = Math.floor(low / 65536) * MULTIPLIER;
    const sum = lower + (upper % 65536) * 65536;
    low = sum % WORD;
    carry = Math.floor(upper / 65536) + Math.floor(sum / WORD);
    return low % count;
  };
  return () => {
    const first = below();
    let second = below();
    while (second === first) second = below();
    return [first, second];
  };
}
