/** Writing of NumPy's `.npy` and `.npz` files, little-endian and row-major. */
import { invalidArgument } from '../errors.js';
import { requireObject } from '../options/requireKind.js';
import { showValue } from '../options/showValue.js';
import { NPY_KINDS, NPY_MAGIC, type NpyData } from './npy.js';
import { elementCount } from './tensor.js';
import { writeZip } from './writeZip.js';

/** An array to write. */
export interface GivenArray {
  readonly shape: readonly number[];
  /** Row-major. Its class gives the element type. */
  readonly data: NpyData;
  /** `bool`: bytes 0 and 1 are written as booleans. Else the type of `data`. */
  readonly dtype?: string;
}

/** NumPy's names by the class of an array. */
const NAMES: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [Float32Array, 'f4'],
  [Float64Array, 'f8'],
  [Int8Array, 'i1'],
  [Int16Array, 'i2'],
  [Int32Array, 'i4'],
  [BigInt64Array, 'i8'],
  [Uint8Array, 'u1'],
  [Uint16Array, 'u2'],
  [Uint32Array, 'u4'],
  [BigUint64Array, 'u8'],
]);

/** Data begins at a multiple of this, as NumPy has it. */
const ALIGNMENT = 64;
const PREFIX_BYTES = 10;

/**
 * Encodes an array as a `.npy` file.
 * @throws FastSAMError `INVALID_ARGUMENT` for what is no array, or has more or fewer values than its shape.
 */
export function writeNpy(array: GivenArray): Uint8Array {
  return encode('array', array);
}

/**
 * Encodes arrays as a `.npz` file, stored as `numpy.savez` does. Equal arrays give equal bytes.
 * @throws FastSAMError `INVALID_ARGUMENT`, also for names that are empty or leave the archive.
 */
export function writeNpz(arrays: Readonly<Record<string, GivenArray>> | ReadonlyMap<string, GivenArray>): Uint8Array {
  requireObject('npz', arrays);
  const entries = isMap(arrays) ? [...arrays] : Object.entries(arrays);
  const files = entries.map(([name, array]): [string, Uint8Array] => {
    const isSafe = name !== '' && !name.startsWith('/') && !name.split('/').includes('..') && !/[\\\0]/.test(name);
    if (!isSafe)
      throw invalidArgument(`npz: got the name ${showValue(name)}, expected one without .., \\ and a leading /`);
    return [`${name}.npy`, encode(name, array)];
  });
  return writeZip(files);
}

const isMap = (
  arrays: Readonly<Record<string, GivenArray>> | ReadonlyMap<string, GivenArray>,
): arrays is ReadonlyMap<string, GivenArray> => arrays instanceof Map;

function encode(what: string, array: GivenArray): Uint8Array {
  const { shape, data, dtype } = checked(what, array);
  const kind = dtype === 'bool' && data instanceof Uint8Array ? 'b1' : (NAMES.get(data.constructor) ?? '');
  const order = NPY_KINDS[kind]?.bytes === 1 ? '|' : '<';
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dict = `{'descr': '${order}${kind}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const headerBytes = Math.ceil((PREFIX_BYTES + dict.length + 1) / ALIGNMENT) * ALIGNMENT - PREFIX_BYTES;
  const out = new Uint8Array(PREFIX_BYTES + headerBytes + data.byteLength);
  out.set([...NPY_MAGIC, 1, 0, headerBytes & 0xff, headerBytes >> 8]);
  out.set(new TextEncoder().encode(`${dict.padEnd(headerBytes - 1)}\n`), PREFIX_BYTES);
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), PREFIX_BYTES + headerBytes);
  return out;
}

function checked(what: string, array: unknown): GivenArray {
  const { shape, data, dtype } = (array ?? {}) as Partial<GivenArray>;
  const isShape = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!isShape || data === undefined || !NAMES.has((data as unknown) === null ? null : data.constructor)) {
    throw invalidArgument(`${what}: got ${showValue(array)}, expected { shape, data } with a typed array of numbers`);
  }
  const expected = elementCount(shape);
  if (data.length === expected) return { shape, data, ...(dtype !== undefined && { dtype }) };
  throw invalidArgument(
    `${what}: got ${data.length} values, expected ${expected} for shape [${shape.join(', ')}]; give it its real shape`,
  );
}
