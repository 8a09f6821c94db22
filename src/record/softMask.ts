/** A mask before it is cut at one half. */
import { prototypeLogits, requireMaskInputs } from './maskLogits.js';
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
  const { data, ...size } = prototypeLogits(requireMaskInputs('probabilities', inputs), row);
  return { ...size, data: data.map((logit) => 1 / (1 + Math.exp(-logit))) };
}
