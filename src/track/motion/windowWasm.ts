/** The sums over windows in WebAssembly's vector instructions: eight pixels at a time. */
import { FunctionWriter, I32, V128, type Local } from '../../runtime/assembler.js';
import { GREY_SHIFT, SLOPE_SHIFT, WINDOW } from './window.js';

/** Pixels that are treated together. */
export const I16_LANES = 8;
export const VECTOR_BYTES = 16;
/** Vectors that a row of a window takes; the last one is not full. */
const STRIPS = Math.ceil(WINDOW / I16_LANES);
/** The window that was taken lies at the memory's start: brightness, gradients along x and along y, all i16. */
const ROW_BYTES = STRIPS * VECTOR_BYTES;
const PART_BYTES = WINDOW * ROW_BYTES;
/** Behind it lie up to three sums, each as two doubles that are still to be added. */
export const SUMS_AT = 3 * PART_BYTES;
/** The first byte that is free for images. */
export const IMAGES_AT = SUMS_AT + 3 * VECTOR_BYTES;

/** Eight values, each beside its right neighbour: the first four such pairs and the last four. */
type Pairs = readonly [Local, Local];

const EVERY_PAIR = [0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15];
/** What shuffles two vectors of eight into pairs: the first four and the last four. */
export const HALVES = [EVERY_PAIR.slice(0, I16_LANES), EVERY_PAIR.slice(I16_LANES)];

/** Loads nine neighbours, `size` bytes each, as pairs. */
function loadPairs(f: FunctionWriter, address: Local, offset: number, size: 1 | 2, [low, high]: Pairs): void {
  const load = (at: number) => (size === 1 ? f.get(address).loadBytes(at) : f.get(address).loadVector(at));
  load(offset).set(low);
  load(offset + size).set(high);
  f.get(low).get(high).shuffle(HALVES[0]);
  f.get(low).get(high).shuffle(HALVES[1]).set(high).set(low);
}

/** Rows of one plane: interpolates between a row's pairs, which are kept, and those of the next row. */
class RowBlender {
  readonly #last: Pairs;
  readonly #next: Pairs;
  readonly #half: Local;
  readonly #f: FunctionWriter;
  readonly #plane: { readonly size: 1 | 2; readonly shift: number };
  readonly #weights: { readonly upper: Local; readonly lower: Local };

