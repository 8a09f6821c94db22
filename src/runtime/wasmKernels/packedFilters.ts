/** Filters of convolutions in the order in which our kernels read them: made once, kept as long as the filter. */
import * as tf from '../tfjs.js';
import { type WasmBackend } from './backend.js';

/** The orders: 36 matrices of Winograd's algorithm, or one matrix. */
export type Packing = 'winograd' | 'matrix';

/** By the filter's data, and by the order. */
export class PackedFilters {
  readonly #packed = new Map<object, Map<Packing, tf.TensorInfo>>();
  readonly #backend: WasmBackend;
  #detach: (() => void) | undefined;

  constructor(backend: WasmBackend) {
    this.#backend = backend;
  }

  /** Address of the packed values. @param pack makes them of the filter's values. */
  at(filter: tf.TensorInfo, packing: Packing, pack: (values: Float32Array) => Float32Array): number {
    const backend = this.#backend;
    const ofFilter = this.#packed.get(filter.dataId) ?? new Map<Packing, tf.TensorInfo>();
    let packed = ofFilter.get(packing);
    if (!packed) {
      const values = pack(this.#floats(filter).slice());
      packed = backend.makeOutput([values.length], 'float32');
      this.#floats(packed).set(values);
      ofFilter.set(packing, packed);
      this.#packed.set(filter.dataId, ofFilter);
    }
    return backend.getMemoryOffset(packed.dataId);
  }

  /** A view that is valid until the next allocation. */
  #floats({ dataId, shape }: tf.TensorInfo): Float32Array {
    const backend = this.#backend;
    return new Float32Array(backend.wasm.HEAPU8.buffer, backend.getMemoryOffset(dataId), tf.util.sizeFromShape(shape));
  }

  /** From now on a packed filter lives as long as the filter. */
  attach(): void {
    const backend = this.#backend;
    const own = Object.getOwnPropertyDescriptor(backend, 'disposeData');
    const disposeData = backend.disposeData.bind(backend);
    backend.disposeData = (dataId, force) => {
      const freed = disposeData(dataId, force);
      const packed = freed ? this.#packed.get(dataId) : undefined;
      if (packed) {
        this.#packed.delete(dataId);
        for (const info of packed.values()) disposeData(info.dataId);
      }
      return freed;
    };
    this.#detach = () => {
      Reflect.deleteProperty(backend, 'disposeData'); // the method of its class is back
      if (own) Object.defineProperty(backend, 'disposeData', own);
      for (const packed of this.#packed.values()) for (const { dataId } of packed.values()) disposeData(dataId);
      this.#packed.clear();
    };
  }

  /** Frees all packed filters and leaves the backend as it was. */
  detach(): void {
    this.#detach?.();
    this.#detach = undefined;
  }
}
