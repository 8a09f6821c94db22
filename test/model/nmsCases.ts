/** Boxes for NMS as tools/golden/nms.py makes them. */
import { lcg } from '../support/random.js';

/** How the boxes of a large case are made. */
export interface Clusters {
  readonly seed: number;
  /** Number of boxes. */
  readonly n: number;
  readonly clusters: number;
  /** Jitter of each side, in widths and heights of the cluster. */
  readonly spread: number;
  /** Coordinates are multiples of this; 0: not rounded. */
  readonly grid: number;
  /** Scores are multiples of one over this; 0: not rounded. */
  readonly levels: number;
}

/** `n * 4` boxes around some centres, and `n` scores. */
export function clusteredBoxes(plan: Clusters): { boxes: Float32Array; scores: Float32Array } {
  const { n, clusters, spread, grid, levels } = plan;
  const states = lcg(plan.seed);
  const next = (): number => states() / 2 ** 32;
  const centres = Array.from({ length: clusters }, () => {
    const [x, y] = [next() * 900, next() * 900];
    return [x, y, 20 + next() * 300, 20 + next() * 300];
  });
  const snap = (value: number): number => (grid > 0 ? Math.floor(value / grid) * grid : value);
  const boxes = new Float32Array(n * 4);
  const scores = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    const [x, y, w, h] = centres[Math.floor(next() * clusters)];
    const jitter = Array.from({ length: 4 }, () => (next() - 0.5) * spread);
    const box = [x + jitter[0] * w, y + jitter[1] * h, x + w + jitter[2] * w, y + h + jitter[3] * h];
    boxes.set(box.map(snap), i * 4);
    const score = next();
    scores[i] = levels > 0 ? Math.floor(score * levels) / levels : score;
  }
  return { boxes, scores };
}

/** The greedy loop itself, in float32 as torchvision has it: rows kept, best first. */
export function greedyNms(boxes: Float32Array, scores: Float32Array, iou: number): number[] {
  const f = Math.fround;
  const area = (i: number): number => f(f(boxes[4 * i + 2] - boxes[4 * i]) * f(boxes[4 * i + 3] - boxes[4 * i + 1]));
  const side = (i: number, j: number, axis: number): number => {
    const end = Math.min(boxes[4 * i + axis + 2], boxes[4 * j + axis + 2]);
    return Math.max(0, f(end - Math.max(boxes[4 * i + axis], boxes[4 * j + axis])));
  };
  const suppresses = (i: number, j: number): boolean => {
    const shared = f(side(i, j, 0) * side(i, j, 1));
    return f(shared / f(f(area(i) + area(j)) - shared)) > iou;
  };
  const order = Array.from(scores, (_, i) => i).sort((a, b) => scores[b] - scores[a] || a - b);
  const kept: number[] = [];
  for (const j of order) if (!kept.some((i) => suppresses(i, j))) kept.push(j);
  return kept;
}
