/** Junk in each argument of every public function: the answer is a result or a FastSAMError, never a foreign error. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FastSAMError } from '../../src/errors.js';
import { showValue } from '../../src/options/showValue.js';
import { JUNK, Trap, TRAPS } from './junkValues.js';
import { OPTIONS, type Argument, type Kind } from './publicCall.js';
import { ENTRIES, PUBLIC_CALLS } from './publicCalls.js';

/** Offered members that cannot be called, or take nothing and end what others call. */
const NOT_CALLED = [
  'Clip.dispose',
  'Results.imageMasks',
  'Mask.area',
  './worker FastSAM.info',
  './worker FastSAM.dispose',
];
/** Of the controller: what is read and set. Of the element: all, since it needs a page. */
const OF_PAGES = ['scene', 'state', 'labels', 'history', 'tool', 'mode', 'brushRadius', 'reach'].map(
  (name) => `Interaction.${name}`,
);
const isOfElement = (name: string): boolean => /^(new )?FastSAMImage\b/.test(name);
/** They take tensors and functions, and run on TensorFlow's own library only. */
const NEED_TENSORFLOW = Object.keys(ENTRIES['./compile']);

function kindOf(value: unknown): Kind {
  if (value === undefined) return 'undefined';
  if (value === null) return 'null';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'boolean') return 'flag';
  if (typeof value === 'function') return 'function';
  if (Array.isArray(value)) return 'list';
  if (ArrayBuffer.isView(value)) return value instanceof Uint8Array ? 'bytes' : 'numbers';
  return typeof value === 'object' ? 'object' : 'anything';
}

/** Whether an argument may be of the value's kind at all. */
function allowed(value: unknown, valid: unknown, optional: boolean, also: readonly Kind[]): boolean {
  if (value === undefined && optional) return true;
  if (also.includes('anything') || also.includes(kindOf(value))) return true;
  if (also.includes('numbers') && (Array.isArray(value) || ArrayBuffer.isView(value))) return true;
  if (kindOf(value) !== kindOf(valid) || Number.isNaN(value)) return false;
  if (kindOf(value) !== 'object') return true;
  // An instance of a class is needed where the example is one.
  const prototype: unknown = Object.getPrototypeOf(valid);
  return prototype === Object.prototype || prototype === Object.getPrototypeOf(value);
}

/** Whether a number that is none has come out. */
const holdsNaN = (result: unknown): boolean =>
  Number.isNaN(result) ||
  ((Array.isArray(result) || result instanceof Float64Array) && Array.from(result).some((each) => Number.isNaN(each)));

