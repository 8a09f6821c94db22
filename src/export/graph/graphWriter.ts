/** A growing TensorFlow graph: operations of float32 tensors, by name, in the order in which they run. */
import { DATA_TYPE, shapeProto, type AttrValue, type NodeDef } from '../../runtime/compile/graphDef.js';
import { elementCount } from '../../weights/tensor.js';

/** Name of an operation's output, as other operations take it. */
export type Edge = string;

type Attributes = Readonly<Record<string, AttrValue>>;

/** Attributes that most operations have. */
export const FLOAT: AttrValue = { type: DATA_TYPE.float32 };
export const INT: AttrValue = { type: DATA_TYPE.int32 };

/** A text as an attribute. */
export const textAttribute = (text: string): AttrValue => ({ s: new TextEncoder().encode(text) });

/** Collects nodes and constants. */
export class GraphWriter {
  readonly nodes: NodeDef[] = [];
  /** Names of the constants that are trained weights: what may be stored in half precision. */
  readonly weights = new Set<string>();
  readonly #integers = new Map<string, Edge>();
  readonly #used = new Set<string>();

  /** An operation on float32 tensors. @param name made unique by a number if it is taken. */
  add(op: string, name: string, input: readonly Edge[], attr: Attributes = {}): Edge {
    return this.#node(op, name, input, { T: FLOAT, ...attr });
  }

  /** An operation without the attribute `T`, or with another one. */
  addPlain(op: string, name: string, input: readonly Edge[], attr: Attributes): Edge {
    return this.#node(op, name, input, attr);
  }

  /** A float32 constant. */
  floats(name: string, values: Float32Array, shape: readonly number[]): Edge {
    return this.#constant(name, DATA_TYPE.float32, values, shape);
  }

  /** A constant that is a trained weight. */
  weight(name: string, values: Float32Array, shape: readonly number[]): Edge {
    const edge = this.floats(name, values, shape);
    this.weights.add(edge);
    return edge;
  }

  /** An int32 list; a scalar for a single number that is not in a list. Equal ones are one constant. */
  ints(values: readonly number[] | number): Edge {
    const key = JSON.stringify(values);
    const known = this.#integers.get(key);
    if (known !== undefined) return known;
    const list = typeof values === 'number' ? [values] : values;
    const shape = typeof values === 'number' ? [] : [values.length];
    const name = `int${list.map((n) => `_${n < 0 ? `m${-n}` : n}`).join('')}`;
    const edge = this.#constant(name, DATA_TYPE.int32, Int32Array.from(list), shape);
    this.#integers.set(key, edge);
    return edge;
  }

  reshape(name: string, x: Edge, shape: Edge | readonly number[]): Edge {
    return this.add('Reshape', name, [x, typeof shape === 'string' ? shape : this.ints(shape)], { Tshape: INT });
  }

  concat(name: string, parts: readonly Edge[], axis: number): Edge {
    return this.add('ConcatV2', name, [...parts, this.ints(axis)], { N: { i: parts.length }, Tidx: INT });
  }

  slice(name: string, x: Edge, begin: readonly number[], size: readonly number[]): Edge {
    return this.add('Slice', name, [x, this.ints(begin), this.ints(size)], { Index: INT });
  }

  #constant(name: string, dtype: number, values: Float32Array | Int32Array, shape: readonly number[]): Edge {
    if (elementCount(shape) !== values.length) throw new Error(`${name}: the values do not fit the shape`);
    const content = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const tensor = { dtype, tensor_shape: shapeProto(shape), tensor_content: content };
    return this.#node('Const', name, [], { dtype: { type: dtype }, value: { tensor } });
  }

  #node(op: string, wanted: string, input: readonly Edge[], attr: Attributes): Edge {
    let name = wanted;
    for (let n = 1; this.#used.has(name); n++) name = `${wanted}_${n}`;
    this.#used.add(name);
    this.nodes.push({ name, op, input, attr });
    return name;
  }
}
