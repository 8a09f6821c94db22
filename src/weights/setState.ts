/** Tensors put into a state dict: checked by name and shape. */
import { FastSAMError, invalidArgument } from '../errors.js';
import { nearestNames } from '../options/names.js';
import { requireObject } from '../options/requireKind.js';
import { showValue } from '../options/showValue.js';
import { stateTensor, type StateTensor } from './state.js';
import { elementCount, type StateDict, type WeightTensor } from './tensor.js';

/** What may be set: a tensor of a state dict or of a checkpoint, or a shape with its values. */
export type GivenTensor = WeightTensor | { readonly shape: readonly number[]; readonly values: Float32Array };

/** Tensors to set, by name. */
export type GivenTensors = ReadonlyMap<string, GivenTensor> | Readonly<Record<string, GivenTensor>>;

/**
 * The tensors with some of them replaced by copies of what is given.
 * @throws FastSAMError `UNKNOWN_NAME` for a name that is not there; `CHECKPOINT_MISMATCH` for another shape;
 *   `INVALID_ARGUMENT` for what is no tensor, or has more or fewer values than its shape.
 */
export function withTensors(tensors: StateDict, given: GivenTensors): StateDict {
  const merged = new Map(tensors);
  for (const [name, tensor] of entriesOf(given)) {
    const old = tensors.get(name);
    if (!old) throw unknown(name, tensors);
    merged.set(name, checked(name, tensor, old.shape));
  }
  return merged;
}

/**
 * Shapes, and copies of the values, by name: as plain data.
 * @throws FastSAMError `INVALID_ARGUMENT` for what is no tensor.
 */
export function copyGiven(given: GivenTensors): Map<string, { shape: number[]; values: Float32Array }> {
  const copied = entriesOf(given).map(([name, tensor]): [string, { shape: number[]; values: Float32Array }] => {
    const { shape, values } = valuesOf(name, tensor);
    return [name, { shape: [...shape], values: values.slice() }];
  });
  return new Map(copied);
}

function entriesOf(given: GivenTensors): [string, unknown][] {
  return isMap(given) ? [...given] : Object.entries(object(given));
}

const isMap = (given: unknown): given is ReadonlyMap<string, unknown> => given instanceof Map;

function object(given: unknown): Readonly<Record<string, unknown>> {
  requireObject('weights', given, 'a Map or an object of tensors by name');
  return given;
}

function checked(name: string, given: unknown, expected: readonly number[]): StateTensor {
  const { shape, values } = valuesOf(name, given);
  if (shape.join() !== expected.join()) {
    throw new FastSAMError(
      'CHECKPOINT_MISMATCH',
      `weights: ${name}: got shape [${shape.join(', ')}], expected [${expected.join(', ')}]; keep the shapes of stateDict()`,
    );
  }
  if (values.length !== elementCount(shape)) {
    throw invalidArgument(
      `weights: ${name}: got ${values.length} values, expected ${elementCount(shape)} for shape [${shape.join(', ')}]`,
    );
  }
  return stateTensor(shape, values);
}

function valuesOf(name: string, given: unknown): { shape: readonly number[]; values: Float32Array } {
  const tensor = (given ?? {}) as Partial<StateTensor>;
  const { shape, values } = tensor;
  const found = values ?? tensor.toFloat32?.();
  if (Array.isArray(shape) && found instanceof Float32Array) return { shape, values: found };
  throw invalidArgument(
    `weights: ${name}: got ${showValue(given)}, expected { shape, values: Float32Array } or a tensor of a checkpoint`,
  );
}

function unknown(name: string, tensors: StateDict): FastSAMError {
  const near = nearestNames(name, [...tensors.keys()]);
  const meant = near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'stateDict() has the names';
  return new FastSAMError('UNKNOWN_NAME', `weights: got '${name}', which the network does not have; ${meant}`);
}
