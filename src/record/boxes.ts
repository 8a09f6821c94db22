/** The detector's boxes of one image, in the forms that people use. */
import { INSPECT } from '../options/show.js';
import { checkIndex } from './indices.js';

/** Left, top, right, bottom in pixels. */
export type Xyxy = readonly [x1: number, y1: number, x2: number, y2: number];

/**
 * Boxes in pixels of the original image, in the order of the objects. All columns are float32, four numbers a box.
 * The names are those of Ultralytics' `Boxes`.
 */
export class Boxes implements Iterable<Xyxy> {
  /**
   * @param xyxy `n * 4`: left, top, right, bottom.
   * @param imageWidth, imageHeight the original image, for the normalised forms.
   */
  constructor(
    readonly xyxy: Float32Array,
    readonly imageWidth: number,
    readonly imageHeight: number,
  ) {}

  get length(): number {
    return this.xyxy.length / 4;
  }

  /** Centre x, centre y, width, height in pixels. */
  get xywh(): Float32Array {
    const out = new Float32Array(this.xyxy.length);
    for (let p = 0; p < out.length; p += 4) {
      const [x1, y1, x2, y2] = this.xyxy.subarray(p, p + 4);
      out.set([(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1], p);
    }
    return out;
  }

  /** `xyxy` with x divided by the image's width and y by its height. */
  get xyxyn(): Float32Array {
    return this.#normalise(this.xyxy);
  }

  /** `xywh` divided in the same way. */
  get xywhn(): Float32Array {
    return this.#normalise(this.xywh);
  }

  /**
   * One box; negative indices count from the end.
   * @throws FastSAMError `INVALID_ARGUMENT` where there is no box.
   */
  at(index: number): Xyxy {
    const p = 4 * checkIndex('box', index, this.length);
    return [this.xyxy[p], this.xyxy[p + 1], this.xyxy[p + 2], this.xyxy[p + 3]];
  }

  /** The boxes in the order of the objects. */
  *[Symbol.iterator](): IterableIterator<Xyxy> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }

  /** One line for `console.log` and a REPL. */
  [INSPECT](): string {
    return `Boxes: ${this.length} in ${this.imageWidth} x ${this.imageHeight} pixels`;
  }

  #normalise(pixels: Float32Array): Float32Array {
    return pixels.map((v, i) => v / (i % 2 === 0 ? this.imageWidth : this.imageHeight));
  }
}
