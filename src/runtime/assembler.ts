/**
 * Writes small WebAssembly modules: functions on a memory that is given to them, with vectors of 128 bits.
 * WebAssembly core specification 2.0, chapter 5 (binary format), and its vector instructions.
 */

/** Types of values. */
export const I32 = 0x7f;
export const V128 = 0x7b;
type ValueType = typeof I32 | typeof V128;

const BLOCK = 0x02;
const LOOP = 0x03;
const END = 0x0b;
const BR_IF = 0x0d;
const SELECT = 0x1b;
const LOCAL_GET = 0x20;
const LOCAL_SET = 0x21;
const LOCAL_TEE = 0x22;
const I32_CONST = 0x41;
const NO_VALUE = 0x40;
const VECTOR = 0xfd;
const FUNCTION_TYPE = 0x60;
const ALIGN_4 = 2;

const I32_OPS = { eqz: 0x45, lt_u: 0x49, add: 0x6a, sub: 0x6b, mul: 0x6c, and: 0x71 } as const;
const F32X4_OPS = { neg: 0xe1, add: 0xe4, sub: 0xe5, mul: 0xe6, div: 0xe7, pmin: 0xea, pmax: 0xeb } as const;
const F64X2_OPS = { convert_low_i32x4_s: 0xfe, sqrt: 0xef, add: 0xf0, sub: 0xf1, mul: 0xf2 } as const;
const I16X8_OPS = { splat: 0x10, narrow_i32x4_s: 0x85, add: 0x8e, sub: 0x91, mul: 0x95 } as const;
const I32X4_OPS = {
  ...{ splat: 0x11, shl: 0xab, shr_s: 0xac, add: 0xae, sub: 0xb1, dot_i16x8_s: 0xba },
} as const;
const F32X4_DEMOTE_F64X2_ZERO = 0x5e;
const I8X16_SHUFFLE = 0x0d;
const V128_AND = 0x4e;
const V128_LOAD = 0x00;
const V128_LOAD8X8_U = 0x02;
const V128_LOAD32_SPLAT = 0x09;
const V128_STORE = 0x0b;
const V128_CONST = 0x0c;

/** A local variable or parameter of a function. */
export interface Local {
  readonly index: number;
}

/** What may stand where a number is wanted: a variable or a constant. */
export type Operand = Local | number;

/** One function under construction: instructions are written down in the order of the calls. */
export class FunctionWriter {
  readonly #code: number[] = [];
  readonly #types: ValueType[] = [];

  /** @param parameters how many parameters, all i32; they are variables 0, 1, 2 … */
  constructor(readonly parameters: number) {}

  /** New variables. */
  locals(count: number, type: ValueType): Local[] {
    return Array.from({ length: count }, () => this.local(type));
  }

