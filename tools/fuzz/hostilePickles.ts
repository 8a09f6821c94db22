/** Pickles made to hurt: loops, shared references that multiply, and opcodes out of place. */
import {
  call,
  global,
  instance,
  memoized,
  moduleOf,
  op,
  pickled,
  raw,
  recalled,
  tensor,
  tuple,
  Special,
  type Picklable,
} from './pickleWriter.js';
import type { Random } from './random.js';

const WEIGHT = tensor({ kind: 'FloatStorage', key: '0', count: 16 }, [4, 4], [4, 1]);

/** A whole pickle of one of the families. */
export function hostilePickle(random: Random): Uint8Array {
  return pickled(random.pick(FAMILIES)(random));
}

const FAMILIES: readonly ((random: Random) => Picklable)[] = [
  () => call(global('os', 'system'), 'touch /tmp/executed'),
  () => new Map<Picklable, Picklable>([['model', call(global('builtins', 'eval'), '1/0')]]),
  () =>
    new Map<Picklable, Picklable>([
      ['__proto__', WEIGHT],
      ['constructor', WEIGHT],
      ['toString', 1],
    ]),
  () => loopedModule(),
  () => loopedList(),
  () => loopedDict(),
  (random) => multiplied(2 + random.below(60)),
  (random) => deepModules(1 + random.below(200)),
  (random) => deepLists(1 + random.below(20_000)),
  (random) => raw(...Array.from({ length: random.below(2_000) }, () => op('('))),
  (random) => wrappedParameter(random.below(20)),
  (random) => repeated(1 + random.below(40_000), [op(']')]),
  (random) => repeated(1 + random.below(40_000), [op('N'), op('2'), op('0')]),
  (random) => new Map<Picklable, Picklable>([['x'.repeat(random.below(2_000)), WEIGHT]]),
  (random) => raw(op('X'), ...random.bytes(4), 'too short'),
  (random) => raw(0x8b, ...random.bytes(4), 1, 2, 3),
];

/** A module that is its own child. */
function loopedModule(): Picklable {
  const state = new Map<Picklable, Picklable>([
    ['_parameters', new Map([['weight', WEIGHT]])],
    ['_modules', new Map<Picklable, Picklable>([['again', recalled(0)]])],
  ]);
  return new Special((out) => {
    memoized(0, new Special(instanceHead)).write(out);
    raw('}(').write(out);
    for (const [key, value] of state) entry(out, key, value);
    out.push(op('u'), op('b'));
  });
}

function instanceHead(out: number[]): void {
  global('nowhere', 'Module').write(out);
  out.push(op(')'), 0x81);
}

function entry(out: number[], key: Picklable, value: Picklable): void {
  for (const item of [key, value]) out.push(...pickled(item).slice(2, -1));
}

function loopedList(): Picklable {
  return raw(op(']'), op('q'), 0, op('h'), 0, op('a'), op('h'), 0, op('a'));
}

function loopedDict(): Picklable {
  return raw(op('}'), op('q'), 0, op('X'), 5, 0, 0, 0, 'model', op('h'), 0, op('s'));
}

/** Each level holds the level below ten times: 10^depth modules to whoever walks them all. */
function multiplied(depth: number): Picklable {
  let level: Picklable = memoized(1_000, moduleOf([['weight', WEIGHT]]));
  for (let i = 0; i < depth; i++) {
    const index = 1_000 + i;
    const inner = level;
    const children = Array.from({ length: 10 }, (_, k): [string, Picklable] => [
      String(k),
      k === 0 ? inner : recalled(index),
    ]);
    level = memoized(index + 1, moduleOf([], children));
  }
  return level;
}

function deepModules(depth: number): Picklable {
  let inner: Picklable = moduleOf([['weight', WEIGHT]]);
  for (let i = 0; i < depth; i++) inner = moduleOf([], [['m', inner]]);
  return inner;
}

/** [[[…]]], which recursive readers fall over. */
function deepLists(depth: number): Picklable {
  return repeated(
    depth,
    [op(']')],
    Array.from({ length: depth - 1 }, () => op('a')),
  );
}

function wrappedParameter(depth: number): Picklable {
  let inner: Picklable = WEIGHT;
  for (let i = 0; i < depth; i++) inner = call(global('torch._utils', '_rebuild_parameter'), inner, false, tuple());
  return new Map<Picklable, Picklable>([['model.0.weight', inner]]);
}

function repeated(count: number, codes: readonly number[], tail: readonly number[] = []): Picklable {
  return new Special((out) => {
    for (let i = 0; i < count; i++) for (const code of codes) out.push(code);
    for (const code of tail) out.push(code);
  });
}

/** A few opcodes with arguments of the right length, whatever stands on the stack. */
export function hostileSnippet(random: Random): Uint8Array {
  const byte = (): number => random.below(256);
  const pieces: Picklable[] = [
    raw(byte()),
    raw(op('h'), random.below(64)),
    raw(op('q'), random.below(64)),
    raw(op('j'), byte(), random.below(4), 0, 0),
    raw(op('r'), byte(), byte(), byte(), byte()),
    raw(op('K'), byte()),
    raw(op('J'), byte(), byte(), byte(), byte()),
    raw(op('X'), random.below(4), 0, 0, 0, 'abc'),
    raw(op(random.pick('( 0 1 2 N R ) ] } t a b e s u l o Q'.split(' ')))),
    raw(random.pick([0x81, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8f, 0x90, 0x91, 0x92, 0x93, 0x94])),
    raw(random.pick([0x82, 0x83, 0x84, 0x8a, 0x8b, 0x8d, 0x8e, 0x95, 0x96, 0x97, 0x98]), byte(), byte()),
    global(
      random.pick(['os', 'torch._utils', 'collections', 'torch']),
      random.pick(['system', '_rebuild_tensor_v2', '_rebuild_parameter', 'OrderedDict', 'FloatStorage']),
    ),
    WEIGHT,
    tuple('storage', global('torch', 'HalfStorage'), '0', 'cpu', random.below(100)),
    instance('a', 'b', new Map<Picklable, Picklable>([['_modules', recalled(random.below(64))]])),
  ];
  return pickled(random.pick(pieces)).slice(2, -1);
}
