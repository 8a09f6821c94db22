/** Whether weights are numbers that a network can compute with. One of them that is not spoils every result. */
import { invalid } from './byteView.js';

/** Far above what training leaves (statistics reach some 1e6), far below what overflows within a few layers. */
const MOST = 1e10;

/**
 * Values as they are, after a look at each (some 70 ms for the 72 million of YOLOv8x).
 * @param name the tensor's.
 * @throws FastSAMError `INVALID_CHECKPOINT` for NaN, infinities, numbers beyond 1e10, and variances below zero.
 */
export function usableWeights(name: string, values: Float32Array): Float32Array {
  const least = name.endsWith('.running_var') ? 0 : -MOST;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value >= least && value <= MOST) continue;
    const expected = least === 0 ? 'variances from 0' : `numbers from ${-MOST}`;
    throw invalid(
      `tensor ${name}: got ${value} at ${i}, expected ${expected} to ${MOST}; the file is damaged or its training ` +
        'diverged, use another checkpoint',
    );
  }
  return values;
}
