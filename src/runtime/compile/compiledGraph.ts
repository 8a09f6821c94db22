/** A graph that TensorFlow has loaded, ready to run. */
import type * as tf from '../tfjs.js';
import { FastSAMError, invalidArgument } from '../../errors.js';
import type { TensorFlowBackend } from './backend.js';
import { DATA_TYPE, type PortDef } from './graphDef.js';

/** Named tensors: any object type whose properties are all tensors. */
export type NamedTensors<T> = { [K in keyof T]: tf.Tensor };

/** One input or output. */
export interface GraphPort {
  readonly name: string;
  /** As tfjs sees it; a graph that is fed uint8 takes int32 tensors with values 0…255. */
  readonly dtype: tf.DataType;
  /** null where any size fits; of outputs only the rank is known. */
  readonly shape: readonly (number | null)[];
}

/** What a CompiledGraph is made from. */
export interface LoadedGraph {
  readonly backend: TensorFlowBackend;
  /** TensorFlow's number of the session. */
  readonly session: number;
  readonly inputs: Readonly<Record<string, PortDef>>;
  readonly outputs: Readonly<Record<string, PortDef>>;
  /** Tensors that are fed at each run besides the caller's, by their name in `inputs`. */
  readonly fed: ReadonlyMap<string, tf.Tensor>;
}

/**
 * A function of named tensors as one call of TensorFlow. Holds native memory until it is disposed.
 * Made by `compile` or `loadGraph`.
 */
export class CompiledGraph<I extends NamedTensors<I>, O extends NamedTensors<O>> {
  /** What `run` takes. */
  readonly inputs: readonly GraphPort[];
  /** What `run` gives. */
  readonly outputs: readonly GraphPort[];
  readonly #feeds: readonly { readonly name: string; readonly tfDtype: string }[];
  readonly #fetches: readonly string[];
  #disposed = false;

  readonly #graph: LoadedGraph;

  constructor(graph: LoadedGraph) {
    this.#graph = graph;

    this.inputs = ports(graph.inputs).filter(({ name }) => !graph.fed.has(name));
    this.outputs = ports(graph.outputs);
    this.#feeds = [...this.inputs.map(({ name }) => name), ...graph.fed.keys()].map((name) => ({
      name: graph.inputs[name].name,
      tfDtype: graph.inputs[name].dtype === DATA_TYPE.uint8 ? 'DT_UINT8' : '',
    }));
    this.#fetches = this.outputs.map(({ name }) => graph.outputs[name].name);
  }

  /**
   * Runs the graph and waits for it: tfjs-node has no other way, so the event loop stands still meanwhile. The first call
   * at a new size takes longer.
   * @param inputs stay the caller's.
   * @returns tensors that the caller disposes.
   * @throws FastSAMError `DISPOSED`; `INVALID_ARGUMENT` for a missing or unknown input, a wrong type or a size that does
   *   not fit; `NOT_COMPILABLE` when TensorFlow refuses to run the graph.
   */
  run(inputs: I): O {
    if (this.#disposed) {
      throw new FastSAMError('DISPOSED', 'compiled graph: got a call after dispose(), expected none; compile it again');
    }
    const given = this.#ordered(inputs);
    const { backend, session, fed } = this.#graph;
    let tensors: tf.Tensor[];
    try {
      tensors = backend.runSavedModel(session, [...given, ...fed.values()], this.#feeds, this.#fetches);
    } catch (error) {
      throw new FastSAMError('NOT_COMPILABLE', `compiled graph: TensorFlow could not run it: ${messageOf(error)}`, {
        cause: error,
      });
    }
    return Object.fromEntries(this.outputs.map(({ name }, i) => [name, tensors[i]])) as unknown as O;
  }

  /** Frees the native memory and what was fed. May be called again. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const tensor of this.#graph.fed.values()) tensor.dispose();
    this.#graph.backend.deleteSavedModel(this.#graph.session);
  }

  #ordered(inputs: I): tf.Tensor[] {
    const given = inputs as Readonly<Record<string, tf.Tensor | undefined>>;
    const unknown = Object.keys(given).find((name) => !this.inputs.some((port) => port.name === name));
    if (unknown !== undefined) throw wrongInput(unknown, 'an input that the graph does not have', this.#names());
    return this.inputs.map((port) => {
      const tensor = given[port.name];
      if (!tensor) throw wrongInput(port.name, 'nothing', `the inputs ${this.#names()}`);
      if (!fits(tensor, port)) throw wrongInput(port.name, shapeText(tensor), shapeText(port));
      return tensor;
    });
  }

  #names(): string {
    return this.inputs.map(({ name }) => name).join(', ');
  }
}

/** Message of whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const TFJS_TYPE: Readonly<Record<number, tf.DataType | undefined>> = {
  [DATA_TYPE.float32]: 'float32',
  [DATA_TYPE.int32]: 'int32',
  [DATA_TYPE.uint8]: 'int32',
  [DATA_TYPE.bool]: 'bool',
};

function ports(defs: Readonly<Record<string, PortDef>>): GraphPort[] {
  return Object.entries(defs).map(([name, { dtype, tensor_shape }]) => ({
    name,
    dtype: TFJS_TYPE[dtype] ?? 'float32',
    shape: tensor_shape.dim.map(({ size }) => (size < 0 ? null : size)),
  }));
}

function fits(tensor: tf.Tensor, { dtype, shape }: GraphPort): boolean {
  return (
    tensor.dtype === dtype &&
    tensor.shape.length === shape.length &&
    shape.every((size, i) => size === null || size === tensor.shape[i])
  );
}

const shapeText = ({ dtype, shape }: { dtype: string; shape: readonly (number | null)[] }): string =>
  `${dtype} [${shape.map((size) => size ?? 'any').join(', ')}]`;

const wrongInput = (name: string, got: string, expected: string): FastSAMError =>
  invalidArgument(`compiled graph, input "${name}": got ${got}, expected ${expected}`);
