/** Bilinear resampling straight to bits: only where the threshold runs through is anything interpolated. */
import { RowPair, type LoadedRow, type RowSource, type Taps } from './bilinear.js';
import { fillBits, lowestBit } from './bits.js';

/** For each source column the first output whose lower tap is that column or a later one, and the end. */
function cellStarts({ lower, upper }: Taps): Int32Array {
  const width = lower.length;
  const samples = upper[width - 1] + 1;
  const starts = new Int32Array(samples + 1).fill(width);
  for (let i = width - 1; i >= 0; i--) starts[lower[i]] = i;
  for (let k = samples - 1; k >= 0; k--) starts[k] = Math.min(starts[k], starts[k + 1]);
  return starts;
}

/** A source row, and the outputs along it that exceed the threshold. */
class MarkedRow implements LoadedRow {
  row = -1;
  readonly above: Uint32Array;
  readonly #source: Float32Array;

  constructor(
    readonly columns: Taps,
    readonly starts: Int32Array,
    readonly threshold: number,
  ) {
    this.above = new Uint32Array((columns.lower.length + 31) >>> 5);
    this.#source = new Float32Array(starts.length - 1);
  }

  /** The row's value at an output column. */
  value(i: number): number {
    const { lower, upper, lowerWeight, upperWeight } = this.columns;
    const source = this.#source;
    return Math.fround(source[lower[i]] * lowerWeight[i] + Math.fround(source[upper[i]] * upperWeight[i]));
  }

  load(row: number, source: Float32Array): void {
    const { starts, above, threshold } = this;
    const own = this.#source;
    own.set(source.subarray(0, own.length));
    this.row = row;
    above.fill(0);
    let inside = own[0] > threshold;
    let from = 0;
    for (let k = 0; k + 1 < own.length; k++) {
      const next = own[k + 1] > threshold;
      if (next === inside) continue;
      // The threshold lies between samples k and k + 1.
      const end = starts[k + 1];
      if (inside) fillBits(above, 0, from, starts[k]);
      for (let i = starts[k]; i < end; i++) {
        if (this.value(i) > threshold) above[i >>> 5] |= 1 << (i & 31);
      }
      inside = next;
      from = end;
    }
    if (inside) fillBits(above, 0, from, starts[own.length]);
  }
}

/** The outputs of which two neighbouring rows disagree, and both rows' values there. */
class Band {
  readonly unsure: Int32Array;
  readonly #above: Float32Array;
  readonly #below: Float32Array;
  #row = -1;
  #nextRow = -1;

  constructor(width: number) {
    this.unsure = new Int32Array((width + 31) >>> 5);
    this.#above = new Float32Array(width);
    this.#below = new Float32Array(width);
  }

  /** Looks at two rows, unless they are the ones that it looked at last. */
  between(first: MarkedRow, second: MarkedRow): void {
    if (first.row === this.#row && second.row === this.#nextRow) return;
    this.#row = first.row;
    this.#nextRow = second.row;
    for (let w = 0; w < this.unsure.length; w++) {
      const differing = first.above[w] ^ second.above[w];
      this.unsure[w] = differing;
      for (let rest = differing; rest !== 0; rest &= rest - 1) {
        const i = 32 * w + lowestBit(rest);
        this.#above[i] = first.value(i);
        this.#below[i] = second.value(i);
      }
    }
  }

  /** The unsure bits of word `w` at which the weighted mean of both rows exceeds the threshold. */
  decide(w: number, weight: number, nextWeight: number, threshold: number): number {
    let bits = 0;
    for (let rest = this.unsure[w]; rest !== 0; rest &= rest - 1) {
      const bit = rest & -rest;
      const i = 32 * w + 31 - Math.clz32(bit);
      if (Math.fround(this.#above[i] * weight + Math.fround(this.#below[i] * nextWeight)) > threshold) bits |= bit;
    }
    return bits;
  }
}

/**
 * Resamples and thresholds: bit (x, y) of the result is `value > threshold`. Rows of words as in `Mask`.
 *
 * Between samples that lie on one side of the threshold all values do, so along a row only the gaps between samples
 * that differ are interpolated, and between two rows only the pixels in which they differ.
 *
 * @param rowOf source rows; sample 0 is the columns' tap 0.
 */
export function thresholdedBits(rowOf: RowSource, columns: Taps, rows: Taps, threshold: number): Uint32Array {
  const width = columns.lower.length;
  const rowWords = (width + 31) >>> 5;
  const height = rows.lower.length;
  const words = new Uint32Array(rowWords * height);
  const starts = cellStarts(columns);
  const marked = (): MarkedRow => new MarkedRow(columns, starts, threshold);
  const pair = new RowPair(rowOf, marked(), marked());
  const band = new Band(width);
  for (let y = 0, p = 0; y < height; y++) {
    const [first, second] = pair.at(rows.lower[y], rows.upper[y]);
    band.between(first, second);
    const { above } = first;
    for (let w = 0; w < rowWords; w++, p++) {
      const unsure = band.unsure[w];
      if (unsure === 0) words[p] = above[w];
      else {
        words[p] = (above[w] & ~unsure) | band.decide(w, rows.lowerWeight[y], rows.upperWeight[y], threshold);
      }
    }
  }
  return words;
}