  constructor(
    f: FunctionWriter,
    plane: { readonly size: 1 | 2; readonly shift: number },
    weights: { readonly upper: Local; readonly lower: Local },
  ) {
    this.#f = f;
    this.#plane = plane;
    this.#weights = weights;
    this.#last = [f.local(V128), f.local(V128)];
    this.#next = [f.local(V128), f.local(V128)];
    this.#half = f.local(V128);
    f.get(1 << (plane.shift - 1))
      .i32x4('splat')
      .set(this.#half);
  }

  start(address: Local, offset: number): void {
    loadPairs(this.#f, address, offset, this.#plane.size, this.#last);
  }

  /** Puts eight interpolated i16 on the stack. @param address of the next row. */
  row(address: Local, offset: number): void {
    const [f, plane, weights] = [this.#f, this.#plane, this.#weights];
    loadPairs(f, address, offset, plane.size, this.#next);
    for (const half of [0, 1]) {
      f.get(this.#last[half]).get(weights.upper).i32x4('dot_i16x8_s');
      f.get(this.#next[half]).get(weights.lower).i32x4('dot_i16x8_s').i32x4('add');
      f.get(this.#half).i32x4('add').get(plane.shift).i32x4('shr_s');
    }
    f.i16x8('narrow_i32x4_s');
    for (const half of [0, 1]) f.get(this.#next[half]).set(this.#last[half]);
  }
}

/** Sums of products of i16: four lanes of i32 in a strip, which cannot overflow there, and two doubles over all strips. */
class Sums {
  readonly #lanes: Local[];
  readonly #totals: Local[];
  readonly #f: FunctionWriter;

  constructor(f: FunctionWriter, count: number) {
    this.#f = f;
    this.#lanes = f.locals(count, V128);
    this.#totals = f.locals(count, V128);
  }

  startStrip(): void {
    for (const lanes of this.#lanes) this.#f.splat(0).set(lanes);
  }

  add(index: number, a: Local, b: Local): void {
    const lanes = this.#lanes[index];
    this.#f.get(a).get(b).i32x4('dot_i16x8_s').get(lanes).i32x4('add').set(lanes);
  }

  endStrip(): void {
    const f = this.#f;
    this.#lanes.forEach((lanes, i) => {
      f.get(lanes).f64x2('convert_low_i32x4_s');
      f.get(lanes).get(lanes).shuffle([4, 5, 6, 7, 4, 5, 6, 7]).f64x2('convert_low_i32x4_s').f64x2('add');
      f.get(this.#totals[i]).f64x2('add').set(this.#totals[i]);
    });
  }

  store(): void {
    this.#totals.forEach((total, i) =>
      this.#f
        .get(SUMS_AT)
        .get(total)
        .storeVector(i * VECTOR_BYTES),
    );
  }
}

/** Makes vectors of two weights, four times over, of the parameters. */
function weightVectors(f: FunctionWriter, upper: Local, lower: Local): { upper: Local; lower: Local } {
  const vectors = { upper: f.local(V128), lower: f.local(V128) };
  f.get(upper).i32x4('splat').set(vectors.upper).get(lower).i32x4('splat').set(vectors.lower);
  return vectors;
}

/** `(pixels, dx, dy, stride, upper, lower)`: keeps a window; sums xx, xy, yy of its gradients. */
export function takeWindow(): FunctionWriter {
  const f = new FunctionWriter(6);
  const [pixels, dx, dy, stride, upper, lower] = f.arguments();
  const weights = weightVectors(f, upper, lower);
  const grey = { size: 1, shift: GREY_SHIFT } as const;
  const slope = { size: 2, shift: SLOPE_SHIFT } as const;
  const planes = [grey, slope, slope].map((plane) => new RowBlender(f, plane, weights));
  const sums = new Sums(f, 3);
  const rows = f.locals(3, I32);
  const [gx, gy] = f.locals(2, V128);
  const at = f.local(I32);
  for (let strip = 0; strip < STRIPS; strip++) {
    const offsets = [strip * I16_LANES, 2 * strip * I16_LANES, 2 * strip * I16_LANES];
    f.get(pixels).set(rows[0]).get(dx).set(rows[1]).get(dy).set(rows[2]);
    planes.forEach((plane, i) => {
      plane.start(rows[i], offsets[i]);
    });
    sums.startStrip();
    f.loop(at, strip * VECTOR_BYTES, PART_BYTES, ROW_BYTES, () => {
      f.total(rows[0], stride).set(rows[0]);
      f.total(rows[1], stride, stride).set(rows[1]).total(rows[2], stride, stride).set(rows[2]);
      f.get(at);
      planes[0].row(rows[0], offsets[0]);
      f.storeVector();
      [gx, gy].forEach((slopes, i) => {
        planes[i + 1].row(rows[i + 1], offsets[i + 1]);
        if (strip === STRIPS - 1) f.constant(insideWindow()).and();
        f.set(slopes).get(at).get(slopes);
        f.storeVector((i + 1) * PART_BYTES);
      });
      sums.add(0, gx, gx);
      sums.add(1, gx, gy);
      sums.add(2, gy, gy);
    });
    sums.endStrip();
  }
  sums.store();
  return f;
}

/** All bits of the lanes of the last strip that belong to the window: gradients of 0 elsewhere keep the rest out of all sums. */
function insideWindow(): Int16Array {
  return Int16Array.from({ length: I16_LANES }, (_, lane) => ((STRIPS - 1) * I16_LANES + lane < WINDOW ? -1 : 0));
}

/** `(pixels, stride, upper, lower)`: sums of the difference from the window that was taken, times its gradients along x and along y. */
export function compareWindow(): FunctionWriter {
  const f = new FunctionWriter(4);
  const [pixels, stride, upper, lower] = f.arguments();
  const grey = new RowBlender(f, { size: 1, shift: GREY_SHIFT }, weightVectors(f, upper, lower));
  const sums = new Sums(f, 2);
  const [difference, slopes] = f.locals(2, V128);
  const [row, at] = f.locals(2, I32);
  for (let strip = 0; strip < STRIPS; strip++) {
    f.get(pixels).set(row);
    grey.start(row, strip * I16_LANES);
    sums.startStrip();
    f.loop(at, strip * VECTOR_BYTES, PART_BYTES, ROW_BYTES, () => {
      f.total(row, stride).set(row);
      grey.row(row, strip * I16_LANES);
      f.get(at).loadVector().i16x8('sub').set(difference);
      for (const part of [1, 2]) {
        f.get(at)
          .loadVector(part * PART_BYTES)
          .set(slopes);
        sums.add(part - 1, difference, slopes);
      }
    });
    sums.endStrip();
  }
  sums.store();
  return f;
}
