/** Writing of safetensors files. */
import { invalidArgument } from '../errors.js';
import { ROUNDS_TO_INFINITY, toFloat16 } from '../geometry/half.js';
import { checkNames } from '../options/names.js';
import {
  requireFunction,
  requireInstance,
  requireList,
  requireObject,
  requireText,
  requireTexts,
  requireWhole,
} from '../options/requireKind.js';
import { oneOf } from '../options/kinds.js';
import { resolve } from '../options/resolve.js';
import type { RowsOf } from '../options/row.js';
import { LENGTH_BYTES, METADATA_KEY } from './safetensorsFormat.js';
import { elementCount, type StateDict, type WeightTensor } from './tensor.js';

/** How tensors are written. */
export interface WriteSafetensorsOptions {
  /**
   * Element type in the file: 'keep' (default) writes float16 tensors as float16 and all others as float32. 'float16'
   * leaves tensors with values that a half cannot hold as float32.
   */
  readonly dtype?: 'keep' | 'float32' | 'float16';
}

/** Every option of `writeSafetensors`. */
export const WRITE_SAFETENSORS_OPTIONS = {
  dtype: oneOf(['keep', 'float16', 'float32'], {
    text: 'element type of the numbers',
    default: 'keep',
    cli: { value: '<type>' },
  }),
} satisfies RowsOf<WriteSafetensorsOptions>;

/**
 * Encodes tensors as a safetensors file: float32 before float16, by name within a type, data aligned to 8 bytes. Equal
 * input gives equal bytes.
 * @param metadata of a checkpoint: what `safetensorsMetadata` gives, which keeps image size, thresholds and class names.
 * @throws FastSAMError `INVALID_ARGUMENT` for a tensor named `__metadata__`, values that do not fit their shape, and metadata
 *   that are no texts.
 */
export function writeSafetensors(
  tensors: StateDict,
  metadata: Readonly<Record<string, string>> = {},
  options: WriteSafetensorsOptions = {},
): Uint8Array {
  requireInstance('tensors', tensors, Map, 'a Map of tensors by their names');
  requireMetadata(metadata);
  const { dtype } = resolve(WRITE_SAFETENSORS_OPTIONS, options);
  if (tensors.has(METADATA_KEY)) {
    throw invalidArgument(`tensors: got one named ${METADATA_KEY}, which safetensors keeps for itself; rename it`);
  }
  const parts = [...tensors].map(([name, tensor]) => encodeTensor(name, tensor, dtype));
  parts.sort((a, b) => (a.dtype === b.dtype ? compare(a.name, b.name) : compare(b.dtype, a.dtype)));
  const entries: [string, unknown][] = Object.keys(metadata).length > 0 ? [[METADATA_KEY, metadata]] : [];
  let at = 0;
  for (const { name, dtype, shape, bytes } of parts) {
    entries.push([name, { dtype, shape, data_offsets: [at, at + bytes.length] }]);
    at += bytes.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const out = new Uint8Array(LENGTH_BYTES + headerBytes + at);
  new DataView(out.buffer).setUint32(0, headerBytes, true);
  out.set(json, LENGTH_BYTES);
  out.fill(SPACE, LENGTH_BYTES + json.length, LENGTH_BYTES + headerBytes);
  let position = LENGTH_BYTES + headerBytes;
  for (const { bytes } of parts) {
    out.set(bytes, position);
    position += bytes.length;
  }
  return out;
}

/** JSON's blank, which pads the header. */
const SPACE = 0x20;

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

interface EncodedTensor {
  readonly name: string;
  readonly dtype: 'F16' | 'F32';
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

function encodeTensor(name: string, tensor: WeightTensor, dtype: 'keep' | 'float32' | 'float16'): EncodedTensor {
  const values = valuesOf(name, tensor);
  const half = dtype === 'float16' ? values.every(fitsHalf) : dtype === 'keep' && tensor.dtype === 'float16';
  const stored = half ? toFloat16(values) : values;
  const bytes = new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
  return { name, dtype: half ? 'F16' : 'F32', shape: tensor.shape, bytes };
}

function valuesOf(name: unknown, tensor: unknown): Float32Array {
  requireText('tensors name', name);
  requireObject(`tensor ${name}`, tensor);
  const { shape, toFloat32 } = tensor;
  requireList(`tensor ${name}: shape`, shape);
  for (const side of shape) requireWhole(`tensor ${name}: shape`, side, 0);
  requireFunction(`tensor ${name}: toFloat32`, toFloat32);
  const values: unknown = (tensor as unknown as WeightTensor).toFloat32();
  requireInstance(`tensor ${name}: values`, values, Float32Array, 'a Float32Array');
  const count = elementCount(shape as number[]);
  if (values.length === count) return values;
  throw invalidArgument(
    `tensor ${name}: got ${values.length} values, expected ${count} for shape [${shape.join(', ')}]; give it its real shape`,
  );
}

function requireMetadata(metadata: unknown): asserts metadata is Readonly<Record<string, string>> {
  checkNames(metadata, Object.keys(Object(metadata) as object), 'INVALID_ARGUMENT', 'metadata.');
  requireTexts('metadata', metadata);
}

function fitsHalf(value: number): boolean {
  return !(Math.abs(value) >= ROUNDS_TO_INFINITY) || !Number.isFinite(value);
}

/** The tensors without training's step counters, which are of no use to anybody who reads weights. */
export function neededTensors(tensors: StateDict): StateDict {
  return new Map([...tensors].filter(([name]) => !name.endsWith('.num_batches_tracked')));
}
