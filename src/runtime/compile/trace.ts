/** What one run of a function on tensors consisted of: operations, constants and inputs, not yet TensorFlow's nodes. */
import { FastSAMError } from '../../errors.js';
import type { AttrValue, DataTypeName } from './graphDef.js';
import type { Precision } from '../choices.js';

/** Types of the tensors that can be traced; tfjs' others (string, complex64) cannot. */
export type TracedDtype = 'float32' | 'int32' | 'bool';
export type ConstantValues = Float32Array | Int32Array | Uint8Array;

/** A tensor that the caller feeds at each run. */
export interface InputSource {
  readonly kind: 'input';
  readonly name: string;
  /** The type in which it is fed; the function sees uint8 as int32. */
  readonly dtype: DataTypeName;
}

/** A tensor whose values are part of the graph. */
export interface ConstantSource {
  readonly kind: 'constant';
  readonly values: ConstantValues;
}

/** A TensorFlow operation, its attributes as in float32. */
export interface OperationSource {
  readonly kind: 'operation';
  readonly op: string;
  readonly attrs: Readonly<Record<string, AttrValue>>;
  /** Replaced where a dimension becomes dynamic. */
  readonly inputs: TracedValue[];
  readonly outputs: TracedValue[];
  readonly precision: Precision;
}

export type ValueSource = InputSource | ConstantSource | OperationSource;

/** A tensor of the run. */
export interface TracedValue {
  readonly source: ValueSource;
  /** Which of the operation's outputs. */
  readonly output: number;
  readonly dtype: TracedDtype;
  /** The shape that it had in this run. */
  readonly shape: readonly number[];
}

/** A finished recording. */
export interface Trace {
  /** Every declared input in order of declaration. */
  readonly inputs: readonly TracedValue[];
  readonly outputs: ReadonlyMap<string, TracedValue>;
  /** Operations in the order in which they ran, those without influence on the outputs left out. */
  readonly operations: readonly OperationSource[];
}

export const notCompilable = (message: string, cause?: unknown): FastSAMError =>
  new FastSAMError('NOT_COMPILABLE', `compile: ${message}`, cause === undefined ? undefined : { cause });

/** The operations among `all` that some output needs. */
export function liveOperations(all: readonly OperationSource[], outputs: Iterable<TracedValue>): OperationSource[] {
  const live = new Set<OperationSource>();
  const mark = ({ source }: TracedValue): void => {
    if (source.kind === 'operation') live.add(source);
  };
  for (const output of outputs) mark(output);
  for (const operation of all.toReversed()) if (live.has(operation)) operation.inputs.forEach(mark);
  return all.filter((operation) => live.has(operation));
}

/** A constant made by the compiler itself. */
export function int32Constant(values: readonly number[]): TracedValue {
  const source: ConstantSource = { kind: 'constant', values: Int32Array.from(values) };
  return { source, output: 0, dtype: 'int32', shape: [values.length] };
}

/** Short text of a value for messages. */
export function describe({ source, shape }: TracedValue): string {
  if (source.kind === 'input') return `input "${source.name}" [${shape.join(', ')}]`;
  if (source.kind === 'operation') return `${source.op} [${shape.join(', ')}]`;
  const shown = Array.from(source.values.subarray(0, 8), String).join(', ');
  return `[${shown}${source.values.length > 8 ? ', …' : ''}]`;
}
