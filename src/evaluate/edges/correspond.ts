/** Matches pixels of two edge maps that show the same edge: the BSDS benchmark's correspondence. */
import { assign, type SparseGraph } from '../../geometry/assignment.js';

/** Distances are counted in hundredths of a pixel, rounded, as in the benchmark. */
const COST_PER_PIXEL = 100;
/** Steps of a hundredth of a pixel, which order matchings of equal distance. */
const TIE_STEPS = 1024;
/** Cost of a pixel without a partner, in pairs at the largest distance, as in the benchmark. */
const UNMATCHED_COST = 100;

/** The offset to a neighbouring pixel. */
interface Offset {
  readonly dx: number;
  readonly dy: number;
  readonly cost: number;
}

/** Edge pixels of one map, ready to be matched with many others. */
export interface IndexedMap {
  readonly width: number;
  readonly height: number;
  /** Indices of its edge pixels, `y * width + x`. */
  readonly pixels: Int32Array;
  /** 1 + a pixel's number in `pixels`, 0 elsewhere; with a border of `reach` pixels on every side. */
  readonly numbers: Int32Array;
  readonly reach: number;
  readonly maxDistance: number;
}

/** Indices of the pixels that are set. */
export function edgePixels(bitmap: ArrayLike<number>): Int32Array {
  const pixels: number[] = [];
  for (let p = 0; p < bitmap.length; p++) if (bitmap[p]) pixels.push(p);
  return Int32Array.from(pixels);
}

/**
 * Prepares a map of human edges.
 * @param maxDistance in pixels.
 */
export function indexMap(bitmap: ArrayLike<number>, width: number, height: number, maxDistance: number): IndexedMap {
  const reach = Math.ceil(maxDistance);
  const stride = width + 2 * reach;
  const numbers = new Int32Array(stride * (height + 2 * reach));
  const pixels = edgePixels(bitmap);
  for (let i = 0; i < pixels.length; i++) {
    const y = Math.floor(pixels[i] / width);
    numbers[(y + reach) * stride + (pixels[i] - y * width) + reach] = i + 1;
  }
  return { width, height, pixels, numbers, reach, maxDistance };
}

/** What was matched. */
export interface Correspondence {
  /** For each machine pixel the number of its human pixel, or -1. */
  readonly partners: Int32Array;
  /** Pairs. */
  readonly count: number;
}

/**
 * Matches edge pixels one to one within the largest distance: as many pairs as possible, and of those matchings one
 * with the least sum of distances (exact, distances rounded to hundredths of a pixel).
 *
 * Often many matchings are equally good, and they leave different machine pixels unmatched. The benchmark's solver
 * picks one of them by chance. Here a hash of pixel and person decides, in steps below the rounding of distances. So
 * the outcome is defined and other implementations can reproduce it.
 *
 * @param machine indices of edge pixels in a map of the same size.
 * @param person number of the human map.
 */
export function correspond(machine: Int32Array, human: IndexedMap, person = 0): Correspondence {
  const cost = TIE_STEPS * Math.round(UNMATCHED_COST * COST_PER_PIXEL * human.maxDistance);
  const alone = machine.map((pixel) => cost + tieBreak(pixel, person));
  const partners = assign(graphOf(machine, human), alone);
  let count = 0;
  for (let i = 0; i < partners.length; i++) if (partners[i] >= 0) count++;
  return { partners, count };
}

/** Extra cost of an unmatched machine pixel, 0 … TIE_STEPS - 1. */
function tieBreak(pixel: number, person: number): number {
  let h = (Math.imul(pixel + 1, 0x9e3779b1) + Math.imul(person + 1, 0x85ebca77)) >>> 0;
  h = Math.imul(h ^ (h >>> 15), 0x85ebca77);
  return ((h ^ (h >>> 13)) >>> 0) % TIE_STEPS;
}

function graphOf(machine: Int32Array, human: IndexedMap): SparseGraph {
  const { width, numbers, reach } = human;
  const stride = width + 2 * reach;
  const offsets = offsetsWithin(human.maxDistance);
  const steps = offsets.map(({ dx, dy }) => dy * stride + dx);
  const starts = new Int32Array(machine.length + 1);
  const targets: number[] = [];
  const costs: number[] = [];
  for (let i = 0; i < machine.length; i++) {
    const y = Math.floor(machine[i] / width);
    const pixel = (y + reach) * stride + (machine[i] - y * width) + reach;
    for (let k = 0; k < steps.length; k++) {
      const number = numbers[pixel + steps[k]];
      if (number === 0) continue;
      targets.push(number - 1);
      costs.push(offsets[k].cost);
    }
    starts[i + 1] = targets.length;
  }
  return {
    rows: machine.length,
    columns: human.pixels.length,
    starts,
    targets: Int32Array.from(targets),
    costs: Int32Array.from(costs),
  };
}

/** The offsets within a distance, nearest first. */
function offsetsWithin(maxDistance: number): Offset[] {
  const reach = Math.ceil(maxDistance);
  const offsets: Offset[] = [];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const distance = Math.hypot(dx, dy);
      if (distance <= maxDistance) offsets.push({ dx, dy, cost: TIE_STEPS * Math.round(COST_PER_PIXEL * distance) });
    }
  }
  return offsets.sort((a, b) => a.cost - b.cost);
}
