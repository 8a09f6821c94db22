/** Arrays and tensors in files for other programs, by the file's ending. */
import { invalidArgument } from '../errors.js';
import { requireText } from '../options/requireKind.js';
import { plural, showValue } from '../options/showValue.js';
import { platform } from '../platform/platform.js';
import type { WeightTensor } from './tensor.js';
import type { GivenArray } from './writeNpy.js';

/** The part of `tf.Tensor` that is used. */
export interface ArrayTensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  /** Its values, row by row. */
  data(): Promise<Float32Array | Int32Array | Uint8Array>;
}

/** What can be saved: tensors of TensorFlow.js (they stay the caller's), arrays, tensors of a state dict. */
export type SavableArray = ArrayTensor | GivenArray | WeightTensor;

/** Arrays by their names. */
export type SavableArrays = Readonly<Record<string, SavableArray>> | ReadonlyMap<string, SavableArray>;

/**
 * Writes arrays: `.npy` takes one, `.npz` and `.safetensors` any number by their names. safetensors hold them as float32.
 * @throws FastSAMError `INVALID_ARGUMENT` for another ending, more or fewer than one array in a `.npy`, and what is none;
 *   `WRITE_FAILED`.
 *
 * @example
 * await saveArrays('layers.npz', await model.activations('street.jpg', ['model.9', 'model.15']));
 */
export async function saveArrays(path: string, arrays: SavableArray | SavableArrays): Promise<void> {
  requireText('saveArrays: path', path);
  const ending = /\.(npy|npz|safetensors)$/.exec(path)?.[1];
  if (ending === undefined) {
    throw invalidArgument(
      `saveArrays: got ${showValue(path)}, expected a path that ends in .npy, .npz or .safetensors`,
    );
  }
  const named = await namedArrays(arrays);
  await platform().writeFileAtomic(path, await ENCODERS[ending](named));
}

const ENCODERS: Readonly<Record<string, (named: ReadonlyMap<string, GivenArray>) => Promise<Uint8Array>>> = {
  npy: async (named) => {
    const [array, ...others] = named.values();
    if (named.size !== 1 || others.length > 0) {
      throw invalidArgument(
        `saveArrays: got ${plural(named.size, 'array')} for a .npy file, expected one; write a .npz`,
      );
    }
    return (await import('./writeNpy.js')).writeNpy(array);
  },
  npz: async (named) => (await import('./writeNpy.js')).writeNpz(named),
  safetensors: async (named) => {
    const { writeSafetensors } = await import('./writeSafetensors.js');
    return writeSafetensors(new Map([...named].map(([name, array]) => [name, float32Of(array)])));
  },
};

function float32Of({ shape, data }: GivenArray): WeightTensor {
  const values = data instanceof Float32Array ? data : Float32Array.from(data, Number);
  return { dtype: 'float32', shape, toFloat32: () => values };
}

async function namedArrays(arrays: SavableArray | SavableArrays): Promise<ReadonlyMap<string, GivenArray>> {
  if (arrays instanceof Map) return allOf([...(arrays as ReadonlyMap<string, SavableArray>)]);
  if (typeof arrays !== 'object' || (arrays as unknown) === null) {
    throw invalidArgument(`saveArrays: got ${showValue(arrays)}, expected a tensor, or arrays by their names`);
  }
  return isArray(arrays) ? allOf([['array', arrays]]) : allOf(Object.entries(arrays as Record<string, SavableArray>));
}

async function allOf(entries: readonly (readonly [string, SavableArray])[]): Promise<ReadonlyMap<string, GivenArray>> {
  return new Map(await Promise.all(entries.map(async ([name, array]) => [name, await arrayOf(name, array)] as const)));
}

const isArray = (value: object): value is SavableArray => 'shape' in value && Array.isArray(value.shape);

const isTensor = (array: ArrayTensor | GivenArray): array is ArrayTensor => typeof array.data === 'function';

async function arrayOf(name: string, array: SavableArray): Promise<GivenArray> {
  if (typeof array !== 'object' || (array as unknown) === null || !isArray(array)) {
    throw invalidArgument(`saveArrays: ${name}: got ${showValue(array)}, expected a tensor or { shape, data }`);
  }
  const { shape } = array;
  if ('toFloat32' in array) return { shape, data: array.toFloat32() };
  if (!isTensor(array)) return array;
  const data = await array.data();
  return { shape, data, ...(array.dtype === 'bool' && { dtype: 'bool' }) };
}
