/** A growing ONNX graph. Values go by name; operations are listed in the order in which they run. */
import { toFloat16 } from '../../geometry/half.js';
import { elementCount } from '../../weights/tensor.js';
import { ONNX_TYPE, type OnnxAttribute, type OnnxNode, type OnnxTensor, type OnnxType } from './modelProto.js';

/** Name of a value of the graph. */
export type Value = string;

/** How an operation is written. */
interface NodeOptions {
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  /** Name of its output, where it is an output of the graph. */
  readonly output?: Value;
}

const bytesOf = (values: Float32Array | Uint16Array | BigInt64Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** Collects operations and constants. */
export class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  readonly #constants = new Set<string>();

  /** @param weightType element type of weights. */
  constructor(readonly weightType: 'float32' | 'float16') {}

  /** An operation with one output. @param name unique in the graph. */
  add(op: string, name: string, inputs: readonly Value[], { attributes = {}, output }: NodeOptions = {}): Value {
    return this.addMany(op, name, inputs, [output ?? `${name}_output_0`], attributes)[0];
  }

  /** An operation with several outputs, by name. */
  addMany(
    op: string,
    name: string,
    inputs: readonly Value[],
    outputs: readonly Value[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): readonly Value[] {
    this.nodes.push({ name, op, inputs, outputs, attributes });
    return outputs;
  }

  /** The value in another element type. */
  cast(name: string, value: Value, to: OnnxType, output?: Value): Value {
    return this.add('Cast', name, [value], { attributes: { to: ONNX_TYPE[to] }, ...(output && { output }) });
  }

  /** A trained array, in the graph's element type for weights. */
  weight(name: Value, dims: readonly number[], values: Float32Array): Value {
    const type = this.weightType;
    this.initializers.push({ name, type, dims, bytes: bytesOf(type === 'float32' ? values : toFloat16(values)) });
    return name;
  }

  /** A float32 array by a name of its own. */
  array(name: Value, dims: readonly number[], values: Float32Array): Value {
    this.initializers.push({ name, type: 'float32', dims, bytes: bytesOf(values) });
    return name;
  }

  /** Whole numbers: a list, or with `dims` [] a scalar. Equal ones are one constant. */
  ints(values: readonly number[], dims: readonly number[] = [values.length]): Value {
    return this.#shared('int64', dims, values, () => bytesOf(BigInt64Array.from(values, BigInt)));
  }

  /** As `ints`, float32. */
  floats(values: readonly number[], dims: readonly number[] = [values.length]): Value {
    return this.#shared('float32', dims, values, () => bytesOf(Float32Array.from(values)));
  }

  /** A number in the graph's element type for weights, as maps are. */
  real(value: number): Value {
    const type = this.weightType;
    const values = Float32Array.of(value);
    return this.#shared(type, [], [value], () => bytesOf(type === 'float32' ? values : toFloat16(values)));
  }

  #shared(type: OnnxType, dims: readonly number[], values: readonly number[], bytes: () => Uint8Array): Value {
    const name = `/constants/${type}[${dims.join(',')}](${values.join(',')})`;
    if (!this.#constants.has(name)) {
      if (elementCount(dims) !== values.length) throw new Error(`${name}: values do not fit the shape`);
      this.#constants.add(name);
      this.initializers.push({ name, type, dims, bytes: bytes() });
    }
    return name;
  }
}
