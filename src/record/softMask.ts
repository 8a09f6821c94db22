/** A mask before it is cut at one half. */
import { invalidArgument } from '../errors.js';
import type { MaskInputs } from './record.js';

/** Probabilities on the prototypes' grid: a quarter of the network input, its letterbox border included. */
export interface SoftMask {
  /** float32 `height * width`, row by row, 0 … 1. */
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/**
 * sigmoid(P Cᵀ) of one object (FastSAM paper section 3.2; YOLACT), before it is cropped to its box.
 * @param row the object's row of the coefficients.
 * @throws FastSAMError `INVALID_ARGUMENT` if the prototypes were not kept.
 */
export function softMask(inputs: MaskInputs | undefined, row: number): SoftMask {
  if (!inputs) {
    throw invalidArgument('probabilities: got results without prototypes, expected some that kept them');
  }
  const { prototypes, coefficients, width, height } = inputs;
  const k = prototypes.length / (width * height);
  const c = coefficients.subarray(row * k, (row + 1) * k);
  const data = new Float32Array(width * height);
  for (let i = 0, p = 0; i < data.length; i++) {
    let logit = 0;
    for (let j = 0; j < k; j++, p++) logit += prototypes[p] * c[j];
    data[i] = 1 / (1 + Math.exp(-logit));
  }
  return { data, width, height };
}
