/** Two checkpoints beside each other: names, shapes, values. */
import type { StateDict } from './tensor.js';

/** What became of one tensor. */
export interface WeightDifference {
  readonly name: string;
  /** Where it is: in both, in the first alone, in the second alone. */
  readonly found: 'both' | 'first' | 'second';
  /** Absent where the side lacks it. */
  readonly shapes: readonly [first?: readonly number[], second?: readonly number[]];
  /** Largest absolute difference; NaN if any value is; absent where the values cannot be compared. */
  readonly maxAbs?: number;
  /** Largest absolute value of the first. */
  readonly maxRef?: number;
  /** maxAbs / maxRef. */
  readonly relative?: number;
}

/** A row for each name, in the order of the first checkpoint, then those that only the second has. */
export function* compareWeights(first: StateDict, second: StateDict): Generator<WeightDifference, void> {
  for (const [name, tensor] of first) {
    const other = second.get(name);
    if (!other) yield { name, found: 'first', shapes: [tensor.shape] };
    else if (tensor.shape.join() !== other.shape.join()) {
      yield { name, found: 'both', shapes: [tensor.shape, other.shape] };
    } else {
      const shapes = [tensor.shape, other.shape] as const;
      yield { name, found: 'both', shapes, ...distance(tensor.toFloat32(), other.toFloat32()) };
    }
  }
  for (const [name, { shape }] of second) {
    if (!first.has(name)) yield { name, found: 'second', shapes: [undefined, shape] };
  }
}

/** Whether a row shows a difference larger than that: of names, of shapes, of values. */
export function isAbove({ relative }: WeightDifference, tolerance: number): boolean {
  return relative === undefined || !(relative <= tolerance);
}

function distance(
  a: Float32Array,
  b: Float32Array,
): Required<Pick<WeightDifference, 'maxAbs' | 'maxRef' | 'relative'>> {
  let maxAbs = 0;
  let maxRef = 0;
  for (let i = 0; i < a.length; i++) {
    const value = Math.abs(a[i] - b[i]);
    if (!(value <= maxAbs) && !Object.is(a[i], b[i])) maxAbs = value;
    if (Number.isNaN(maxAbs)) break;
    maxRef = Math.max(maxRef, Math.abs(a[i]));
  }
  return { maxAbs, maxRef, relative: maxAbs / (maxRef || 1) };
}
