/** Concat and Slice along the last axes as copies of rows; tfjs' wasm backend copies them one by one in JavaScript. */
import { FunctionWriter, I32, V128 } from '../assembler.js';
import * as tf from '../tfjs.js';
import type { Call, KernelPool } from '../wasm/pool.js';
import { COPY_ROWS, FLOAT_BYTES, shares, VECTOR_BYTES, type WasmBackend } from './backend.js';

/**
 * `copyRows(from, fromStep, to, toStep, rowBytes, rows)`: `rows` rows of `rowBytes` bytes, a multiple of 16; steps from one row to
 * the next in bytes.
 */
export function copyRowsFunction(): FunctionWriter {
  const f = new FunctionWriter(6);
  const [from, fromStep, to, toStep, rowBytes, rows] = f.arguments();
  const [row, at] = f.locals(2, I32);
  const value = f.local(V128);
  f.loop(row, 0, rows, 1, () => {
    f.loop(at, 0, rowBytes, VECTOR_BYTES, () => {
      f.total(from, at).loadVector().set(value);
      f.total(to, at).get(value).storeVector();
    });
    f.total(from, fromStep).set(from);
    f.total(to, toStep).set(to);
  });
  return f;
}

/** Copies of rows: addresses and sizes in bytes. */
interface Copy {
  readonly from: number;
  readonly fromStep: number;
  readonly to: number;
  readonly toStep: number;
  readonly rowBytes: number;
}

function copy(pool: KernelPool, rows: number, copies: readonly Copy[]): void {
  pool.run(
    shares(pool, rows).map(([first, end]) =>
      copies.map(({ from, fromStep, to, toStep, rowBytes }): Call => {
        return [COPY_ROWS, from + first * fromStep, fromStep, to + first * toStep, toStep, rowBytes, end - first];
      }),
    ),
  );
}

const areFloats = (infos: readonly tf.TensorInfo[]): boolean => infos.every(({ dtype }) => dtype === 'float32');

/** tfjs' Concat, for rows of whole vectors; undefined for what is left to tfjs' own. */
export function concatRows(
  pool: KernelPool,
  { inputs, attrs, backend }: { inputs: readonly tf.TensorInfo[]; attrs: { axis: number }; backend: WasmBackend },
): tf.TensorInfo | undefined {
  const { shape } = inputs[0];
  const axis = attrs.axis < 0 ? attrs.axis + shape.length : attrs.axis;
  const bytes = inputs.map((info) => tf.util.sizeFromShape(info.shape.slice(axis)) * FLOAT_BYTES);
  if (inputs.length < 2 || !areFloats(inputs) || !bytes.every((size) => size > 0 && size % VECTOR_BYTES === 0)) {
    return undefined;
  }
  if (inputs.some((info) => info.shape.length !== shape.length)) return undefined;
  if (inputs.some((info) => info.shape.some((side, i) => i !== axis && side !== shape[i]))) return undefined;
  const sum = (of: readonly number[]): number => of.reduce((total, value) => total + value, 0);
  const outShape = shape.map((side, i) => (i === axis ? sum(inputs.map((info) => info.shape[axis])) : side));
  const out = backend.makeOutput(outShape, 'float32');
  const [to, toStep] = [backend.getMemoryOffset(out.dataId), sum(bytes)];
  const copies = inputs.map(({ dataId }, i): Copy => {
    const from = backend.getMemoryOffset(dataId);
    return { from, fromStep: bytes[i], to: to + sum(bytes.slice(0, i)), toStep, rowBytes: bytes[i] };
  });
  copy(pool, tf.util.sizeFromShape(shape.slice(0, axis)), copies);
  return out;
}

/** tfjs' Slice of the last axis alone, of whole vectors; undefined for what is left to tfjs' own. */
export function sliceRows(
  pool: KernelPool,
  {
    inputs: { x },
    attrs: { begin, size },
    backend,
  }: {
    inputs: { readonly x: tf.TensorInfo };
    attrs: { readonly begin: number | readonly number[]; readonly size: number | readonly number[] };
    backend: WasmBackend;
  },
): tf.TensorInfo | undefined {
  const { shape } = x;
  const last = shape.length - 1;
  if (typeof begin === 'number' || typeof size === 'number' || !areFloats([x])) return undefined;
  if (begin.length !== shape.length || size.length !== shape.length || last < 1) return undefined;
  const isWhole = (side: number, i: number): boolean => i === last || (begin[i] === 0 && [-1, side].includes(size[i]));
  if (!shape.every(isWhole)) return undefined;
  const [first, count] = [begin[last], size[last] === -1 ? shape[last] - begin[last] : size[last]];
  const [offset, rowBytes] = [first * FLOAT_BYTES, count * FLOAT_BYTES];
  if (first < 0 || count <= 0 || first + count > shape[last] || rowBytes % VECTOR_BYTES !== 0) return undefined;
  const out = backend.makeOutput([...shape.slice(0, last), count], 'float32');
  const from = backend.getMemoryOffset(x.dataId) + offset;
  const to = backend.getMemoryOffset(out.dataId);
  copy(pool, tf.util.sizeFromShape(shape.slice(0, last)), [
    { from, fromStep: shape[last] * FLOAT_BYTES, to, toStep: rowBytes, rowBytes },
  ]);
  return out;
}
