/** Element types: sizes, and conversion of little-endian bytes to and from float32. */
import { halfToFloat } from '../geometry/half.js';
import type { WeightDtype } from './tensor.js';

/** Bytes of one element. */
export const DTYPE_BYTES: Readonly<Record<WeightDtype, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint64: 8,
  uint32: 4,
  uint16: 2,
  uint8: 1,
  bool: 1,
};

const TWO_POW_32 = 4294967296;

const floatScratch = new Float32Array(1);
const bitScratch = new Uint32Array(floatScratch.buffer);

let halfTable: Float32Array | undefined;

/** All 65,536 half values as float32 (256 KB), made at first use, so that decoding is one look-up an element. */
function halfValues(): Float32Array {
  halfTable ??= Float32Array.from({ length: 65536 }, (_, bits) => halfToFloat(bits));
  return halfTable;
}

/** Reads element `index` (counted in elements from the start of the bytes) as a number. */
export type ElementReader = (index: number) => number;

/** A reader of single elements for any dtype; `bytes` are little-endian and need no alignment. */
export function elementReader(dtype: WeightDtype, bytes: Uint8Array): ElementReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (dtype) {
    case 'float64':
      return (i) => view.getFloat64(i * 8, true);
    case 'float32':
      return (i) => view.getFloat32(i * 4, true);
    case 'float16': {
      const table = halfValues();
      return (i) => table[view.getUint16(i * 2, true)];
    }
    case 'bfloat16':
      return (i) => {
        bitScratch[0] = view.getUint16(i * 2, true) << 16;
        return floatScratch[0];
      };
    case 'int64':
      return (i) => view.getInt32(i * 8 + 4, true) * TWO_POW_32 + view.getUint32(i * 8, true);
    case 'uint64':
      return (i) => view.getUint32(i * 8 + 4, true) * TWO_POW_32 + view.getUint32(i * 8, true);
    case 'int32':
      return (i) => view.getInt32(i * 4, true);
    case 'uint32':
      return (i) => view.getUint32(i * 4, true);
    case 'int16':
      return (i) => view.getInt16(i * 2, true);
    case 'uint16':
      return (i) => view.getUint16(i * 2, true);
    case 'int8':
      return (i) => view.getInt8(i);
    case 'uint8':
      return (i) => view.getUint8(i);
    case 'bool':
      return (i) => (view.getUint8(i) === 0 ? 0 : 1);
  }
}

/**
 * `count` contiguous elements as float32. Aligned float32 comes back as a view of `bytes`, everything else as a copy.
 * @param bytes little-endian, at least `count` elements long.
 */
export function decodeToFloat32(dtype: WeightDtype, bytes: Uint8Array, count: number): Float32Array {
  if (count === 0) return new Float32Array(0);
  if (dtype === 'float32') {
    const aligned = bytes.byteOffset % 4 === 0 ? bytes : copyOf(bytes.subarray(0, count * 4));
    return new Float32Array(aligned.buffer, aligned.byteOffset, count);
  }
  const out = new Float32Array(count);
  if (dtype === 'float16' || dtype === 'bfloat16') {
    const aligned = bytes.byteOffset % 2 === 0 ? bytes : copyOf(bytes.subarray(0, count * 2));
    const halves = new Uint16Array(aligned.buffer, aligned.byteOffset, count);
    if (dtype === 'float16') {
      const table = halfValues();
      for (let i = 0; i < count; i++) out[i] = table[halves[i]];
    } else {
      const bits = new Uint32Array(out.buffer);
      for (let i = 0; i < count; i++) bits[i] = halves[i] << 16;
    }
    return out;
  }
  const read = elementReader(dtype, bytes);
  for (let i = 0; i < count; i++) out[i] = read(i);
  return out;
}

/** A copy in memory of its own; `slice` of a Node Buffer would be a view. */
function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

/** A copy with the bytes of each element reversed: big-endian storages become little-endian ones. */
export function swapBytes(bytes: Uint8Array, itemBytes: number): Uint8Array {
  const out = copyOf(bytes);
  if (itemBytes === 1) return out;
  for (let start = 0; start + itemBytes <= out.length; start += itemBytes) {
    out.subarray(start, start + itemBytes).reverse();
  }
  return out;
}
