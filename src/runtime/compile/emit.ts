/** From a trace to TensorFlow's nodes: names, element types, casts, constants. */
import { toBfloat16, toFloat16 } from '../../geometry/half.js';
import { DATA_TYPE, shapeProto, type AttrValue, type GraphFile, type NodeDef, type PortDef } from './graphDef.js';
import { FLOAT32_ONLY } from './precision.js';
import type { Precision } from '../choices.js';
import type { ConstantSource, InputSource, OperationSource, Trace, TracedValue } from './trace.js';

const FLOAT_TYPE: Readonly<Record<Precision, number>> = {
  fp32: DATA_TYPE.float32,
  bf16: DATA_TYPE.bfloat16,
  fp16: DATA_TYPE.float16,
};

/** The shape of each input in the signature; -1 for dynamic dimensions. */
export type InputShapes = ReadonlyMap<string, readonly number[]>;

/** The nodes and the signature of a trace. */
export function emit(trace: Trace, shapes: InputShapes): GraphFile {
  return new Emitter(shapes).graph(trace);
}

class Emitter {
  readonly #nodes: NodeDef[] = [];
  readonly #inputs: Record<string, PortDef> = {};
  /** Where a value can be had, by element type. */
  readonly #edges = new Map<TracedValue | ConstantSource, Map<number, string>>();
  readonly #emitted = new Set<OperationSource>();

  readonly #shapes: InputShapes;

  constructor(shapes: InputShapes) {
    this.#shapes = shapes;
  }

  graph(trace: Trace): GraphFile {
    for (const value of trace.inputs) this.#placeholder(value);
    for (const operation of trace.operations) this.#operation(operation);
    const outputs: Record<string, PortDef> = {};
    for (const [name, value] of trace.outputs) {
      const dtype = DATA_TYPE[value.dtype];
      const node = this.#node('Identity', [this.#edge(value, dtype)], { T: { type: dtype } });
      outputs[name] = { name: `${node}:0`, dtype, tensor_shape: shapeProto(value.shape.map(() => -1)) };
    }
    return { nodes: this.#nodes, inputs: this.#inputs, outputs };
  }

  #placeholder(value: TracedValue): void {
    const { name, dtype } = value.source as InputSource;
    const type = DATA_TYPE[dtype];
    const shape = shapeProto(this.#shapes.get(name) ?? value.shape);
    const node = this.#node('Placeholder', [], { dtype: { type }, shape: { shape } });
    this.#edges.set(value, new Map([[type, node]]));
    this.#inputs[name] = { name: `${node}:0`, dtype: type, tensor_shape: shape };
  }

  #operation(operation: OperationSource): void {
    if (this.#emitted.has(operation)) return;
    this.#emitted.add(operation);
    const { op, attrs, inputs, outputs } = operation;
    const float = FLOAT32_ONLY.has(op) ? DATA_TYPE.float32 : FLOAT_TYPE[operation.precision];
    const real = (type: number): number => (type === DATA_TYPE.float32 ? float : type);
    // A cast takes its input in whatever type it is there; everything else wants its own type.
    const types = inputs.map((value) => (op === 'Cast' ? this.#anyType(value) : real(DATA_TYPE[value.dtype])));
    const edges = inputs.map((value, i) => this.#edge(value, types[i]));
    const attr = Object.fromEntries(
      Object.entries(attrs).map(([name, value]) => [name, 'type' in value ? { type: real(value.type) } : value]),
    );
    if (op === 'Cast') attr.SrcT = { type: types[0] };
    if (op === 'ExpandDims') attr.T = { type: types[0] }; // the one type that tfjs-node leaves to be inferred
    const node = this.#node(fusibleName(operation), edges, attr);
    outputs.forEach((value, i) => {
      this.#edges.set(value, new Map([[real(DATA_TYPE[value.dtype]), i === 0 ? node : `${node}:${i}`]]));
    });
  }

  /** A type in which a value can be had without a cast. */
  #anyType(value: TracedValue): number {
    if (value.source.kind === 'operation') this.#operation(value.source);
    const versions = this.#edges.get(value);
    return versions ? [...versions.keys()][0] : DATA_TYPE[value.dtype];
  }

  /** The edge that has a value in this type. */
  #edge(value: TracedValue, type: number): string {
    const { source } = value;
    if (source.kind === 'operation') this.#operation(source); // only for what was put in after the recording
    const key = source.kind === 'constant' ? source : value;
    const versions = this.#edges.get(key) ?? new Map<number, string>();
    this.#edges.set(key, versions);
    let name = versions.get(type);
    if (name === undefined) {
      name = source.kind === 'constant' ? this.#constant(source, value.shape, type) : this.#cast(versions, type);
      versions.set(type, name);
    }
    return name;
  }

  #cast(versions: ReadonlyMap<number, string>, type: number): string {
    const [[from, name]] = versions;
    return this.#node('Cast', [name], { SrcT: { type: from }, DstT: { type } });
  }

  #constant({ values }: ConstantSource, shape: readonly number[], dtype: number): string {
    const { buffer, byteOffset, byteLength } = inType(values, dtype);
    const tensor = {
      dtype,
      tensor_shape: shapeProto(shape),
      tensor_content: new Uint8Array(buffer, byteOffset, byteLength),
    };
    return this.#node('Const', [], { dtype: { type: dtype }, value: { tensor } });
  }

  #node(op: string, input: readonly string[], attr: Readonly<Record<string, AttrValue>>): string {
    const name = `${op}_${this.#nodes.length}`;
    this.#nodes.push({ name, op, input, attr });
    return name;
  }
}

/** Constants are only asked for in their own type, or as halves of float32. */
function inType(values: ConstantSource['values'], dtype: number): ArrayBufferView {
  if (dtype === DATA_TYPE.bfloat16) return toBfloat16(values as Float32Array);
  if (dtype === DATA_TYPE.float16) return toFloat16(values as Float32Array);
  return values;
}

/**
 * tfjs adds a bias with Add, which TensorFlow's optimizer does not fuse into the convolution or product before it; it
 * does so with BiasAdd, and AddV2 is the Add that it knows best.
 */
function fusibleName({ op, inputs: [a, b] }: OperationSource): string {
  if (op !== 'Add') return op;
  const isBias = a.shape.length >= 2 && b.shape.length === 1 && b.shape[0] === a.shape.at(-1);
  return isBias ? 'BiasAdd' : 'AddV2';
}
