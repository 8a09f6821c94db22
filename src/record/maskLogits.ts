/** The logits of masks: prototypes times coefficients. */
import { invalidArgument } from '../errors.js';
import type { Rect } from '../geometry/rect.js';
import type { MaskInputs } from './record.js';

/** Logits of one object, not cropped by its box; above 0 is inside. */
export interface MaskLogits {
  /** float32 `height * width`, row by row. */
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** @throws FastSAMError `INVALID_ARGUMENT` naming what wanted them, if the prototypes were not kept. */
export function requireMaskInputs(what: string, inputs: MaskInputs | undefined): MaskInputs {
  if (inputs) return inputs;
  throw invalidArgument(`${what}: got results without prototypes, expected some that kept them`);
}

/**
 * The logits of an object in a window of the prototype grid.
 * @param row the object's row of the coefficients.
 * @returns `window.height * window.width`, row by row.
 */
export function logitsIn({ prototypes, coefficients, width, height }: MaskInputs, row: number, w: Rect): Float32Array {
  const k = prototypes.length / (width * height);
  const c = coefficients.subarray(row * k, (row + 1) * k);
  const out = new Float32Array(w.width * w.height);
  for (let y = 0, i = 0; y < w.height; y++) {
    let p = ((w.y + y) * width + w.x) * k;
    for (let x = 0; x < w.width; x++, i++) {
      let logit = 0;
      for (let j = 0; j < k; j++, p++) logit += prototypes[p] * c[j];
      out[i] = logit;
    }
  }
  return out;
}

/** The logits of an object on the whole prototype grid. */
export function prototypeLogits(inputs: MaskInputs, row: number): MaskLogits {
  const { width, height } = inputs;
  return { data: logitsIn(inputs, row, { x: 0, y: 0, width, height }), width, height };
}
