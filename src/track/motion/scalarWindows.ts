/** Windows without vector instructions, for engines that have none. */
import { BORDER, type Pyramid, type PyramidLevel } from './pyramid.js';
import {
  GREY_SHIFT,
  SLOPE_SHIFT,
  startOf,
  WINDOW,
  type Mismatch,
  type Moments,
  type WindowPosition,
  type Windows,
} from './window.js';

const AREA = WINDOW * WINDOW;
const GREY_HALF = 1 << (GREY_SHIFT - 1);
const SLOPE_HALF = 1 << (SLOPE_SHIFT - 1);

/** Products of 32-bit whole numbers: the engine need not provide for fractions or overflow. */
const mul = Math.imul;

/** Gradients along x and y by Scharr's 3-10-3 kernel, 32 times the slope; 0 in the border. */
interface Gradients {
  readonly dx: Int16Array;
  readonly dy: Int16Array;
}

/** See `Windows`. */
export class ScalarWindows implements Windows {
  readonly #gradients: readonly Gradients[];
  readonly #grey = new Int32Array(AREA);
  readonly #dx = new Int32Array(AREA);
  readonly #dy = new Int32Array(AREA);
  readonly #from: Pyramid;
  readonly #to: Pyramid;

  constructor(from: Pyramid, to: Pyramid) {
    this.#from = from;
    this.#to = to;
    this.#gradients = from.map(gradientsOf);
  }

  take(level: number, place: WindowPosition): Moments {
    const { stride, pixels } = this.#from[level];
    const { dx, dy } = this.#gradients[level];
    const { w00, w01, w10, w11 } = place;
    const start = startOf(this.#from[level], place);
    let [xx, xy, yy] = [0, 0, 0];
    for (let row = 0, k = 0; row < WINDOW; row++) {
      let i = start + row * stride;
      let j = i + stride;
      // A row's sums fit 32 bits, the window's do not.
      let [rowXX, rowXY, rowYY] = [0, 0, 0];
      for (const end = k + WINDOW; k < end; k++, i++, j++) {
        const g = mul(w00, pixels[i]) + mul(w01, pixels[i + 1]) + mul(w10, pixels[j]) + mul(w11, pixels[j + 1]);
        const u = mul(w00, dx[i]) + mul(w01, dx[i + 1]) + mul(w10, dx[j]) + mul(w11, dx[j + 1]);
        const v = mul(w00, dy[i]) + mul(w01, dy[i + 1]) + mul(w10, dy[j]) + mul(w11, dy[j + 1]);
        const gx = ((u + SLOPE_HALF) | 0) >> SLOPE_SHIFT;
        const gy = ((v + SLOPE_HALF) | 0) >> SLOPE_SHIFT;
        this.#grey[k] = ((g + GREY_HALF) | 0) >> GREY_SHIFT;
        this.#dx[k] = gx;
        this.#dy[k] = gy;
        rowXX = (rowXX + mul(gx, gx)) | 0;
        rowXY = (rowXY + mul(gx, gy)) | 0;
        rowYY = (rowYY + mul(gy, gy)) | 0;
      }
      xx += rowXX;
      xy += rowXY;
      yy += rowYY;
    }
    return { xx, xy, yy };
  }

  compare(level: number, place: WindowPosition): Mismatch {
    const { stride, pixels } = this.#to[level];
    const { w00, w01, w10, w11 } = place;
    const [grey, dx, dy] = [this.#grey, this.#dx, this.#dy];
    const start = startOf(this.#to[level], place);
    let [x, y] = [0, 0];
    for (let row = 0, k = 0; row < WINDOW; row++) {
      let i = start + row * stride;
      let j = i + stride;
      let upper = pixels[i];
      let lower = pixels[j];
      // A row's sums fit 32 bits, the window's do not.
      let [rowX, rowY] = [0, 0];
      for (const end = k + WINDOW; k < end; k++) {
        const nextUpper = pixels[++i];
        const nextLower = pixels[++j];
        const sum = mul(w00, upper) + mul(w01, nextUpper) + mul(w10, lower) + mul(w11, nextLower);
        const difference = (((sum + GREY_HALF) | 0) >> GREY_SHIFT) - grey[k];
        rowX = (rowX + mul(difference, dx[k])) | 0;
        rowY = (rowY + mul(difference, dy[k])) | 0;
        upper = nextUpper;
        lower = nextLower;
      }
      x += rowX;
      y += rowY;
    }
    return { x, y };
  }
}

function gradientsOf({ width, height, stride, pixels }: PyramidLevel): Gradients {
  const dx = new Int16Array(pixels.length);
  const dy = new Int16Array(pixels.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0, i = (y + BORDER) * stride + BORDER; x < width; x++, i++) {
      const up = i - stride;
      const down = i + stride;
      const rising = pixels[up + 1] - pixels[down - 1];
      const falling = pixels[down + 1] - pixels[up - 1];
      dx[i] = 3 * (rising + falling) + 10 * (pixels[i + 1] - pixels[i - 1]);
      dy[i] = 3 * (falling - rising) + 10 * (pixels[down] - pixels[up]);
    }
  }
  return { dx, dy };
}
