/** Windows in WebAssembly with vector instructions; both pyramids are copied into its memory. */
import { BORDER, type Pyramid, type PyramidLevel } from './pyramid.js';
import { reserve, simdEngine, type SimdEngine } from './simdEngine.js';
import { I16_LANES, IMAGES_AT, SUMS_AT } from './windowWasm.js';
import { startOf, type Mismatch, type Moments, type WindowPosition, type Windows } from './window.js';

const SLOPE_BYTES = 2;
/** Windows are read in whole vectors: so much is read beyond the last one. */
const SLACK_BYTES = 64;

/** Addresses of one level of both images, and of the first one's gradients. */
interface LevelAddresses {
  readonly from: number;
  readonly to: number;
  readonly dx: number;
  readonly dy: number;
}

/** See `Windows`. Usable until the engine's memory is used for something else. */
export class SimdWindows implements Windows {
  readonly #engine: SimdEngine;
  readonly #places: readonly LevelAddresses[];
  readonly #sums: Float64Array;

  /** @returns undefined where there is no WebAssembly with vector instructions. */
  static make(from: Pyramid, to: Pyramid): SimdWindows | undefined {
    const engine = simdEngine();
    return engine ? new SimdWindows(engine, from, to) : undefined;
  }
  readonly #from: Pyramid;
  readonly #to: Pyramid;

  private constructor(engine: SimdEngine, from: Pyramid, to: Pyramid) {
    this.#from = from;
    this.#to = to;
    this.#engine = engine;
    this.#places = from.map(layOutFrom(IMAGES_AT));
    const last = from[from.length - 1];
    reserve(engine, this.#places[from.length - 1].dy + last.pixels.length * SLOPE_BYTES + SLACK_BYTES);
    this.#sums = new Float64Array(engine.memory.buffer, SUMS_AT, 6);
    this.#places.forEach((place, i) => {
      new Uint8Array(engine.memory.buffer).set(from[i].pixels, place.from);
      new Uint8Array(engine.memory.buffer).set(to[i].pixels, place.to);
      fillGradients(engine, from[i], place);
    });
  }

  take(level: number, place: WindowPosition): Moments {
    const { from, dx, dy } = this.#places[level];
    const start = startOf(this.#from[level], place);
    const slopes = start * SLOPE_BYTES;
    const { stride } = this.#from[level];
    this.#engine.functions.take(from + start, dx + slopes, dy + slopes, stride, upperOf(place), lowerOf(place));
    const sums = this.#sums;
    return { xx: sums[0] + sums[1], xy: sums[2] + sums[3], yy: sums[4] + sums[5] };
  }

  compare(level: number, place: WindowPosition): Mismatch {
    const start = this.#places[level].to + startOf(this.#to[level], place);
    this.#engine.functions.compare(start, this.#to[level].stride, upperOf(place), lowerOf(place));
    const sums = this.#sums;
    return { x: sums[0] + sums[1], y: sums[2] + sums[3] };
  }
}

/** Two weights of 16 bits in one number, the left pixel's low. */
const upperOf = ({ w00, w01 }: WindowPosition): number => (w00 & 0xffff) | (w01 << 16);
const lowerOf = ({ w10, w11 }: WindowPosition): number => (w10 & 0xffff) | (w11 << 16);

/** Lays one level out behind the other; gradients begin at even addresses. */
function layOutFrom(start: number): (level: PyramidLevel) => LevelAddresses {
  let free = start;
  const take = (bytes: number) => {
    const at = free;
    free += bytes + (bytes % SLOPE_BYTES);
    return at;
  };
  return ({ pixels: { length } }) => ({
    from: take(length),
    to: take(length),
    dx: take(length * SLOPE_BYTES),
    dy: take(length * SLOPE_BYTES),
  });
}

/** The gradients of a level, 0 in the border. */
function fillGradients({ memory, functions }: SimdEngine, level: PyramidLevel, { from, dx, dy }: LevelAddresses): void {
  const { width, height, stride, pixels } = level;
  const slopes = [dx, dy].map((at) => new Int16Array(memory.buffer, at, pixels.length).fill(0));
  const first = BORDER * stride + BORDER;
  const firstAt = first * SLOPE_BYTES;
  functions.scharr(from + first - stride - 1, dx + firstAt, dy + firstAt, stride, width, height);
  if (width % I16_LANES === 0) return;
  for (let y = 0, end = first + width; y < height; y++, end += stride) {
    for (const values of slopes) values.fill(0, end, end + I16_LANES);
  }
}
