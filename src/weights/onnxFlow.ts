/** How values go through an ONNX graph, and which activation a value goes into. */
import type { OnnxFile, OnnxFileNode } from './onnxGraph.js';
import { factsOf, type Fact, type ModuleFacts } from './moduleFacts.js';
import { elementCount } from './tensor.js';

/** Operations that hand a value on under another name. */
const ALIASES: ReadonlySet<string> = new Set(['Identity', 'Cast']);
const MAX_ALIASES = 16;
/** Users of a value that are looked at; a block's output has some ten. */
const MAX_USERS = 100;
/** Longest constant that is a setting. */
const MAX_VALUES = 16;

/** Activations that are one operation, with the facts that it states. */
const SINGLE = new Map<string, (node: OnnxFileNode, flow: OnnxFlow) => Readonly<Record<string, Fact>>>([
  ['Relu', () => ({ class: 'ReLU' })],
  ['LeakyRelu', (node) => ({ class: 'LeakyReLU', negative_slope: numberOf(node, 'alpha', 0.01) })],
  ['Elu', (node) => ({ class: 'ELU', alpha: numberOf(node, 'alpha', 1) })],
  ['HardSwish', () => ({ class: 'Hardswish' })],
  ['Tanh', () => ({ class: 'Tanh' })],
  ['Mish', () => ({ class: 'Mish' })],
  ['Gelu', (node) => ({ class: 'GELU', approximate: node.attributes.get('approximate') ?? 'none' })],
  ['Swish', (node) => ({ class: numberOf(node, 'alpha', 1) === 1 ? 'SiLU' : 'Swish' })],
  ['Clip', (node, flow) => ({ class: 'Hardtanh', ...clipLimits(node, flow) })],
  ['PRelu', () => ({ class: 'PReLU' })],
  ['Selu', () => ({ class: 'SELU' })],
  ['Celu', () => ({ class: 'CELU' })],
  ['Softsign', () => ({ class: 'Softsign' })],
  ['ThresholdedRelu', () => ({ class: 'Threshold' })],
]);

/** Operations that a block's output goes into where there is no activation before them. */
const PLAIN_USERS: ReadonlySet<string> = new Set([
  'Conv', 'ConvTranspose', 'Concat', 'Split', 'Slice', 'MaxPool', 'Resize', 'Upsample', 'Reshape', 'Identity', 'Cast',
]); // prettier-ignore

/** Where an activation ends, and what it is. */
export interface FoundActivation {
  readonly facts: ModuleFacts;
  readonly output: string;
}

/** Makers and users of values. */
export class OnnxFlow {
  readonly #makers = new Map<string, OnnxFileNode>();
  readonly #users = new Map<string, OnnxFileNode[]>();
  readonly #constants: OnnxFile['constants'];

  constructor({ nodes, constants }: OnnxFile) {
    this.#constants = constants;
    for (const node of nodes) {
      for (const output of node.outputs) this.#makers.set(output, node);
      for (const input of new Set(node.inputs)) {
        const users = this.#users.get(input);
        if (users === undefined) this.#users.set(input, [node]);
        else if (users.length < MAX_USERS) users.push(node);
      }
    }
  }

  /** The name under which a value was made: exporters store equal arrays once under many names. */
  sourceOf(value: string): string {
    let source = value;
    for (let i = 0; i < MAX_ALIASES; i++) {
      const maker = this.#makers.get(source);
      if (maker === undefined || !ALIASES.has(maker.op)) break;
      source = maker.inputs.at(0) ?? '';
    }
    return source;
  }

  /** The operation that makes a value, aliases passed over; none for inputs of the graph. */
  makerOf(value: string): OnnxFileNode | undefined {
    return this.#makers.get(this.sourceOf(value));
  }

  /** The operations that take a value, in the order of the file. */
  usersOf(value: string): readonly OnnxFileNode[] {
    return this.#users.get(value) ?? [];
  }

  isConstant(value: string): boolean {
    return this.#constants.has(this.sourceOf(value));
  }

  /** A short constant; undefined for anything else. */
  valuesOf(value: string): readonly number[] | undefined {
    const tensor = this.#constants.get(this.sourceOf(value))?.();
    if (tensor === undefined || elementCount(tensor.shape) > MAX_VALUES) return undefined;
    return Array.from(tensor.toFloat32());
  }

