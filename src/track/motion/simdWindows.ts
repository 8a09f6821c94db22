/** Windows in WebAssembly with vector instructions; both pyramids are copied into its memory. */
import { BORDER, type Pyramid, type PyramidLevel } from './pyramid.js';
import { reserve, vectorEngine, type VectorEngine } from './wasmEngine.js';
import { LANES, IMAGES_AT, SUMS_AT } from './windowWasm.js';
import { startOf, type Mismatch, type Moments, type WindowPlace, type Windows } from './window.js';

const SLOPE_BYTES = 2;
/** Windows are read in whole vectors: so much is read beyond the last one. */
const SLACK_BYTES = 64;

/** Addresses of one level of both images, and of the first one's gradients. */
interface LevelPlace {
  readonly from: number;
  readonly to: number;
  readonly dx: number;
  readonly dy: number;
}

/** See `Windows`. Usable until the engine's memory is used for something else. */
export class VectorWindows implements Windows {
  readonly #engine: VectorEngine;
  readonly #places: readonly LevelPlace[];
  readonly #sums: Float64Array;

  /** @returns undefined where there is no WebAssembly with vector instructions. */
  static make(from: Pyramid, to: Pyramid): VectorWindows | undefined {
    const engine = vectorEngine();
    return engine ? new VectorWindows(engine, from, to) : undefined;
  }

  private constructor(
    engine: VectorEngine,
    private readonly from: Pyramid,
    private readonly to: Pyramid,
  ) {
    this.#engine = engine;
    this.#places = from.map(placesBehind(IMAGES_AT));
    const last = from[from.length - 1];
    reserve(engine, this.#places[from.length - 1].dy + last.pixels.length * SLOPE_BYTES + SLACK_BYTES);
    this.#sums = new Float64Array(engine.memory.buffer, SUMS_AT, 6);
    this.#places.forEach((place, i) => {
      new Uint8Array(engine.memory.buffer).set(from[i].pixels, place.from);
      new Uint8Array(engine.memory.buffer).set(to[i].pixels, place.to);
      fillGradients(engine, from[i], place);
    });
  }

  take(level: number, place: WindowPlace): Moments {
    const { from, dx, dy } = this.#places[level];
    const start = startOf(this.from[level], place);
    const slopes = start * SLOPE_BYTES;
    const { stride } = this.from[level];
    this.#engine.functions.take(from + start, dx + slopes, dy + slopes, stride, upperOf(place), lowerOf(place));
    const sums = this.#sums;
    return { xx: sums[0] + sums[1], xy: sums[2] + sums[3], yy: sums[4] + sums[5] };
  }

  compare(level: number, place: WindowPlace): Mismatch {
    const start = this.#places[level].to + startOf(this.to[level], place);
    this.#engine.functions.compare(start, this.to[level].stride, upperOf(place), lowerOf(place));
    const sums = this.#sums;
    return { x: sums[0] + sums[1], y: sums[2] + sums[3] };
  }
}

/** Two weights of 16 bits in one number, the left pixel's low. */
const upperOf = ({ w00, w01 }: WindowPlace): number => (w00 & 0xffff) | (w01 << 16);
const lowerOf = ({ w10, w11 }: WindowPlace): number => (w10 & 0xffff) | (w11 << 16);

/** Lays one level out behind the other; gradients begin at even addresses. */
function placesBehind(start: number): (level: PyramidLevel) => LevelPlace {
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
function fillGradients({ memory, functions }: VectorEngine, level: PyramidLevel, { from, dx, dy }: LevelPlace): void {
  const { width, height, stride, pixels } = level;
  const slopes = [dx, dy].map((at) => new Int16Array(memory.buffer, at, pixels.length).fill(0));
  const first = BORDER * stride + BORDER;
  const firstAt = first * SLOPE_BYTES;
  functions.scharr(from + first - stride - 1, dx + firstAt, dy + firstAt, stride, width, height);
  if (width % LANES === 0) return;
  for (let y = 0, end = first + width; y < height; y++, end += stride) {
    for (const values of slopes) values.fill(0, end, end + LANES);
  }
}
