/**
 * 3x3 convolutions on tfjs' wasm backend by Winograd's algorithm where that is faster: a quarter of the multiplications. tfjs'
 * own kernel does the others.
 */
import type { WasmThread } from '../../platform/platform.js';
import * as tf from '../tfjs.js';
import { moduleBytes } from '../assembler.js';
import { KernelPool } from '../wasm/pool.js';
import { FUNCTION_NAMES, tilesOf, WinogradConvolution, type ConvInputs, type WasmBackend } from './convolution.js';
import { COLUMNS, matrixProduct } from './product.js';
import { inputTransform, LANES, outputTransform } from './transforms.js';

/** What the kernel is called with. */
interface ConvArgs {
  readonly inputs: Omit<ConvInputs, 'bias'> & Partial<ConvInputs>;
  readonly attrs: {
    readonly strides: number | readonly [number, number];
    readonly pad: unknown;
    readonly dilations?: number | readonly [number, number];
    readonly activation?: string;
  };
  readonly backend: WasmBackend;
}

const CONV = 'FusedConv2D';
const WASM = 'wasm';
const KERNEL_SIDE = 3;

/** Fewer tiles than this in a map: the products are too small to gain. */
const FEWEST_TILES = 16;
/** Kernels of up to so many pairs of channels are always transformed; they then take 9 MB at most. */
const FREE_PAIRS = 65_536;
/** Larger ones where the map is large, too: from one tile on for so many pairs. */
const PAIRS_PER_TILE = 160;

const FUNCTIONS = { input: inputTransform(), product: matrixProduct(), output: outputTransform() } satisfies Record<
  (typeof FUNCTION_NAMES)[number],
  unknown
>;

/** Backends that this kernel works for, and backends that it has worked for. */
const winograds = new Map<WasmBackend, WinogradConvolution>();
const made = new WeakMap<WasmBackend, WinogradConvolution>();
/** The kernel before and this one, while this one is in its place. */
let replaced: { readonly plain: tf.KernelConfig; readonly own: tf.KernelConfig } | undefined;

/**
 * Replaces the convolution of the wasm backend, which must be active, for everything that runs on it in this process until
 * `leaveWinograd`. Results differ from those of tfjs' own kernel by rounding: about 1e-5 of a map's largest value.
 * @param threads those that compute beside the caller's; the memory must be shared then.
 */
export async function useWinograd(threads: readonly WasmThread[]): Promise<void> {
  const backend = tf.backend() as unknown as WasmBackend;
  const memory = backend.wasm.wasmMemory ?? backend.wasm.asm.memory;
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  if (winograds.has(backend) || memory === undefined || !simd) return;
  const winograd = made.get(backend) ?? new WinogradConvolution(backend, await poolOf(threads, memory));
  made.set(backend, winograd);
  winograds.set(backend, winograd);
  winograd.attach();
  replaceKernel();
}

/**
 * Puts tfjs' own kernel back, unless somebody has put another one there, and frees what this one keeps.
 * @param gone the backend was removed, and its memory with it.
 */
export function leaveWinograd({ gone = false } = {}): void {
  if (!gone) for (const winograd of winograds.values()) winograd.detach();
  winograds.clear();
  const { plain, own } = replaced ?? {};
  if (plain && tf.getKernel(CONV, WASM) === own) {
    tf.unregisterKernel(CONV, WASM);
    tf.registerKernel(plain);
  }
  replaced = undefined;
}

function poolOf(threads: readonly WasmThread[], memory: WebAssembly.Memory): Promise<KernelPool> {
  const shared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
  return KernelPool.create(threads, moduleBytes(FUNCTIONS, { shared }), FUNCTION_NAMES, memory);
}

function replaceKernel(): void {
  if (replaced) return;
  const plain = tf.getKernel(CONV, WASM);
  const kernelOfTfjs = plain.kernelFunc as unknown as (args: ConvArgs) => tf.TensorInfo;
  const kernelFunc = (args: ConvArgs): tf.TensorInfo => {
    const { inputs, backend } = args;
    const winograd = fits(args) ? winograds.get(backend) : undefined;
    return winograd ? winograd.run(inputs as ConvInputs) : kernelOfTfjs(args);
  };
  const own = { ...plain, kernelFunc: kernelFunc as unknown as tf.KernelFunc };
  tf.unregisterKernel(CONV, WASM);
  tf.registerKernel(own);
  replaced = { plain, own };
}

function fits({ inputs: { x, filter, bias }, attrs }: ConvArgs): boolean {
  const { strides, pad, dilations = 1, activation = 'linear' } = attrs;
  const [kernelHeight, kernelWidth, channels, filters] = filter.shape;
  const tiles = x.shape[0] * tilesOf(x.shape);
  const pairs = channels * filters;
  const isOne = (value: number | readonly number[]): boolean => [value].flat().every((v) => v === 1);
  return (
    kernelHeight === KERNEL_SIDE &&
    kernelWidth === KERNEL_SIDE &&
    isOne(strides) &&
    isOne(dilations) &&
    pad === 'same' &&
    activation === 'linear' &&
    bias !== undefined &&
    channels % LANES === 0 &&
    filters % COLUMNS === 0 &&
    tiles >= FEWEST_TILES &&
    (pairs <= FREE_PAIRS || tiles * PAIRS_PER_TILE >= pairs)
  );
}
