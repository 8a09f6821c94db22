/** The masks of one image's objects, with what people want from one. */
import { boundingBox } from '../mask/setOps.js';
import type { Mask } from '../mask/mask.js';
import { toNormalisedPolygons, toPolygons } from '../mask/polygons.js';
import type { NormalisedPolygon, Polygon, PolygonOptions } from '../mask/polygons.js';
import { encodeRle } from '../mask/rle.js';
import type { Rle } from '../mask/rleCounts.js';
import { requireNumber } from '../options/requireKind.js';
import { DISPLAY, INSPECT, type DisplayData } from '../options/show.js';
import { checkIndex } from './indices.js';
import type { Xyxy } from './boxes.js';

/** One object's mask. All coordinates are pixels of the mask's grid (the original image unless stated by the mask). */
export class ObjectMask {
  constructor(
    /** The packed bits. */
    readonly mask: Mask,
  ) {}

  get width(): number {
    return this.mask.gridWidth;
  }

  get height(): number {
    return this.mask.gridHeight;
  }

  /** Number of pixels inside. */
  get area(): number {
    return this.mask.area;
  }

  /** The smallest box around the mask's pixels, right and bottom exclusive; all 0 for an empty mask. */
  get bbox(): Xyxy {
    return boundingBox(this.mask);
  }

  /** Whether the pixel at column x, row y is inside. @throws FastSAMError `INVALID_ARGUMENT` for what are no numbers. */
  has(x: number, y: number): boolean {
    requireNumber('x', x);
    requireNumber('y', y);
    return this.mask.has(Math.floor(x), Math.floor(y));
  }

  /** `{ size: [height, width], counts }` as pycocotools writes it. */
  toRle(): Rle {
    return encodeRle(this.mask);
  }

  /** Outlines with their holes, through the centres of border pixels or along the corners of pixels. */
  toPolygons(options: PolygonOptions = {}): Polygon[] {
    return toPolygons(this.mask, options);
  }

  /** The same in parts of the image, 0 … 1. */
  toNormalisedPolygons(options: PolygonOptions = {}): NormalisedPolygon[] {
    return toNormalisedPolygons(this.mask, options);
  }

  /** `height * width` bytes, 0 or 1, row by row. */
  toBitmap(): Uint8Array {
    return this.mask.toBitmap();
  }

  /** One line for `console.log` and a REPL. */
  [INSPECT](): string {
    return `Object${this.mask[INSPECT]()}, box [${this.bbox.join(', ')}]`;
  }

  /** The picture that a notebook shows. */
  [DISPLAY](): DisplayData {
    return { ...this.mask[DISPLAY](), 'text/plain': this[INSPECT]() };
  }
}

/** Masks in the order of the objects. */
export class Masks implements Iterable<ObjectMask> {
  constructor(
    /** The packed masks. */
    readonly list: readonly Mask[],
  ) {}

  get length(): number {
    return this.list.length;
  }

  /**
   * One mask; negative indices count from the end.
   * @throws FastSAMError `INVALID_ARGUMENT` where there is no mask.
   */
  at(index: number): ObjectMask {
    return new ObjectMask(this.list[checkIndex('mask', index, this.length)]);
  }

  /** The masks in the order of the objects. */
  *[Symbol.iterator](): IterableIterator<ObjectMask> {
    for (const mask of this.list) yield new ObjectMask(mask);
  }

  /** One line for `console.log` and a REPL. */
  [INSPECT](): string {
    return `Masks: ${this.length}`;
  }
}
