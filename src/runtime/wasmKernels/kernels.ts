/**
 * Our own kernels on tfjs' wasm backend: convolutions, SiLU, copies of rows. tfjs' kernels do what they do not fit,
 * and are back when the last model is gone.
 */
import type { WasmThread } from '../../platform/platform.js';
import { moduleBytes, type FunctionWriter } from '../assembler.js';
import * as tf from '../tfjs.js';
import { KernelPool } from '../wasm/pool.js';
import { WinogradConvolution } from '../winograd/convolution.js';
import { matrixProduct } from '../winograd/product.js';
import { inputTransform, outputTransform } from '../winograd/transforms.js';
import { FUNCTION_NAMES, type WasmBackend } from './backend.js';
import { convolve, type ConvArgs } from './convolve.js';
import { gatherFunction, type Direct } from './direct.js';
import { PackedFilters } from './packedFilters.js';
import { concatRows, copyRowsFunction, sliceRows } from './rows.js';
import { attachSilu, detachSilu, siluFunction } from './silu.js';

const WASM = 'wasm';

const FUNCTIONS: Readonly<Record<(typeof FUNCTION_NAMES)[number], FunctionWriter>> = {
  input: inputTransform(),
  product: matrixProduct(),
  output: outputTransform(),
  gather: gatherFunction(),
  silu: siluFunction(),
  copyRows: copyRowsFunction(),
};

/** What works for a backend. */
interface Own extends Direct {
  readonly winograd: WinogradConvolution;
}

type KernelArgs = Parameters<tf.KernelFunc>[0];
/** The result, or undefined where tfjs' own kernel has to do it. */
type OwnKernel = (own: Own, args: KernelArgs) => tf.TensorInfo | undefined;

const KERNELS: Readonly<Record<string, OwnKernel>> = {
  FusedConv2D: (own, args) => convolve(own.winograd, own, args as unknown as ConvArgs),
  Concat: ({ pool }, args) => concatRows(pool, args as unknown as Parameters<typeof concatRows>[1]),
  Slice: ({ pool }, args) => sliceRows(pool, args as unknown as Parameters<typeof sliceRows>[1]),
};

/** Backends that the kernels work for, and backends that they have worked for. */
const owners = new Map<WasmBackend, Own>();
const made = new WeakMap<WasmBackend, Own>();
/** The kernels before and ours, while ours are in their place. */
let replaced: { readonly plain: tf.KernelConfig; readonly own: tf.KernelConfig }[] = [];

/**
 * Replaces kernels of the wasm backend, which must be active, for everything that runs on it in this process until
 * `leaveOwnKernels`. Convolutions differ from tfjs' own by rounding: about 1e-5 of a map's largest value.
 * @param threads those that compute beside the caller's; the memory must be shared then.
 */
export async function useOwnKernels(threads: readonly WasmThread[]): Promise<void> {
  const backend = tf.backend() as unknown as WasmBackend;
  const memory = backend.wasm.wasmMemory ?? backend.wasm.asm.memory;
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  if (owners.has(backend) || memory === undefined || !simd) return;
  const own = made.get(backend) ?? (await makeOwn(backend, threads, memory));
  made.set(backend, own);
  owners.set(backend, own);
  own.filters.attach();
  attachSilu(backend, own.pool);
  if (replaced.length === 0) replaced = Object.entries(KERNELS).map(([name, kernel]) => replace(name, kernel));
}

/**
 * Puts tfjs' own kernels back, unless somebody has put others there, and frees what ours keep.
 * @param gone the backend was removed, and its memory with it.
 */
export function leaveOwnKernels({ gone = false } = {}): void {
  if (!gone) for (const { filters } of owners.values()) filters.detach();
  owners.clear();
  detachSilu();
  for (const { plain, own } of replaced) {
    if (tf.getKernel(own.kernelName, WASM) !== own) continue;
    tf.unregisterKernel(own.kernelName, WASM);
    tf.registerKernel(plain);
  }
  replaced = [];
}

async function makeOwn(backend: WasmBackend, threads: readonly WasmThread[], memory: WebAssembly.Memory): Promise<Own> {
  const shared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
  const pool = await KernelPool.create(threads, moduleBytes(FUNCTIONS, { shared }), FUNCTION_NAMES, memory);
  const filters = new PackedFilters(backend);
  return { backend, pool, filters, winograd: new WinogradConvolution(backend, pool, filters) };
}

function replace(kernelName: string, kernel: OwnKernel): (typeof replaced)[number] {
  const plain = tf.getKernel(kernelName, WASM);
  const kernelFunc: tf.KernelFunc = (args) => {
    const own = owners.get(args.backend as WasmBackend);
    return (own && kernel(own, args)) ?? plain.kernelFunc(args);
  };
  const own = { ...plain, kernelFunc };
  tf.unregisterKernel(kernelName, WASM);
  tf.registerKernel(own);
  return { plain, own };
}
