/** Checkpoints without values, for tests that look at names and shapes only. */
import type { Architecture } from '../../src/model/architecture.js';
import { expectedTensors } from '../../src/model/convSpecs.js';
import type { WeightTensor } from '../../src/weights/tensor.js';

/** A tensor of this shape whose values must not be asked for. */
export function shapeOnly(shape: readonly number[]): WeightTensor {
  return {
    dtype: 'float16',
    shape,
    toFloat32: () => {
      throw new Error('this tensor has no values');
    },
  };
}

/** Every tensor of an architecture, by name and shape. */
export function shapesOf(architecture: Architecture): Map<string, WeightTensor> {
  return new Map([...expectedTensors(architecture)].map(([name, shape]) => [name, shapeOnly(shape)]));
}
