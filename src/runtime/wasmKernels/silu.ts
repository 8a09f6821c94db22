/** SiLU, x / (1 + exp(-x)), in one pass over a map; by tfjs' operations it is two, on one thread. */
import { FunctionWriter, I32, V128, type Local } from '../assembler.js';
import { SILU_KERNEL, SILU_LANES, siluPools } from '../silu.js';
import * as tf from '../tfjs.js';
import type { KernelPool } from '../wasm/pool.js';
import { shares, SILU, VECTOR_BYTES, type WasmBackend } from './backend.js';

/** exp(x) as 2ⁿ p(r): n is the whole number next to x / ln 2, ln 2 in two parts, the polynomial that of Cephes' expf. */
const LOG2_E = Math.LOG2E;
const LN2 = [0.693359375, -2.1219444e-4] as const;
const COEFFICIENTS = [
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
];
/** Below and above, the power of two would leave its 8 bits. At the upper one it is infinity, and SiLU zero. */
const RANGE = [-87, 89] as const;
/** The exponent's place in a float32, and its bias there. */
const MANTISSA_BITS = 23;
const BIAS = 127 << MANTISSA_BITS;
/** A sum with it is rounded to a whole number, whose bits are then the last ones. */
const ROUNDING = 1.5 * 2 ** MANTISSA_BITS;

/** `silu(x, out, from, to)`: for the bytes `from` to `to`, multiples of 16; `x` and `out` are float32. */
export function siluFunction(): FunctionWriter {
  const f = new FunctionWriter(4);
  const [x, out, from, to] = f.arguments();
  const at = f.local(I32);
  const [value, power, exponent, rest, sum] = f.locals(5, V128);
  // Constants are made once: engines make them anew wherever they stand.
  const floats = (values: readonly number[]): Local[] =>
    values.map((number) => {
      const local = f.local(V128);
      f.splat(number).set(local);
      return local;
    });
  const [one, log2e, rounding] = floats([1, LOG2_E, ROUNDING]);
  const [lowest, highest] = floats(RANGE);
  const parts = floats(LN2);
  const [first, ...others] = floats(COEFFICIENTS);
  const bias = f.local(V128);
  f.get(BIAS).i32x4('splat').set(bias);
  f.loop(at, from, to, VECTOR_BYTES, () => {
    f.total(x, at).loadVector().set(value);
    // exp(-x), cut to the range
    f.get(value).f32x4('neg').get(lowest).f32x4('pmax').get(highest).f32x4('pmin').set(rest);
    f.get(rest).get(log2e).f32x4('mul').get(rounding).f32x4('add').tee(power);
    f.get(rounding).f32x4('sub').set(exponent);
    for (const part of parts) f.get(rest).get(exponent).get(part).f32x4('mul').f32x4('sub').set(rest);
    f.get(first).set(sum);
    for (const next of others) f.get(sum).get(rest).f32x4('mul').get(next).f32x4('add').set(sum);
    f.get(sum).get(rest).f32x4('mul').get(rest).f32x4('mul').get(rest).f32x4('add').get(one).f32x4('add');
    f.get(power).get(MANTISSA_BITS).i32x4('shl').get(bias).i32x4('add').f32x4('mul').set(sum);
    // x / (1 + exp(-x)), as a product: a large x over infinity is zero, an infinite one is none
    f.total(out, at);
    f.get(value).get(one).get(sum).get(one).f32x4('add').f32x4('div').f32x4('mul').storeVector();
  });
  return f;
}

/** Has `silu` use the kernel on this backend from now on. */
export function attachSilu(backend: WasmBackend, pool: KernelPool): void {
  siluPools.set(backend, pool);
  if (tf.getKernel(SILU_KERNEL, 'wasm') as tf.KernelConfig | undefined) return;
  tf.registerKernel({ kernelName: SILU_KERNEL, backendName: 'wasm', kernelFunc: run as unknown as tf.KernelFunc });
  if (tf.getGradient(SILU_KERNEL) as tf.GradConfig | undefined) return;
  // The derivative is σ(x) (1 + x (1 - σ(x))).
  tf.registerGradient({
    kernelName: SILU_KERNEL,
    inputsToSave: ['x'],
    gradFunc: (dy, [x]) => ({
      x: () => {
        const sigmoid = tf.sigmoid(x);
        return tf.mul(dy as tf.Tensor, tf.mul(sigmoid, tf.add(1, tf.mul(x, tf.sub(1, sigmoid)))));
      },
    }),
  });
}

/** Ends that. */
export function detachSilu(): void {
  siluPools.clear();
  if (tf.getKernel(SILU_KERNEL, 'wasm') as tf.KernelConfig | undefined) tf.unregisterKernel(SILU_KERNEL, 'wasm');
}

function run({ inputs, backend }: { inputs: { readonly x: tf.TensorInfo }; backend: WasmBackend }): tf.TensorInfo {
  const { x } = inputs;
  const out = backend.makeOutput(x.shape, 'float32');
  const [from, to] = [backend.getMemoryOffset(x.dataId), backend.getMemoryOffset(out.dataId)];
  const pool = siluPools.get(backend);
  if (!pool) throw new Error(`${SILU_KERNEL} on a backend that it was not attached to`);
  const ranges = shares(pool, tf.util.sizeFromShape(x.shape) / SILU_LANES);
  pool.run(ranges.map(([first, end]) => [[SILU, from, to, first * VECTOR_BYTES, end * VECTOR_BYTES]]));
  return out;
}
