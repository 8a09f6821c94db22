/** What a caller may choose of how a model runs. Knows no TensorFlow.js, so that help texts need not load it. */

/** What runs: the TensorFlow library on a GPU or the CPU, WebGPU, WebGL, or WebAssembly; fastest first. */
export const DEVICES = ['native-gpu', 'native-cpu', 'webgpu', 'webgl', 'wasm'] as const;
/** One of `DEVICES`. */
export type Device = (typeof DEVICES)[number];

/**
 * What a caller may ask for: a device by its name, or `gpu` or `cpu`, the fastest of that kind that is present. `auto` takes
 * the fastest of all.
 */
export const DEVICE_CHOICES = ['auto', 'gpu', 'cpu', ...DEVICES] as const;
/** One of `DEVICE_CHOICES`. */
export type DeviceChoice = (typeof DEVICE_CHOICES)[number];

/** Number formats of a network: float32; bfloat16 (float32's range, 8 significant bits); float16 (11, up to 65504). */
export const PRECISIONS = ['fp32', 'bf16', 'fp16'] as const;
/** One of `PRECISIONS`. */
export type Precision = (typeof PRECISIONS)[number];

/** The number formats that a caller may ask for. */
export const PRECISION_CHOICES = ['auto', ...PRECISIONS] as const satisfies (Precision | 'auto')[];

/** Where a compiled graph has the weights: inside it, or beside it. */
export const GRAPH_WEIGHTS = ['embedded', 'external'] as const;
/** One of `GRAPH_WEIGHTS`. */
export type GraphWeights = (typeof GRAPH_WEIGHTS)[number];

/** The files of tfjs' WASM backend: plain, with SIMD, with SIMD and threads. */
export const WASM_BINARIES = [
  'tfjs-backend-wasm.wasm',
  'tfjs-backend-wasm-simd.wasm',
  'tfjs-backend-wasm-threaded-simd.wasm',
] as const;

/** Where they lie: the URL of a folder, or a URL for each name. */
export type WasmPaths =
  | string
  | {
      readonly 'tfjs-backend-wasm.wasm': string;
      readonly 'tfjs-backend-wasm-simd.wasm': string;
      readonly 'tfjs-backend-wasm-threaded-simd.wasm': string;
    };
