/**
 * Turns a function of tfjs tensors into a TensorFlow graph.
 *
 * The function runs eagerly on tfjs-node, once at each example, while a recorder writes down the TensorFlow operations that
 * it executes. The record becomes a SavedModel, which TensorFlow optimizes and runs as a whole.
 */
import type * as tf from '../tfjs.js';
import { FastSAMError, invalidArgument, throwIfAborted } from '../../errors.js';
import { tensorFlowBackend } from './backend.js';
import type { CompiledGraph, NamedTensors } from './compiledGraph.js';
import { cpuHasBfloat16 } from './cpuFeatures.js';
import { emit, type InputShapes } from './emit.js';
import { encodeSavedModel } from './graphDef.js';
import { FED_PREFIX, loadGraph, requireBfloat16, type LoadGraphOptions } from './loadGraph.js';
import { checkFixedSizes, makeDimsDynamic } from './dynamicDims.js';
import type { Precision } from '../choices.js';
import { record, type ConstantPool, type InputBinding } from './recorder.js';
import type { TracedDtype } from './trace.js';

/**
 * One or two sets of inputs. With one, every size is fixed. With two, a dimension that differs between them is dynamic, every
 * other one is fixed. Take small sizes that have no sums or products in common: 64x64 and 96x128, not 64x96 and 96x64.
 * They stay the caller's.
 */
export type Examples<I> = readonly [I] | readonly [I, I];

/** How to write a graph. */
export interface GraphEncodeOptions<I> {
  /** Precision of float operations; `inPrecision` and `keepFloat32` change it inside the function. Default 'fp32'. */
  readonly precision?: Precision;
  /** Inputs that are bytes: fed as uint8, seen by the function as int32. */
  readonly uint8?: readonly (keyof I & string)[];
  /**
   * Tensors of the function that are kept out of the graph and fed at each run, by name (weights: a small graph that loads
   * at once, but runs 3…10 % slower on the CPU). Default: all are constants of the graph.
   */
  readonly feed?: Readonly<Record<string, tf.Tensor>>;
}

/** How to compile. */
export interface CompileGraphOptions<I> extends Omit<GraphEncodeOptions<I>, 'precision'>, LoadGraphOptions {
  /** As in EncodeOptions, or `auto`: what is fastest on the device in use. Default 'fp32'. */
  readonly precision?: Precision | 'auto';
}

/**
 * The function as a graph that runs as one call.
 *
 *     const at = (n: number) => ({ x: tf.zeros([n, 8]) as tf.Tensor2D });
 *     const graph = await compile(({ x }) => ({ y: tf.matMul(x, w) }), [at(2), at(3)]);
 *     const { y } = graph.run({ x });
 *
 * @param f synchronous; may use every operation of tfjs, layers and models, but read no values that depend on its inputs.
 *   Other tensors that it uses are written into the graph as they are now.
 * @throws FastSAMError `NOT_COMPILABLE` when `f` cannot be written as a graph that holds at every size;
 *   `INVALID_ARGUMENT` for examples that do not fit together; `DEVICE_UNAVAILABLE` when TensorFlow's backend is not active
 *   or the precision not to be had; `ABORTED`; `WRITE_FAILED`. What `f` throws is passed on.
 */
export async function compile<I extends NamedTensors<I>, O extends NamedTensors<O>>(
  f: (inputs: I) => O,
  examples: Examples<NoInfer<I>>,
  options: CompileGraphOptions<I> = {},
): Promise<CompiledGraph<I, O>> {
  throwIfAborted(options.signal);
  const precision = await choosePrecision(options.precision ?? 'fp32');
  throwIfAborted(options.signal);
  return loadGraph<I, O>(encodeGraph(f, examples, { ...options, precision }), options);
}

/**
 * The precision for the device in use; `auto` is fp16 on a GPU, bf16 on a CPU that has it, fp32 elsewhere.
 * @throws FastSAMError `DEVICE_UNAVAILABLE` when bf16 is asked for on a CPU without it.
 */
export async function choosePrecision(precision: Precision | 'auto'): Promise<Precision> {
  const backend = tensorFlowBackend();
  if (precision === 'bf16') await requireBfloat16(backend);
  if (precision !== 'auto') return precision;
  if (backend.isUsingGpuDevice) return 'fp16';
  return (await cpuHasBfloat16()) ? 'bf16' : 'fp32';
}

/**
 * The first half of `compile`: the bytes of a SavedModel, for `loadGraph` now or in a later process. They depend on the
 * function, its tensors and the options, and are made for the TensorFlow release in use.
 * @throws as `compile`
 */
export function encodeGraph<I extends NamedTensors<I>, O extends NamedTensors<O>>(
  f: (inputs: I) => O,
  examples: Examples<NoInfer<I>>,
  { precision = 'fp32', uint8 = [], feed = {} }: GraphEncodeOptions<I> = {},
): Uint8Array {
  const [first, second] = examples;
  const shapes = inputShapes(first, second ?? first);
  const pool: ConstantPool = new WeakMap();
  const traceAt = (example: I) =>
    record(() => f(example), { inputs: [...bindings(example, uint8), ...fedBindings(feed)], precision, pool });
  const trace = traceAt(first);
  if (second) makeDimsDynamic(trace, traceAt(second));
  else checkFixedSizes(trace);
  const used = new Set([...trace.operations.flatMap(({ inputs }) => inputs), ...trace.outputs.values()]);
  const inputs = trace.inputs.filter((value) => used.has(value) || !isFed(value.source));
  return encodeSavedModel(emit({ ...trace, inputs }, shapes));
}

const isFed = (source: { kind: string; name?: string }): boolean => source.name?.startsWith(FED_PREFIX) ?? false;

function bindings<I extends NamedTensors<I>>(example: I, uint8: readonly string[]): InputBinding[] {
  const unknown = uint8.find((name) => !(name in example));
  if (unknown !== undefined) throw badExample(unknown, 'no such input', 'the names of inputs in uint8');
  return Object.entries<tf.Tensor>(example).map(([name, tensor]) => {
    const bytes = uint8.includes(name);
    if (bytes && tensor.dtype !== 'int32')
      throw badExample(name, tensor.dtype, 'int32 for an input that is fed as uint8');
    if (name.startsWith(FED_PREFIX))
      throw badExample(name, 'a reserved name', `one that does not begin with ${FED_PREFIX}`);
    return { name, tensor, dtype: bytes ? 'uint8' : (tensor.dtype as TracedDtype) };
  });
}

function fedBindings(feed: Readonly<Record<string, tf.Tensor>>): InputBinding[] {
  return Object.entries(feed).map(([name, tensor]) => ({
    name: FED_PREFIX + name,
    tensor,
    dtype: tensor.dtype as TracedDtype,
  }));
}

/** Shapes of the inputs, -1 where the examples differ. */
function inputShapes<I extends NamedTensors<I>>(a: I, b: I): InputShapes {
  const others = new Map(Object.entries<tf.Tensor>(b));
  const shapes = new Map<string, readonly number[]>();
  for (const [name, tensor] of Object.entries<tf.Tensor>(a)) {
    const other = others.get(name);
    if (other?.dtype !== tensor.dtype || other.rank !== tensor.rank || others.size !== Object.keys(a).length) {
      throw badExample(name, 'different inputs', 'the same names, types and ranks in both examples');
    }
    shapes.set(
      name,
      tensor.shape.map((size, i) => (size === other.shape[i] ? size : -1)),
    );
  }
  return shapes;
}

const badExample = (name: string, got: string, expected: string): FastSAMError =>
  invalidArgument(`compile, example input "${name}": got ${got}, expected ${expected}`);