  /** The activation that a value goes into. */
  activationAt(value: string): FoundActivation {
    const users = this.usersOf(value);
    const whole = this.#product(value, users);
    if (whole !== undefined) return whole;
    if (users.every((node) => this.#isPlain(node))) return { facts: factsOf({ class: 'Identity' }), output: value };
    const [node, ...others] = users;
    const facts = SINGLE.get(node.op)?.(node, this) ?? (node.op === 'Sigmoid' ? { class: 'Sigmoid' } : undefined);
    if (facts !== undefined && others.length === 0) return { facts: factsOf(facts), output: node.outputs.at(0) ?? '' };
    return {
      facts: factsOf({
        class: `${users
          .map(({ op }) => op)
          .slice(0, 3)
          .join(' and ')} (ONNX)`,
      }),
      output: '',
    };
  }

  /** Activations that multiply the value by a function of it. */
  #product(value: string, users: readonly OnnxFileNode[]): FoundActivation | undefined {
    const product = users.find(({ op, inputs }) => op === 'Mul' && !inputs.some((input) => this.isConstant(input)));
    const others = users.filter((node) => node !== product);
    if (product === undefined || others.length !== 1) return undefined;
    const output = product.outputs.at(0) ?? '';
    const factor = this.makerOf(product.inputs.find((input) => this.sourceOf(input) !== value) ?? '');
    const [first] = others;
    if (first.op === 'Sigmoid' && factor === first) return { facts: factsOf({ class: 'SiLU' }), output };
    if (first.op === 'HardSigmoid' && factor === first) {
      const exact = near(numberOf(first, 'alpha', 0.2), 1 / 6) && near(numberOf(first, 'beta', 0.5), 0.5);
      return { facts: factsOf({ class: exact ? 'Hardswish' : 'HardSigmoid product' }), output };
    }
    if (factor?.op === 'Tanh' && this.makerOf(factor.inputs.at(0) ?? '') === first && first.op === 'Softplus') {
      return { facts: factsOf({ class: 'Mish' }), output };
    }
    return this.#gelu(first, product);
  }

  /** x/√2 (or x·1/√2) → Erf → +1 → ·x → ·½, as PyTorch writes it. */
  #gelu(scaled: OnnxFileNode, product: OnnxFileNode): FoundActivation | undefined {
    const root = this.#constantOf(scaled);
    const isScaled =
      (scaled.op === 'Div' && near(root, Math.SQRT2)) || (scaled.op === 'Mul' && near(root, Math.SQRT1_2));
    const [erf] = this.usersOf(scaled.outputs.at(0) ?? '');
    const [sum] = this.usersOf((erf as OnnxFileNode | undefined)?.outputs.at(0) ?? '');
    const [half] = this.usersOf(product.outputs.at(0) ?? '');
    const chain = [erf, sum, half].map((node: OnnxFileNode | undefined) => node?.op).join();
    if (!isScaled || chain !== 'Erf,Add,Mul') return undefined;
    const exact = near(this.#constantOf(sum), 1) && near(this.#constantOf(half), 0.5);
    return exact ? { facts: factsOf({ class: 'GELU' }), output: half.outputs.at(0) ?? '' } : undefined;
  }

  /** The one number that an operation takes besides its input. */
  #constantOf(node: OnnxFileNode): number {
    const values = node.inputs.map((input) => this.valuesOf(input)).find((found) => found?.length === 1);
    return values?.[0] ?? NaN;
  }

  /** A sum of two maps is a shortcut; one with a number would be part of an activation. */
  #isPlain(node: OnnxFileNode): boolean {
    if (node.op === 'Add') return node.inputs.every((input) => !this.isConstant(input));
    return PLAIN_USERS.has(node.op);
  }
}

function numberOf({ attributes }: OnnxFileNode, name: string, standard: number): number {
  const value = attributes.get(name) ?? standard;
  return typeof value === 'number' ? Number(value.toPrecision(7)) : NaN;
}

/** Attributes once, inputs since operator set 11. */
function clipLimits(node: OnnxFileNode, flow: OnnxFlow): Readonly<Record<string, Fact>> {
  const limit = (input: number, name: string): number =>
    flow.valuesOf(node.inputs.at(input) ?? '')?.[0] ?? numberOf(node, name, NaN);
  return { min_val: limit(1, 'min'), max_val: limit(2, 'max') };
}

/** Constants may have been rounded to half precision. */
const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-3 * Math.abs(b);
