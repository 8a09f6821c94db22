/** Writes pickles, honest and hostile: for tests and for the fuzzer. Nothing but the opcodes of protocol 2 is used. */

/** What can be written: plain values, dicts as Maps, lists as arrays, and the things below. */
export type Picklable = null | boolean | number | string | Picklable[] | Map<Picklable, Picklable> | Special;

/** Something that writes its own opcodes. */
export class Special {
  constructor(readonly write: (out: number[]) => void) {}
}

const text = new TextEncoder();

/** A whole pickle with PROTO and STOP. */
export function pickled(value: Picklable): Uint8Array {
  const out = [0x80, 2];
  write(out, value);
  out.push(op('.'));
  return Uint8Array.from(out);
}

export function op(character: string): number {
  return character.charCodeAt(0);
}

/** Opcodes as they are. */
export function raw(...bytes: (number | string)[]): Special {
  return new Special((out) => {
    for (const item of bytes) out.push(...(typeof item === 'string' ? text.encode(item) : [item]));
  });
}

export function tuple(...items: Picklable[]): Special {
  return new Special((out) => {
    out.push(op('('));
    for (const item of items) write(out, item);
    out.push(op('t'));
  });
}

export function global(module: string, name: string): Special {
  return raw(`c${module}\n${name}\n`);
}

/** REDUCE: what Python would call. */
export function call(callable: Picklable, ...args: Picklable[]): Special {
  return new Special((out) => {
    write(out, callable);
    write(out, tuple(...args));
    out.push(op('R'));
  });
}

/** NEWOBJ and BUILD: an instance with its `__dict__`. */
export function instance(module: string, name: string, state: Picklable): Special {
  return new Special((out) => {
    write(out, global(module, name));
    out.push(op(')'), 0x81);
    write(out, state);
    out.push(op('b'));
  });
}

export function persistent(id: Picklable): Special {
  return new Special((out) => {
    write(out, id);
    out.push(op('Q'));
  });
}

/** Stores the value in the memo on the way. */
export function memoized(index: number, value: Picklable): Special {
  return new Special((out) => {
    write(out, value);
    out.push(op('r'), ...u32(index));
  });
}

export function recalled(index: number): Special {
  return raw(op('j'), ...u32(index));
}

/** A tensor as torch writes it. */
export function tensor(
  storage: { kind: string; key: string; count: number },
  shape: number[],
  strides: number[],
  offset = 0,
): Special {
  const reference = persistent(tuple('storage', global('torch', storage.kind), storage.key, 'cpu', storage.count));
  const hooks = call(global('collections', 'OrderedDict'));
  return call(
    global('torch._utils', '_rebuild_tensor_v2'),
    reference,
    offset,
    tuple(...shape),
    tuple(...strides),
    false,
    hooks,
  );
}

/** An nn.Module of a class that nobody has. */
export function moduleOf(parameters: [string, Picklable][], children: [string, Picklable][] = []): Special {
  const state = new Map<Picklable, Picklable>([
    ['training', false],
    ['_parameters', new Map(parameters)],
    ['_buffers', call(global('collections', 'OrderedDict'))],
    ['_modules', new Map(children)],
  ]);
  return instance('nowhere', 'Module', state);
}

function write(out: number[], value: Picklable): void {
  if (value instanceof Special) value.write(out);
  else if (value === null) out.push(op('N'));
  else if (typeof value === 'boolean') out.push(value ? 0x88 : 0x89);
  else if (typeof value === 'number') writeNumber(out, value);
  else if (typeof value === 'string') {
    const bytes = text.encode(value);
    out.push(op('X'), ...u32(bytes.length), ...bytes);
  } else if (Array.isArray(value)) {
    out.push(op(']'), op('('));
    for (const item of value) write(out, item);
    out.push(op('e'));
  } else {
    out.push(op('}'), op('('));
    for (const [key, item] of value) {
      write(out, key);
      write(out, item);
    }
    out.push(op('u'));
  }
}

function writeNumber(out: number[], value: number): void {
  const bytes = new DataView(new ArrayBuffer(8));
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 31) out.push(op('J'), ...u32(value));
  else if (Number.isSafeInteger(value)) {
    bytes.setBigInt64(0, BigInt(value), true);
    out.push(0x8a, 8, ...new Uint8Array(bytes.buffer));
  } else {
    bytes.setFloat64(0, value, false);
    out.push(op('G'), ...new Uint8Array(bytes.buffer));
  }
}

function u32(value: number): number[] {
  return [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >>> 24) & 255];
}