  local(type: ValueType): Local {
    this.#types.push(type);
    return { index: this.parameters + this.#types.length - 1 };
  }

  /** The parameters. */
  arguments(): Local[] {
    return Array.from({ length: this.parameters }, (_, index) => ({ index }));
  }

  get(operand: Operand): this {
    if (typeof operand === 'number') this.#code.push(I32_CONST, ...signed(operand));
    else this.#code.push(LOCAL_GET, ...unsigned(operand.index));
    return this;
  }

  set({ index }: Local): this {
    this.#code.push(LOCAL_SET, ...unsigned(index));
    return this;
  }

  tee({ index }: Local): this {
    this.#code.push(LOCAL_TEE, ...unsigned(index));
    return this;
  }

  /** Puts the sum of some i32 on the stack. */
  total(first: Operand, ...rest: readonly Operand[]): this {
    this.get(first);
    for (const operand of rest) this.get(operand).i32('add');
    return this;
  }

  /** Takes two i32 (`eqz`: one) from the stack and puts the result there. */
  i32(op: keyof typeof I32_OPS): this {
    this.#code.push(I32_OPS[op]);
    return this;
  }

  /** Takes two vectors (`neg`: one) from the stack and puts the result there, lane by lane; `pmin` and `pmax` give NaN for NaN first. */
  f32x4(op: keyof typeof F32X4_OPS): this {
    this.#code.push(VECTOR, ...unsigned(F32X4_OPS[op]));
    return this;
  }

  /** As `f32x4`; `convert_low_i32x4_s` makes doubles of the first two of four whole numbers. */
  f64x2(op: keyof typeof F64X2_OPS): this {
    this.#code.push(VECTOR, ...unsigned(F64X2_OPS[op]));
    return this;
  }

  /** Takes two doubles: a vector of them as floats, then two zeros. */
  demote(): this {
    this.#code.push(VECTOR, F32X4_DEMOTE_F64X2_ZERO);
    return this;
  }

  /** As `f32x4`; `splat` takes an i32, `narrow_i32x4_s` two vectors of four, the first for the first lanes. */
  i16x8(op: keyof typeof I16X8_OPS): this {
    this.#code.push(VECTOR, ...unsigned(I16X8_OPS[op]));
    return this;
  }

  /** As `f32x4`; `splat` and a shift's distance take an i32, `dot_i16x8_s` sums products of neighbouring i16. */
  i32x4(op: keyof typeof I32X4_OPS): this {
    this.#code.push(VECTOR, ...unsigned(I32X4_OPS[op]));
    return this;
  }

  /** Takes two vectors and puts the bits there that both have. */
  and(): this {
    this.#code.push(VECTOR, V128_AND);
    return this;
  }

  /** Takes two vectors and puts i16 of them there: 0 … 7 are those of the first, 8 … 15 those of the second one. */
  shuffle(lanes: readonly number[]): this {
    this.#code.push(VECTOR, I8X16_SHUFFLE, ...lanes.flatMap((lane) => [2 * lane, 2 * lane + 1]));
    return this;
  }

  /** A vector of four equal numbers. */
  splat(value: number): this {
    return this.constant(new Float32Array(4).fill(value));
  }

  /** A vector of these 16 bytes. */
  constant(values: Float32Array | Float64Array | Int16Array): this {
    this.#code.push(VECTOR, V128_CONST, ...new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return this;
  }

  /** Takes an i32 from the stack: the second of the two values below it if it is 0, else the first. */
  select(): this {
    this.#code.push(SELECT);
    return this;
  }

  /** Takes an address from the stack. */
  loadVector(offset = 0): this {
    this.#code.push(VECTOR, V128_LOAD, ALIGN_4, ...unsigned(offset));
    return this;
  }

  /** Takes an address from the stack: the eight bytes there as i16. */
  loadBytes(offset = 0): this {
    this.#code.push(VECTOR, V128_LOAD8X8_U, ALIGN_4, ...unsigned(offset));
    return this;
  }

  /** Takes an address from the stack: a vector of four times the float there. */
  loadSplat(offset = 0): this {
    this.#code.push(VECTOR, V128_LOAD32_SPLAT, ALIGN_4, ...unsigned(offset));
    return this;
  }

  /** Takes an address and a vector from the stack. */
  storeVector(offset = 0): this {
    this.#code.push(VECTOR, V128_STORE, ALIGN_4, ...unsigned(offset));
    return this;
  }

  /** Runs the body for `counter` = from, from + step … below `to`; not at all if `from` is not below `to`. Unsigned. */
  loop(counter: Local, from: Operand, to: Operand, step: number, body: () => void): this {
    this.get(from).set(counter);
    this.#code.push(BLOCK, NO_VALUE);
    this.get(counter).get(to).i32('lt_u').i32('eqz');
    this.#code.push(BR_IF, 0, LOOP, NO_VALUE);
    body();
    this.get(counter).get(step).i32('add').tee(counter).get(to).i32('lt_u');
    this.#code.push(BR_IF, 0, END, END);
    return this;
  }

  /** The function's entry in the code section. */
  bytes(): number[] {
    const groups = this.#types.flatMap((type) => [1, type]);
    return sized([...unsigned(this.#types.length), ...groups, ...this.#code, END]);
  }
}

/** How the memory that the functions work on was made. */
export interface MemoryKind {
  /** Threads share it. */
  readonly shared: boolean;
}

/** Pages of 64 kB that an address of 32 bits can name. */
const MOST_PAGES = 65_536;
const LIMITS = { open: 0x00, shared: 0x03 } as const;
const SECTIONS = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;
const MAGIC = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** A module that imports `env.memory` and exports the functions by their names; they return nothing. */
export function moduleBytes(
  functions: Readonly<Record<string, FunctionWriter>>,
  memory: MemoryKind,
): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(functions);
  const types = entries.map(([, { parameters }]) => [
    FUNCTION_TYPE,
    ...list(Array.from({ length: parameters }, () => [I32])),
    0,
  ]);
  const limits = memory.shared ? [LIMITS.shared, 1, ...unsigned(MOST_PAGES)] : [LIMITS.open, 1];
  return Uint8Array.from([
    ...MAGIC,
    ...section(SECTIONS.type, types),
    ...section(SECTIONS.import, [[...text('env'), ...text('memory'), 0x02, ...limits]]),
    ...section(
      SECTIONS.function,
      entries.map((_, i) => unsigned(i)),
    ),
    ...section(
      SECTIONS.export,
      entries.map(([name], i) => [...text(name), 0x00, ...unsigned(i)]),
    ),
    ...section(
      SECTIONS.code,
      entries.map(([, writer]) => writer.bytes()),
    ),
  ]);
}

const section = (id: number, items: readonly (readonly number[])[]): number[] => [id, ...sized(list(items))];
const list = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes];
const text = (name: string): number[] => sized([...new TextEncoder().encode(name)]);

/** LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

/** LEB128 of a signed 32-bit number. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7) {
    const low = rest & 0x7f;
    if (rest < 64 && rest >= -64) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}
