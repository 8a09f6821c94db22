/** Comparison of numbers within a relative and an absolute tolerance; the arithmetic behind `toBeAllclose`. */

/** A tensor of TensorFlow.js, or whatever has a shape and gives its values row by row. */
export interface TensorLike {
  readonly shape: readonly number[];
  dataSync(): unknown;
}

/** Numbers in any form: one, a (typed) array, arrays of arrays, a tensor. */
export type Numbers = number | ArrayLike<number> | readonly Numbers[] | TensorLike;

/** How far values may be from what is expected. With neither `rtol` nor `atol`: 1e-5 and 1e-8; else 0 for an absent one. */
export interface Tolerance {
  /** Allowed difference as a share of the expected magnitude. */
  readonly rtol?: number;
  /** Allowed difference by itself. */
  readonly atol?: number;
  /** Which magnitude `rtol` is a share of: the value's own (default), the largest of its row (last axis) or of all. */
  readonly relativeTo?: 'value' | 'row' | 'largest';
}

/** What a comparison found, and the sentence that says so. */
export interface Comparison {
  readonly pass: boolean;
  /** Says it; made only where it is read. */
  readonly message: () => string;
}

interface Flat {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

/**
 * Compares as numpy.allclose: every |actual - expected| <= atol + rtol * |expected|. NaN is close to nothing; an infinity
 * is close to itself only. Shapes must be equal, but a flat list fits any shape of as many values.
 * @throws Error for something that is not numbers, or rows of different lengths.
 */
export function compareNumbers(actual: unknown, expected: Numbers, tolerance: Tolerance = {}): Comparison {
  const [a, b] = [flatten(actual), flatten(expected)];
  if (!sameShape(a.shape, b.shape)) {
    const message = () => `got values of shape [${a.shape.join(', ')}], expected [${b.shape.join(', ')}]`;
    return { pass: false, message };
  }
  const shape = a.shape.length > b.shape.length ? a.shape : b.shape;
  const allowed = limits(b.values, shape.at(-1) ?? 1, tolerance);
  let out = 0;
  let [worst, largest] = [-1, -1];
  for (let i = 0; i < b.values.length; i++) {
    const difference = distance(a.values[i], b.values[i]);
    if (difference <= allowed(i)) {
      if (out === 0 && difference > largest) [worst, largest] = [i, difference];
      continue;
    }
    // The first value that is out ranks before all that are within; NaN ranks before numbers.
    if (out++ === 0 || (!Number.isNaN(largest) && !(difference <= largest))) [worst, largest] = [i, difference];
  }
  const total = b.values.length;
  const message = (): string => {
    if (worst < 0) return 'no values, as expected';
    const head = out === 0 ? `all ${total} values are within tolerance` : `${out} of ${total} values out of tolerance`;
    const where = shape.length === 0 ? '' : ` at [${position(worst, shape).join(', ')}]`;
    const values = `got ${a.values[worst]}, expected ${b.values[worst]}`;
    return `${head}; largest difference ${number(largest)}${where}: ${values}, allowed ${number(allowed(worst))}`;
  };
  return { pass: out === 0, message };
}

/** |a - b|; 0 for equal infinities, NaN where one is NaN. */
function distance(a: number, b: number): number {
  return a === b ? 0 : Math.abs(a - b);
}

/** The allowed difference of each value; never infinite, so that an infinity is close to itself only. */
function limits(expected: ArrayLike<number>, columns: number, tolerance: Tolerance): (i: number) => number {
  const { rtol, atol, relativeTo = 'value' } = tolerance;
  const none = rtol === undefined && atol === undefined;
  const [share, fixed] = [rtol ?? (none ? 1e-5 : 0), atol ?? (none ? 1e-8 : 0)];
  const limit = (magnitude: number) => (Number.isFinite(magnitude) ? fixed + share * magnitude : fixed);
  if (relativeTo === 'value') return (i) => limit(Math.abs(expected[i]));
  const span = relativeTo === 'row' ? Math.max(1, columns) : Math.max(1, expected.length);
  const largest: number[] = [];
  for (let i = 0; i < expected.length; i++) {
    const row = Math.floor(i / span);
    largest[row] = Math.max(largest[row] ?? 0, Math.abs(expected[i]));
  }
  return (i) => limit(largest[Math.floor(i / span)]);
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  const count = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);
  if (a.length === 1 || b.length === 1) return count(a) === count(b);
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** The index on each axis of a value in row-major order. */
function position(index: number, shape: readonly number[]): number[] {
  const found: number[] = [];
  for (let axis = shape.length - 1, rest = index; axis >= 0; axis--) {
    found.unshift(rest % shape[axis]);
    rest = Math.floor(rest / shape[axis]);
  }
  return found;
}

function flatten(value: unknown): Flat {
  if (typeof value === 'number') return { shape: [], values: [value] };
  if (isTensor(value)) return { shape: value.shape, values: value.dataSync() as ArrayLike<number> };
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const values = value as unknown as ArrayLike<number>;
    return { shape: [values.length], values };
  }
  if (!Array.isArray(value)) throw new Error(`toBeAllclose: got ${describe(value)}, expected numbers`);
  const items: unknown[] = value;
  if (items.every((item) => typeof item === 'number')) return { shape: [items.length], values: items };
  const rows = items.map(flatten);
  const inner = rows[0].shape;
  if (rows.some(({ shape }) => shape.join() !== inner.join())) {
    throw new Error(`toBeAllclose: got rows of different shapes, expected [${inner.join(', ')}] in all`);
  }
  return { shape: [rows.length, ...inner], values: rows.flatMap(({ values }) => Array.from(values)) };
}

function isTensor(value: unknown): value is TensorLike {
  return typeof value === 'object' && value !== null && 'dataSync' in value && 'shape' in value;
}

function describe(value: unknown): string {
  return typeof value === 'object' && value !== null ? value.constructor.name : String(value);
}

function number(value: number): string {
  return String(Number(value.toPrecision(6)));
}
