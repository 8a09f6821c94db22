/** Bilinear resampling by PyTorch's rule, one row at a time. */

/** For each output position of one axis: the two source positions and their weights. */
export interface Taps {
  readonly lower: Int32Array;
  readonly upper: Int32Array;
  readonly lowerWeight: Float32Array;
  readonly upperWeight: Float32Array;
}

/** A row of source values by its number; valid until the next call. Rows are asked for in ascending order. */
export type RowSource = (row: number) => Float32Array;

/**
 * Taps for the outputs `from` to `to` (exclusive) of an axis that goes from `inputSize` to `outputSize` samples:
 * half-pixel centres, edges clamped, no antialiasing, positions in float32 (PyTorch, `align_corners=False`).
 */
export function bilinearTaps(from: number, to: number, outputSize: number, inputSize: number): Taps {
  const count = Math.max(0, to - from);
  const lower = new Int32Array(count);
  const upper = new Int32Array(count);
  const lowerWeight = new Float32Array(count);
  const upperWeight = new Float32Array(count);
  const scale = Math.fround(inputSize / outputSize);
  for (let i = 0; i < count; i++) {
    const position = Math.max(0, Math.fround(Math.fround(scale * Math.fround(from + i + 0.5)) - 0.5));
    const low = Math.min(Math.floor(position), inputSize - 1);
    lower[i] = low;
    upper[i] = Math.min(low + 1, inputSize - 1);
    upperWeight[i] = Math.min(1, position - low);
    lowerWeight[i] = 1 - upperWeight[i];
  }
  return { lower, upper, lowerWeight, upperWeight };
}

/** The same taps for a source whose sample 0 is the sample `origin` of the full axis. */
export function shiftTaps(taps: Taps, origin: number): Taps {
  return { ...taps, lower: taps.lower.map((i) => i - origin), upper: taps.upper.map((i) => i - origin) };
}

/** The source samples `[from, to)` that the outputs `[from, to)` need. */
export function sourceRange(from: number, to: number, outputSize: number, inputSize: number): [number, number] {
  if (to <= from) return [0, 0];
  const first = bilinearTaps(from, from + 1, outputSize, inputSize).lower[0];
  const last = bilinearTaps(to - 1, to, outputSize, inputSize).upper[0];
  return [first, last + 1];
}

/** The outputs `[from, to)` that draw on any of the source samples `[first, last)`. */
export function reachedRange(first: number, last: number, outputSize: number, inputSize: number): [number, number] {
  if (last <= first) return [0, 0];
  const { lower, upper } = bilinearTaps(0, outputSize, outputSize, inputSize);
  const from = upper.findIndex((sample) => sample >= first);
  const to = lower.findLastIndex((sample) => sample < last) + 1;
  return from < 0 || to <= from ? [0, 0] : [from, to];
}

/** What is kept of a source row. */
export interface LoadedRow {
  /** Number of the source row, -1 before the first. */
  row: number;
  load(row: number, source: Float32Array): void;
}

/** Keeps the two source rows between which output rows lie, so that each is read once. */
export class RowPair<R extends LoadedRow> {
  #first: R;
  #second: R;

  constructor(
    readonly rowOf: RowSource,
    first: R,
    second: R,
  ) {
    this.#first = first;
    this.#second = second;
  }

  /** The rows `lower` and `upper` (which is `lower` or the next one). */
  at(lower: number, upper: number): readonly [R, R] {
    if (this.#second.row === lower) [this.#first, this.#second] = [this.#second, this.#first];
    this.#load(this.#first, lower);
    if (upper === lower) return [this.#first, this.#first];
    this.#load(this.#second, upper);
    return [this.#first, this.#second];
  }

  #load(slot: R, row: number): void {
    if (slot.row !== row) slot.load(row, this.rowOf(row));
  }
}

/** A source row resampled along the columns. */
class ResampledRow implements LoadedRow {
  row = -1;
  readonly values: Float32Array;

  constructor(readonly columns: Taps) {
    this.values = new Float32Array(columns.lower.length);
  }

  load(row: number, source: Float32Array): void {
    const { lower, upper, lowerWeight, upperWeight } = this.columns;
    const { values } = this;
    for (let i = 0; i < values.length; i++) {
      values[i] = source[lower[i]] * lowerWeight[i] + source[upper[i]] * upperWeight[i];
    }
    this.row = row;
  }
}

/** Resamples to a row source of its own: rows of the output of `rows.lower.length` rows, computed when asked for. */
export function resampledRows(rowOf: RowSource, columns: Taps, rows: Taps): RowSource {
  const pair = new RowPair(rowOf, new ResampledRow(columns), new ResampledRow(columns));
  const out = new Float32Array(columns.lower.length);
  return (row) => {
    const [first, second] = pair.at(rows.lower[row], rows.upper[row]);
    const a = first.values;
    const b = second.values;
    const wa = rows.lowerWeight[row];
    const wb = rows.upperWeight[row];
    for (let i = 0; i < out.length; i++) out[i] = a[i] * wa + b[i] * wb;
    return out;
  };
}
