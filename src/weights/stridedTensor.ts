/** Tensors as PyTorch keeps them: sizes, strides and an offset over a storage that others may share. */
import { invalid } from './byteView.js';
import { DTYPE_BYTES, decodeToFloat32, elementReader } from './dtype.js';
import { elementCount, type WeightDtype, type WeightTensor } from './tensor.js';

/** Elements up to which a tensor may be larger than its storage. */
const MAX_EXPANDED = 65_536;

/** A view of a storage. */
export interface StridedLayout {
  readonly dtype: WeightDtype;
  readonly shape: readonly number[];
  /** Elements from one index to the next, by axis. */
  readonly strides: readonly number[];
  /** Element of the storage at which index 0 lies. */
  readonly offset: number;
  /** The storage, little-endian. */
  readonly bytes: Uint8Array;
}

/**
 * A tensor over a storage.
 * @param name the tensor's, for messages.
 * @throws FastSAMError `INVALID_CHECKPOINT` when an element would lie outside the storage, or when strides of 0 blow a
 * small storage up.
 */
export function stridedTensor(layout: StridedLayout, name: string): WeightTensor {
  checkExtent(layout, name);
  return new StridedTensor(layout);
}

/** Strides of a tensor that lies row by row without gaps. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  return shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
}

function checkExtent(layout: StridedLayout, name: string): void {
  const { shape, strides, offset } = layout;
  const count = elementCount(shape);
  if (count === 0) return;
  const available = Math.floor(layout.bytes.length / DTYPE_BYTES[layout.dtype]);
  const last = shape.reduce((at, size, axis) => at + (size - 1) * strides[axis], offset);
  // Strides of 0 make many elements of a few: honest files expand scalars so, hostile ones ask for terabytes.
  const excessive = count > Math.max(available, MAX_EXPANDED);
  if (last >= available || excessive) {
    throw invalid(
      `tensor ${name}: got sizes [${shape.join(', ')}] with strides [${strides.join(', ')}] from element ${offset} on, ` +
        `which do not fit its storage of ${available} elements; the file is damaged, get it again`,
    );
  }
}

class StridedTensor implements WeightTensor {
  readonly #layout: StridedLayout;

  constructor(layout: StridedLayout) {
    this.#layout = layout;
  }

  get dtype(): WeightDtype {
    return this.#layout.dtype;
  }

  get shape(): readonly number[] {
    return this.#layout.shape;
  }

  toFloat32(): Float32Array {
    const { dtype, shape, offset, bytes } = this.#layout;
    const count = elementCount(shape);
    if (count === 0) return new Float32Array(0);
    if (!this.#isContiguous()) return this.#gather(count);
    return decodeToFloat32(dtype, bytes.subarray(offset * DTYPE_BYTES[dtype]), count);
  }

  /** Row-major without gaps; axes of size 1 may have any stride. */
  #isContiguous(): boolean {
    const { shape, strides } = this.#layout;
    let expected = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (shape[axis] !== 1 && strides[axis] !== expected) return false;
      expected *= shape[axis];
    }
    return true;
  }

  #gather(count: number): Float32Array {
    const { dtype, shape, strides, bytes } = this.#layout;
    const read = elementReader(dtype, bytes);
    const out = new Float32Array(count);
    eachElement(count, shape, strides, (i, at) => {
      out[i] = read(this.#layout.offset + at);
    });
    return out;
  }
}

/** Calls `visit` for the first `count` elements in row-major order, with their offsets in memory of these strides. */
export function eachElement(
  count: number,
  shape: readonly number[],
  strides: readonly number[],
  visit: (i: number, offset: number) => void,
): void {
  const index = shape.map(() => 0);
  let offset = 0;
  for (let i = 0; i < count; i++) {
    visit(i, offset);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      offset += strides[axis];
      if (++index[axis] < shape[axis]) break;
      offset -= shape[axis] * strides[axis];
      index[axis] = 0;
    }
  }
}