async function problemOf(call: (...args: never[]) => unknown, args: readonly unknown[], fits: boolean) {
  try {
    const result = await (call as (...args: unknown[]) => unknown)(...args);
    if (!fits) return 'was taken';
    return holdsNaN(result) ? 'gave NaN' : undefined;
  } catch (error) {
    if (error instanceof Trap) return undefined;
    if (!(error instanceof FastSAMError))
      return String((error as Error).stack)
        .split('\n')
        .slice(0, 3)
        .join(' | ');
    if (/[\n\r]|undefined \(reading|is not a function|is not iterable|Cannot convert/.test(error.message))
      return error.message;
    return undefined;
  }
}

function shown(value: unknown): string {
  try {
    return `${kindOf(value)} ${JSON.stringify(value).slice(0, 40)}`;
  } catch {
    return `${kindOf(value)} ${showValue(value)}`;
  }
}

describe('junk in public functions', () => {
  test.each(Object.entries(PUBLIC_CALLS))(
    '%s',
    async (_, { call, args }) => {
      const valid = () => args.map(({ make }) => make());
      const problems: string[] = [];
      const first = await problemOf(call, valid(), true);
      if (first !== undefined) problems.push(`valid call: ${first}`);
      for (const [i, { make, optional, also }] of args.entries()) {
        for (const junk of JUNK) {
          // A class that is called as a function throws an error of the engine.
          if (junk === FastSAMError && typeof make() === 'function') continue;
          const given = valid();
          given[i] = junk;
          const problem = await problemOf(call, given, allowed(junk, make(), optional, also));
          if (problem !== undefined) problems.push(`argument ${i}: ${shown(junk)}: ${problem}`);
        }
      }
      expect(problems.join('\n')).toBe('');
    },
    60_000,
  );
});

/** Names that peers' callers write, ours, and those that objects bring along. */
const NAMES = [
  ...['boxes', 'bboxes', 'points', 'labels', 'conf', 'imgsz', 'signal', 'clean', 'quality', 'format', 'imageId'],
  ...['constructor', '__proto__', 'toString', 'x y'],
];
const VALUES = [...JUNK, ...TRAPS];
/** Places in the list rather than the values, some of which fast-check cannot hold. */
const place = fc.nat(VALUES.length - 1);
const choice = fc.oneof(
  fc.constant('valid' as const),
  fc.nat(JUNK.length - 1),
  fc.dictionary(fc.constantFrom(...NAMES), place, { maxKeys: 3 }),
);

/** The value that a choice stands for. Values that throw when they are looked at are for options, which refuse them. */
function made(chosen: 'valid' | number | Readonly<Record<string, number>>, argument: Argument): unknown {
  if (chosen === 'valid') return argument.make();
  if (typeof chosen === 'number') return argument === OPTIONS ? VALUES[chosen % VALUES.length] : JUNK[chosen];
  const values = argument === OPTIONS ? VALUES : JUNK;
  return Object.fromEntries(Object.entries(chosen).map(([name, at]) => [name, values[at % values.length]]));
}

describe('junk in all arguments at once, and options of random names', () => {
  const calls = Object.entries(PUBLIC_CALLS).filter(([, { args }]) => args.length > 0);
  test.each(calls)(
    '%s',
    async (name, { call, args }) => {
      const problems = new Set<string>();
      await fc.assert(
        fc.asyncProperty(fc.array(choice, { minLength: args.length, maxLength: args.length }), async (chosen) => {
          const given = args.map((argument, i) => made(chosen[i], argument));
          if (given.includes(FastSAMError)) return;
          const problem = await problemOf(call, given, true);
          if (problem !== undefined) problems.add(problem);
        }),
        { numRuns: name.startsWith('FastSAM') ? 25 : 80 },
      );
      expect([...problems].join('\n')).toBe('');
    },
    60_000,
  );
});

describe('the table', () => {
  test('has every entry of the package', () => {
    const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: object };
    const entries = Object.keys(exports).filter((name) => !/\*|program$/.test(name)); // the others are files
    expect([...Object.keys(ENTRIES), './package.json'].sort()).toEqual(entries.sort());
  });

  test('has everything that can be called', () => {
    const first = new Map<string, unknown>();
    const names = Object.entries(ENTRIES).flatMap(([entry, offered]) =>
      Object.entries(offered).flatMap(([name, value]: [string, unknown]) =>
        namesOf(name, value).map(([each, owner]) => {
          const key = owner === value ? name : each;
          if (!first.has(key)) first.set(key, owner);
          return first.get(key) === owner ? each : `${entry} ${each}`; // another thing of that name
        }),
      ),
    );
    const missing = names.filter(
      (name) =>
        !Object.hasOwn(PUBLIC_CALLS, name) &&
        !isOfElement(name) &&
        ![...NOT_CALLED, ...OF_PAGES, ...NEED_TENSORFLOW].includes(name),
    );
    expect(missing).toEqual([]);
  });
});

/** What can be called of an export, each with the function or class that it is of. */
function namesOf(name: string, value: unknown): [name: string, owner: unknown][] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value).flatMap(([member, each]) =>
      typeof each === 'function' ? [[`${name}.${member}`, each]] : [],
    );
  }
  if (typeof value !== 'function') return [];
  if (!Function.prototype.toString.call(value).startsWith('class')) return [[name, value]];
  const statics = Object.getOwnPropertyNames(value).filter((each) => !['length', 'name', 'prototype'].includes(each));
  const methods = Object.getOwnPropertyNames(value.prototype).filter((each) => each !== 'constructor');
  const constructed = ['FastSAM', 'NetworkModel', 'Clip'].includes(name) ? [] : [`new ${name}`]; // their constructors are private
  return [...constructed, ...[...statics, ...methods].map((each) => `${name}.${each}`)].map((each) => [each, value]);
}
