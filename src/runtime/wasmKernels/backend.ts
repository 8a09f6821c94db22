/** What our own kernels use of tfjs' wasm backend (4.22), and what they share. */
import type * as tf from '../tfjs.js';
import type { KernelPool } from '../wasm/pool.js';

/** tfjs' wasm backend. */
export interface WasmBackend {
  readonly wasm: {
    readonly HEAPU8: Uint8Array;
    /** Of the binary with threads. */
    readonly wasmMemory?: WebAssembly.Memory;
    /** The exports of the binary. */
    readonly asm: { readonly memory?: WebAssembly.Memory };
  };
  /** A tensor that is no tensor of tfjs' engine. */
  makeOutput(shape: number[], dtype: 'float32'): tf.TensorInfo;
  /** Address of a tensor's values. */
  getMemoryOffset(dataId: object): number;
  disposeData(dataId: object, force?: boolean): boolean;
}

/** The functions of our kernels, in the order of their numbers in a pool. */
export const FUNCTION_NAMES = ['input', 'product', 'output', 'gather', 'silu', 'copyRows'] as const;
export const [INPUT, PRODUCT, OUTPUT, GATHER, SILU, COPY_ROWS] = [0, 1, 2, 3, 4, 5];

export const FLOAT_BYTES = 4;
/** Floats that one instruction takes, and their bytes. */
export const LANES = 4;
export const VECTOR_BYTES = LANES * FLOAT_BYTES;

/** `count` things shared out among the threads of a pool: from, to. */
export function shares({ threads }: KernelPool, count: number): (readonly [from: number, to: number])[] {
  const bound = (i: number): number => Math.round((i * count) / threads);
  return Array.from({ length: threads }, (_, i) => [bound(i), bound(i + 1)] as const);
}
