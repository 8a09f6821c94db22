/** The random cases of tools/golden/cocoEval.py, drawn again number by number. */
import type { RleCounts } from '../../src/mask/rleCounts.js';
import type { CocoDataset, CocoDetection, CocoEvalOptions, CocoTruth } from '../../src/evaluate/coco/types.js';

/** The same numbers as in Python. */
export class Lcg {
  #state: number;

  constructor(seed: number) {
    this.#state = (Math.imul(seed, 2654435761) + 12345) >>> 0;
    for (let i = 0; i < 4; i++) this.next();
  }

  next(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return this.#state >>> 8;
  }

  /** A whole number from 0 to n - 1. */
  below(n: number): number {
    return this.next() % n;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
}

type Box = [number, number, number, number];
const MAX_DETS = [[1, 10, 100], [1, 2, 3], [5], [1, 10, 100, 1000]];
const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);

export function drawBox(rng: Lcg, width: number, height: number): Box {
  const w = 8 + rng.below(4 * width - 8);
  const h = 8 + rng.below(4 * height - 8);
  const x = rng.below(4 * width - w + 1);
  const y = rng.below(4 * height - h + 1);
  return [x / 4, y / 4, w / 4, h / 4];
}

function drawNear(rng: Lcg, [x, y, w, h]: Box, width: number, height: number): Box {
  const move = () => (rng.below(17) - 8) / 4;
  const x1 = clamp(x + move(), 0, width - 1);
  const y1 = clamp(y + move(), 0, height - 1);
  const x2 = Math.min(Math.max(x + w + move(), x1 + 1), width);
  const y2 = Math.min(Math.max(y + h + move(), y1 + 1), height);
  return [x1, y1, x2 - x1, y2 - y1];
}

function drawRuns(rng: Lcg, [bx, by, bw, bh]: Box, width: number, height: number): RleCounts {
  const counts: number[] = [];
  let zeros = 0;
  const first = Math.trunc(bx);
  const last = Math.min(Math.trunc(bx + bw) + 1, width);
  for (let x = 0; x < width; x++) {
    const inside = first <= x && x < last;
    const top = inside ? Math.min(Math.trunc(by) + rng.below(3), height) : height;
    const bottom = inside ? Math.max(Math.min(Math.trunc(by + bh) - rng.below(3), height), top) : height;
    zeros += top;
    if (bottom > top) {
      if (zeros === 0 && counts.length > 0) counts[counts.length - 1] += bottom - top;
      else counts.push(zeros, bottom - top);
      zeros = 0;
    }
    zeros += height - bottom;
  }
  if (zeros > 0 || counts.length === 0) counts.push(zeros);
  return { size: [height, width], counts };
}

export function drawPolygon(rng: Lcg, [x, y, w, h]: Box): number[] {
  const ring: number[] = [];
  const corners = 3 + rng.below(6);
  for (let i = 0; i < corners; i++) {
    ring.push(x + (rng.below(Math.trunc(8 * w) + 17) - 8) / 8);
    ring.push(y + (rng.below(Math.trunc(8 * h) + 17) - 8) / 8);
  }
  return ring;
}

/** Ground truth, detections and settings of a case. */
export interface CocoCase {
  readonly truth: CocoDataset;
  readonly detections: CocoDetection[];
  readonly options: CocoEvalOptions & { maxDets: readonly number[] };
}

export function makeCase(number: number): CocoCase {
  const rng = new Lcg(number);
  const classes = number % 3 === 0 ? 1 : 1 + rng.below(4);
  const ties = rng.chance(50);
  const kind = rng.chance(60) ? 'masks' : 'boxes';
  const options = { kind, maxDets: MAX_DETS[rng.below(4)], classAgnostic: rng.chance(30) } as const;
  const images: CocoDataset['images'][number][] = [];
  const annotations: CocoTruth[] = [];
  const detections: CocoDetection[] = [];
  const count = 1 + rng.below(6);
  for (let i = 0; i < count; i++) {
    const width = 24 + rng.below(150);
    const height = 24 + rng.below(150);
    const id = ((i * 7) % 11) + 1;
    images.push({ id, width, height });
    const boxes: Box[] = [];
    for (let n = rng.chance(15) ? 0 : rng.below(8); n > 0; n--) {
      const box = drawBox(rng, width, height);
      boxes.push(box);
      const crowd = rng.chance(12);
      let segmentation: CocoTruth['segmentation'];
      if (crowd || rng.chance(30)) segmentation = drawRuns(rng, box, width, height);
      else segmentation = Array.from({ length: 1 + rng.below(2) }, () => drawPolygon(rng, box));
      annotations.push({
        id: annotations.length + 1,
        image_id: id,
        category_id: 1 + 2 * rng.below(classes),
        bbox: box,
        area: rng.chance(80) ? box[2] * box[3] : (box[2] * box[3]) / 2,
        iscrowd: Number(crowd),
        ignore: Number(rng.chance(10)),
        segmentation,
      });
    }
    for (let n = rng.chance(15) ? 0 : rng.below(16); n > 0; n--) {
      const hint = boxes.length > 0 && rng.chance(75) ? boxes[rng.below(boxes.length)] : undefined;
      const box = hint ? drawNear(rng, hint, width, height) : drawBox(rng, width, height);
      const category_id = 1 + 2 * rng.below(classes);
      const score = ties ? rng.below(5) / 4 : rng.below(1 << 20) / (1 << 20);
      const shape = kind === 'boxes' ? { bbox: box } : { segmentation: drawRuns(rng, box, width, height) };
      detections.push({ image_id: id, category_id, score, ...shape });
    }
  }
  const categories = Array.from({ length: classes }, (_, c) => ({ id: 1 + 2 * c, name: `c${c}` }));
  return { truth: { images, annotations, categories }, detections, options };
}
