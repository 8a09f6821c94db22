/**
 * A dozen numbers that stand for the outputs of a task, so that contenders in different processes and languages can be
 * held to each other before they are timed. tools/bench/peers.py computes the same.
 */

/** Outputs of the network in any order of anchors. */
export interface NetworkOutputs {
  /** `n * 4` xyxy, pixels of the network's input; anchors that score at most FLOOR may be missing. */
  readonly boxes: ArrayLike<number>;
  readonly scores: ArrayLike<number>;
  /** `n * k`. */
  readonly coefficients: ArrayLike<number>;
  readonly prototypes: {
    readonly data: ArrayLike<number>;
    readonly height: number;
    readonly width: number;
    readonly k: number;
  };
}

/** Anchors count by how much they score above this, so that a score near it does not matter. */
export const FLOOR = 0.2;

/**
 * The weight of all anchors; the mean box and the mean of the coefficients (numbered, so that their order matters) by
 * weight; the prototypes' mean size, its centre of gravity, and their numbered mean.
 */
export function networkFingerprint({ boxes, scores, coefficients, prototypes }: NetworkOutputs): number[] {
  const { data, height, width, k } = prototypes;
  let weight = 0;
  const box = [0, 0, 0, 0];
  let numbered = 0;
  for (let i = 0; i < scores.length; i++) {
    const w = Math.max(0, scores[i] - FLOOR);
    weight += w;
    for (let side = 0; side < 4; side++) box[side] += w * boxes[4 * i + side];
    for (let c = 0; c < k; c++) numbered += (w * coefficients[i * k + c] * (c + 1)) / k;
  }
  let size = 0;
  let centreX = 0;
  let centreY = 0;
  let sum = 0;
  for (let i = 0; i < data.length; i++) {
    const value = Math.abs(data[i]);
    const pixel = Math.floor(i / k);
    size += value;
    centreX += value * (pixel % width);
    centreY += value * Math.floor(pixel / width);
    sum += (data[i] * ((i % k) + 1)) / k;
  }
  const perWeight = (value: number): number => (weight === 0 ? 0 : value / weight);
  const places = height * width * k;
  return [
    weight,
    ...box.map(perWeight),
    perWeight(numbered),
    size / places,
    centreX / size,
    centreY / size,
    sum / places,
  ];
}

/**
 * Of the objects of an image: how many, the sum of their scores, their mean box and mean area in pixels.
 * @param boxes `n * 4`.
 */
export function objectsFingerprint(
  boxes: ArrayLike<number>,
  scores: ArrayLike<number>,
  areas: ArrayLike<number>,
): number[] {
  const n = scores.length;
  const box = [0, 0, 0, 0];
  let score = 0;
  let area = 0;
  for (let i = 0; i < n; i++) {
    for (let side = 0; side < 4; side++) box[side] += boxes[4 * i + side] / n;
    score += scores[i];
    area += areas[i] / n;
  }
  return [n, score, ...box, area];
}

/**
 * The largest difference of two fingerprints: of each number the difference by 1 + its size.
 * @returns Infinity for different lengths and for anything that is not finite.
 */
export function outputDifference(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Infinity;
  const differences = a.map((value, i) => Math.abs(value - b[i]) / (1 + Math.abs(b[i])));
  return differences.every(Number.isFinite) ? Math.max(0, ...differences) : Infinity;
}
