/**
 * Listens to TensorFlow's backend while a function runs once, eagerly, and writes down each operation.
 *
 * Every kernel of tfjs-node ends in one of two methods of the backend, which are patched on the instance for as long as
 * the function runs. Tensors that the function did not make (weights, sizes, axes) become constants.
 */
import * as tf from '../tfjs.js';
import { attributeOf } from './attributes.js';
import { tensorFlowBackend, type OpAttr, type TensorFlowBackend } from './backend.js';
import type { AttrValue, DataTypeName } from './graphDef.js';
import { currentPrecision, whileTracing } from './precision.js';
import type { Precision } from '../choices.js';
import {
  liveOperations,
  notCompilable,
  type ConstantSource,
  type ConstantValues,
  type OperationSource,
  type Trace,
  type TracedDtype,
  type TracedValue,
} from './trace.js';

/** Constants by tensor; shared between the runs of one function so that equal ones are known without comparing. */
export type ConstantPool = WeakMap<tf.DataId, ConstantSource>;

/** An input of the graph and the tensor that stands for it during the run. */
export interface InputBinding {
  readonly name: string;
  readonly tensor: tf.Tensor;
  readonly dtype: DataTypeName;
}

/** What is to be recorded. */
export interface TraceSpec {
  readonly inputs: readonly InputBinding[];
  readonly precision: Precision;
  readonly pool: ConstantPool;
}

/**
 * Runs `f` and returns what it did. No tensor of the run is left behind.
 * @throws FastSAMError `NOT_COMPILABLE` when `f` reads values that depend on its inputs, gives something else than named
 *   tensors, or uses types that graphs do not hold. What `f` throws itself is passed on.
 */
export function record(f: () => Readonly<Record<string, tf.Tensor>>, spec: TraceSpec): Trace {
  return new Recorder(spec).run(f);
}

class Recorder {
  readonly #backend: TensorFlowBackend = tensorFlowBackend();
  readonly #written = new WeakMap<tf.DataId, TracedValue>();
  readonly #operations: OperationSource[] = [];
  /** Values that depend on an input of the graph. */
  readonly #dependent = new WeakSet<TracedValue>();
  readonly #inputs: TracedValue[];

  readonly #spec: TraceSpec;

  constructor(spec: TraceSpec) {
    this.#spec = spec;

    this.#inputs = spec.inputs.map(({ name, tensor, dtype }) => {
      const source = { kind: 'input', name, dtype } as const;
      const value: TracedValue = { source, output: 0, dtype: tracedDtype(tensor), shape: tensor.shape };
      this.#written.set(tensor.dataId, value);
      this.#dependent.add(value);
      return value;
    });
  }

  run(f: () => Readonly<Record<string, tf.Tensor>>): Trace {
    const restore = this.#listen();
    const outputs = new Map<string, TracedValue>();
    try {
      tf.tidy(() => {
        const result: unknown = whileTracing(this.#spec.precision, f);
        for (const [name, tensor] of namedTensors(result)) outputs.set(name, this.#valueOf(tensor));
      });
    } finally {
      restore();
    }
    return { inputs: this.#inputs, outputs, operations: liveOperations(this.#operations, outputs.values()) };
  }

  /** Patches the backend's methods and the reading of values; the result restores them. */
  #listen(): () => void {
    const backend = this.#backend;
    const engine = tf.engine();
    if (Object.hasOwn(backend, 'executeMultipleOutputs')) {
      throw notCompilable('called while another function is being traced; expected one at a time');
    }
    const executeForReal = backend.executeMultipleOutputs.bind(backend);
    const execute = (op: string, attrs: readonly OpAttr[], inputs: readonly tf.TensorInfo[], count: number) => {
      const outputs = executeForReal(op, attrs, inputs, count);
      this.#write(op, attrs, inputs, outputs);
      return outputs;
    };
    patch(backend, 'executeMultipleOutputs', execute);
    patch(backend, 'executeSingleOutput', (op: string, attrs: readonly OpAttr[], inputs: readonly tf.TensorInfo[]) =>
      execute(op, attrs, inputs, 1).at(0),
    );
    // Reading through the engine is what f does (dataSync, data, array); kernels read from the backend, only to check.
    const readSync = engine.readSync.bind(engine);
    const read = engine.read.bind(engine);
    patch(engine, 'readSync', (id: tf.DataId) => readSync(this.#readable(id)));
    patch(engine, 'read', (id: tf.DataId) => read(this.#readable(id)));
    return () => {
      for (const name of ['executeMultipleOutputs', 'executeSingleOutput']) Reflect.deleteProperty(backend, name);
      for (const name of ['readSync', 'read']) Reflect.deleteProperty(engine, name);
    };
  }

  /** Lets values be read that are the same at each run. */
  #readable(id: tf.DataId): tf.DataId {
    const value = this.#written.get(id);
    if (!value || !this.#dependent.has(value)) return id;
    throw notCompilable(
      'the function reads values that depend on its inputs (dataSync, data or array); they would be frozen as they are ' +
        'at the example. Express the step with tensor operations, or do it outside',
    );
  }

  #write(op: string, attrs: readonly OpAttr[], inputs: readonly tf.TensorInfo[], outputs: tf.Tensor[]): void {
    const values = inputs.map((tensor) => this.#valueOf(tensor));
    const named = attrs.map((attr): [string, AttrValue] => [attr.name, attributeOf(op, attr, this.#backend.binding)]);
    const operation: OperationSource = {
      kind: 'operation',
      op,
      attrs: Object.fromEntries(named),
      inputs: values,
      outputs: [],
      precision: currentPrecision(),
    };
    const dependent = values.some((value) => this.#dependent.has(value));
    outputs.forEach((tensor, output) => {
      const value: TracedValue = { source: operation, output, dtype: tracedDtype(tensor), shape: tensor.shape };
      operation.outputs.push(value);
      this.#written.set(tensor.dataId, value);
      if (dependent) this.#dependent.add(value);
    });
    this.#operations.push(operation);
  }

  /** What the run knows of a tensor; a constant, if no recorded operation made it. */
  #valueOf(tensor: tf.TensorInfo): TracedValue {
    const known = this.#written.get(tensor.dataId);
    if (known) return known;
    const dtype = tracedDtype(tensor);
    const value: TracedValue = { source: this.#constant(tensor), output: 0, dtype, shape: tensor.shape };
    this.#written.set(tensor.dataId, value);
    return value;
  }

  #constant({ dataId }: tf.TensorInfo): ConstantSource {
    const { pool } = this.#spec;
    let source = pool.get(dataId);
    if (!source) {
      source = { kind: 'constant', values: this.#backend.readSync(dataId) as ConstantValues };
      pool.set(dataId, source);
    }
    return source;
  }
}

function patch(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
}

function tracedDtype({ dtype }: tf.TensorInfo): TracedDtype {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw notCompilable(`got a tensor of type ${dtype}, expected float32, int32 or bool`);
}

function namedTensors(result: unknown): [string, tf.Tensor][] {
  const entries = typeof result === 'object' && result !== null ? Object.entries(result) : [];
  if (entries.length > 0 && entries.every((entry): entry is [string, tf.Tensor] => entry[1] instanceof tf.Tensor)) {
    return entries;
  }
  throw notCompilable(
    'the function gave something else than named tensors, expected { name: tensor, … } with at least one, not a promise',
  );
}
