/** Whether half precision holds a network's weights. */
import { invalidArgument } from '../errors.js';
import { ROUNDS_TO_INFINITY } from '../geometry/half.js';
import type { Network } from './network.js';

/**
 * @param what is narrowed, for messages: `precision fp16`.
 * @throws FastSAMError `INVALID_ARGUMENT` that names a weight which would become infinite.
 */
export async function requireHalfRange({ model }: Network, what: string): Promise<void> {
  for (const weight of model.weights) {
    const values = (await weight.read().data()) as Float32Array;
    const wrong = values.findIndex((value) => Math.abs(value) >= ROUNDS_TO_INFINITY);
    if (wrong < 0) continue;
    throw invalidArgument(
      `${what}: got ${values[wrong]} in ${weight.originalName}, expected weights below ${ROUNDS_TO_INFINITY}, which half ` +
        'precision holds; use full precision (fp32, no half)',
    );
  }
}
