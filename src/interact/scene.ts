/** The objects of an image as a pointer meets them. */
import { invalidArgument } from '../errors.js';
import { requireMasks, type Mask } from '../mask/mask.js';
import { paintOrder } from '../mask/paintOrder.js';
import { requireObject } from '../options/requireKind.js';
import type { Results } from '../results/results.js';

/**
 * Checks what this room needs of results. Not their class, which would bring all that results can do.
 * @throws FastSAMError `INVALID_ARGUMENT`
 */
export function requireResults(what: string, value: unknown): asserts value is Results {
  const expected = 'Results, as segment gives them';
  requireObject(what, value, expected);
  requireObject(what, value.image, expected);
  requireMasks(what, value.imageMasks);
}

/** Results with look-ups by pixel. They are never changed. */
export class Scene {
  /** On the image's grid. */
  readonly masks: readonly Mask[];
  readonly width: number;
  readonly height: number;
  /** Indices of the masks, smallest first; of equal areas the one listed first, as `labelMap` has it. */
  readonly #smallestFirst: readonly number[];
  #labels: Uint16Array | undefined;

  /** @throws FastSAMError `INVALID_ARGUMENT` for what is no results. */
  constructor(readonly results: Results) {
    requireResults('scene', results);
    this.masks = results.imageMasks;
    this.width = results.image.width;
    this.height = results.image.height;
    this.#smallestFirst = paintOrder(this.masks).reverse();
  }

  /** Which object each pixel shows; see `Results.labelMap`. Made at its first use and kept. */
  get labels(): Uint16Array {
    this.#labels ??= this.results.labelMap();
    return this.#labels;
  }

  /** Frees the label map; it is made again when somebody asks. */
  forgetLabels(): void {
    this.#labels = undefined;
  }

  /** Whether a place lies in the image. */
  holds(x: number, y: number): boolean {
    return x >= 0 && y >= 0 && x < this.width && y < this.height;
  }

  /**
   * Writes the objects at a place into a list, smallest first. A look at one bit of each mask whose window holds the pixel:
   * no allocation, microseconds for hundreds of masks.
   * @param into with room for every object.
   * @returns how many there are.
   */
  stackAt(x: number, y: number, into: Int32Array): number {
    const column = Math.floor(x);
    const row = Math.floor(y);
    let n = 0;
    for (const i of this.#smallestFirst) if (this.masks[i].has(column, row)) into[n++] = i;
    return n;
  }

  /** The objects at a place as a list of its own. */
  objectsAt(x: number, y: number): readonly number[] {
    const into = new Int32Array(this.masks.length);
    return Array.from(into.subarray(0, this.stackAt(x, y, into)));
  }

  /** @throws FastSAMError `INVALID_ARGUMENT` for results of an image of another size */
  requireSameImage(what: string, { image }: Results): void {
    if (image.width === this.width && image.height === this.height) return;
    throw invalidArgument(
      `${what}: got results of an image of ${image.width} x ${image.height} pixels, expected ${this.width} x ${this.height}; ` +
        'make a new Interaction for another image',
    );
  }
}
