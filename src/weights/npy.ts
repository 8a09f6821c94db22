/**
 * NumPy's `.npy` files (NEP 1; versions 1.0 to 3.0): numbers and booleans in either byte order and either memory order.
 * Files are untrusted: what would need pickle or more memory than the file has bytes is refused.
 */
import { requireBytes } from '../options/requireKind.js';
import { ByteView, invalid, unsupported } from './byteView.js';
import { elementReader, swapBytes } from './dtype.js';
import { eachElement } from './stridedTensor.js';
import { elementCount, type WeightDtype } from './tensor.js';

/** Element types of arrays. */
export type NpyDtype = Exclude<WeightDtype, 'bfloat16'>;

/** Values of an array: `float16` are read as float32, `bool` as bytes 0 and 1. */
export type NpyData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** An array of a file. */
export interface NpyArray {
  /** As in the file. */
  readonly dtype: NpyDtype;
  /** Sizes, outermost first; [] is a scalar. */
  readonly shape: readonly number[];
  /** Row-major, whatever the file's order. */
  readonly data: NpyData;
}

/** How elements are stored and what they become. */
export interface NpyKind {
  readonly dtype: NpyDtype;
  readonly bytes: number;
  readonly make: (buffer: ArrayBuffer) => NpyData;
}

/** By NumPy's kind and size. */
export const NPY_KINDS: Readonly<Record<string, NpyKind | undefined>> = {
  f2: { dtype: 'float16', bytes: 2, make: (buffer) => new Uint16Array(buffer) },
  f4: { dtype: 'float32', bytes: 4, make: (buffer) => new Float32Array(buffer) },
  f8: { dtype: 'float64', bytes: 8, make: (buffer) => new Float64Array(buffer) },
  i1: { dtype: 'int8', bytes: 1, make: (buffer) => new Int8Array(buffer) },
  i2: { dtype: 'int16', bytes: 2, make: (buffer) => new Int16Array(buffer) },
  i4: { dtype: 'int32', bytes: 4, make: (buffer) => new Int32Array(buffer) },
  i8: { dtype: 'int64', bytes: 8, make: (buffer) => new BigInt64Array(buffer) },
  u1: { dtype: 'uint8', bytes: 1, make: (buffer) => new Uint8Array(buffer) },
  u2: { dtype: 'uint16', bytes: 2, make: (buffer) => new Uint16Array(buffer) },
  u4: { dtype: 'uint32', bytes: 4, make: (buffer) => new Uint32Array(buffer) },
  u8: { dtype: 'uint64', bytes: 8, make: (buffer) => new BigUint64Array(buffer) },
  b1: { dtype: 'bool', bytes: 1, make: (buffer) => new Uint8Array(buffer) },
};

/** First bytes of every file. */
export const NPY_MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;
/** NumPy itself takes at most 64 axes. */
const MAX_DIMENSIONS = 64;
const MAX_HEADER_BYTES = 64 * 1024;

/**
 * Reads a file.
 * @throws FastSAMError `INVALID_CHECKPOINT` for bytes that are no whole array; `UNSUPPORTED_CHECKPOINT` for objects,
 *   records, texts and complex numbers; `INVALID_ARGUMENT` for what are no bytes.
 */
export function readNpy(bytes: Uint8Array): NpyArray {
  requireBytes('npy file', bytes);
  const file = new ByteView(bytes, 'npy file');
  if (!NPY_MAGIC.every((byte, i) => bytes[i] === byte)) {
    throw invalid('npy file: got other first bytes than \\x93NUMPY; give what numpy.save wrote');
  }
  const [version] = file.slice(6, 2);
  if (version < 1 || version > 3) throw unsupported(`npy file: got version ${version}, expected 1 to 3; save it again`);
  const start = version === 1 ? 10 : 12;
  const headerBytes = version === 1 ? file.u16(8) : file.u32(8);
  if (headerBytes > MAX_HEADER_BYTES) {
    throw invalid(`npy header: got ${headerBytes} bytes, expected at most ${MAX_HEADER_BYTES}; refused`);
  }
  const header = parseHeader(new TextDecoder().decode(file.slice(start, headerBytes)));
  const { kind, shape } = header;
  const size = elementCount(shape) * kind.bytes;
  const got = bytes.length - start - headerBytes;
  if (size !== got) {
    throw invalid(
      `npy file: got ${got} bytes of data, expected ${size} for shape [${shape.join(', ')}]; the file is damaged, get it again`,
    );
  }
  const stored = bytes.subarray(start + headerBytes);
  const values = valuesOf(kind, new Uint8Array(header.bigEndian ? swapBytes(stored, kind.bytes) : stored));
  return { dtype: kind.dtype, shape, data: header.fortranOrder ? toRowMajor(values, shape) : values };
}

interface Header {
  readonly kind: NpyKind;
  readonly bigEndian: boolean;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

const DESCR = /'descr'\s*:\s*'([^']*)'/;
const ORDER = /'fortran_order'\s*:\s*(True|False)/;
const SHAPE = /'shape'\s*:\s*\(([\d,\s]*)\)/;

/** The header is a Python dict of three entries; nothing is evaluated. */
function parseHeader(text: string): Header {
  const [descr, order, shape] = [DESCR, ORDER, SHAPE].map((pattern) => pattern.exec(text)?.[1]);
  if (/'descr'\s*:\s*\[/.test(text))
    throw unsupported('npy file: got records, expected numbers; save each field alone');
  const rest = [DESCR, ORDER, SHAPE].reduce((left, pattern) => left.replace(pattern, ''), text);
  if (descr === undefined || order === undefined || shape === undefined || !/^\s*\{[\s,]*\}\s*$/.test(rest)) {
    throw invalid('npy header: got no dict of descr, fortran_order and shape; the file is damaged, get it again');
  }
  const [, byteOrder, name] = /^([<>|=])(.*)$/.exec(descr) ?? ['', '', descr];
  const kind = Object.hasOwn(NPY_KINDS, name) ? NPY_KINDS[name] : undefined;
  if (!kind) {
    throw unsupported(
      `npy file: got the type ${JSON.stringify(descr.slice(0, 20))}, expected numbers or booleans; convert it with astype`,
    );
  }
  const sizes = shape.split(',').map((size) => size.trim());
  const counts = sizes.filter((size) => size !== '').map(Number);
  if (counts.length > MAX_DIMENSIONS || !counts.every(Number.isSafeInteger) || sizes.slice(0, -1).includes('')) {
    throw invalid(
      `npy header: got the shape (${shape.slice(0, 60)}), expected at most ${MAX_DIMENSIONS} counts; refused`,
    );
  }
  return { kind, bigEndian: byteOrder === '>', fortranOrder: order === 'True', shape: counts };
}

function valuesOf(kind: NpyKind, bytes: Uint8Array<ArrayBuffer>): NpyData {
  if (kind.dtype !== 'float16') return kind.make(bytes.buffer);
  const read = elementReader('float16', bytes);
  return Float32Array.from({ length: bytes.length / kind.bytes }, (_, i) => read(i));
}

/** From column-major: the first index runs fastest. */
function toRowMajor(values: NpyData, shape: readonly number[]): NpyData {
  const out = values.slice();
  let stride = 1;
  const strides = shape.map((size) => (stride *= size) / size);
  eachElement(values.length, shape, strides, (to, from) => {
    out[to] = values[from];
  });
  return out;
}
