/** The kinds of rows: numbers, choices, switches, texts, functions and what only a test can tell. */
import * as v from 'valibot';
import type { About, Row } from './row.js';
import { requireList, requireNumber, requireObject, requireText } from './requireKind.js';
import { showValue } from './showValue.js';

type Message = (issue: v.BaseIssue<unknown>) => string;

const messageOf =
  (expected: string): Message =>
  ({ input }) =>
    `got ${showValue(input)}, expected ${expected}`;

/** A text that is no number gives NaN, which every number row refuses. */
export const parseNumber = (text: string): number => (text.trim() === '' ? NaN : Number(text));

/** `1,2,3` as numbers; what is none gives NaN. */
export const parseNumbers = (text: string): number[] => text.split(',').map(parseNumber);

/** An option's text as numbers; undefined where there are others than these counts, or one is none. */
export const parseCounts =
  (...counts: readonly number[]) =>
  (text: string): readonly number[] | undefined => {
    const values = parseNumbers(text);
    return counts.includes(values.length) && values.every(Number.isFinite) ? values : undefined;
  };

/** `640` as a side, `384,640` as [height, width]; undefined for other texts. */
export function parseSize(text: string): unknown {
  const sides = parseNumbers(text);
  return sides.length === 1 ? sides[0] : sides.length === 2 ? sides : undefined;
}

/** What every row says; of rows that programs make, too. */
function requireAbout(about: unknown): void {
  requireObject('row', about);
  requireText('row text', about.text);
}

function requireBounds(low: unknown, high: unknown): void {
  requireNumber('row low', low);
  requireNumber('row high', high, low);
}

/** A number from `low` to `high`. */
export function number<const A extends About<number>>(low: number, high: number, about: A): Row<number> & A {
  requireBounds(low, high);
  requireAbout(about);
  const expected = high === Infinity ? `a number from ${low}` : `a number from ${low} to ${high}`;
  const schema = v.pipe(v.number(messageOf(expected)), v.minValue(low, messageOf(expected)), v.maxValue(high, messageOf(expected))); // prettier-ignore
  return { ...about, schema, expected, parse: parseNumber };
}

/** A whole number from `low` to `high`. */
export function integer<const A extends About<number>>(low: number, high: number, about: A): Row<number> & A {
  requireBounds(low, high);
  requireAbout(about);
  const { schema, expected } = wholeNumber(low, high);
  return { ...about, schema, expected, parse: parseNumber };
}

function wholeNumber(low: number, high: number) {
  const expected =
    high >= Number.MAX_SAFE_INTEGER ? `a whole number from ${low}` : `a whole number from ${low} to ${high}`;
  const message = messageOf(expected);
  const schema = v.pipe(v.number(message), v.integer(message), v.minValue(low, message), v.maxValue(high, message));
  return { schema, expected };
}

/** True or false. */
export function flag<const A extends About<boolean>>(about: A): Row<boolean> & A {
  requireAbout(about);
  const expected = 'true or false';
  return { ...about, schema: v.boolean(messageOf(expected)), expected, isSwitch: true };
}

/** One of some texts. */
export function oneOf<const T extends readonly string[], const A extends About<T[number]>>(
  choices: T,
  about: A,
): Row<T[number]> & A {
  requireList('row choices', choices);
  for (const choice of choices) requireText('row choice', choice);
  requireAbout(about);
  const expected = choices.length === 1 ? `'${choices[0]}'` : `one of ${choices.join(', ')}`;
  return { ...about, schema: v.picklist(choices, messageOf(expected)), expected, choices };
}

/** A text that is not empty. */
export function text<const A extends About<string>>(about: A): Row<string> & A {
  requireAbout(about);
  const expected = 'a text';
  const message = messageOf(expected);
  return { ...about, schema: v.pipe(v.string(message), v.nonEmpty(message)), expected };
}

/** A size in pixels: the longer side, or `[height, width]`. */
export function imageSize<const A extends About<number | readonly [number, number]>>(
  low: number,
  high: number,
  about: A,
): Row<number | readonly [number, number]> & A {
  const { schema: side, expected: whole } = wholeNumber(low, high);
  const expected = `${whole}, or [height, width]`;
  const schema = v.union([side, v.strictTuple([side, side])], messageOf(expected));
  return { ...about, schema, expected, parse: parseNumber };
}

/** A function. */
export function callback<T extends (...args: never[]) => unknown>(about: Omit<About<T>, 'default'>): Row<T> {
  return custom<T>('a function', (value) => typeof value === 'function', about);
}

/** `signal`, for every call that can be cancelled. */
export function signal(what = 'Cancels the call between its stages.'): Row<AbortSignal> {
  return custom<AbortSignal>('an AbortSignal', (value) => value instanceof AbortSignal, { text: what });
}

/** What a test of its own tells. */
export function custom<T>(
  expected: string,
  test: (value: unknown) => boolean,
  about: About<T> & { readonly default: T },
): Row<T> & { readonly default: T };
export function custom<T>(
  expected: string,
  test: (value: unknown) => boolean,
  about: About<T> & { readonly required: true },
): Row<T> & { readonly required: true };
export function custom<T>(expected: string, test: (value: unknown) => boolean, about: About<T>): Row<T>;
export function custom<T>(expected: string, test: (value: unknown) => boolean, about: About<T>): Row<T> {
  return { ...about, schema: v.custom<T>(test, messageOf(expected)), expected };
}

/** What the function itself checks, because the check needs more than the value. */
export function unchecked<T>(expected: string, about: About<T>): Row<T> {
  return { ...about, schema: v.any(), expected };
}

/** An object; the function that takes it checks it against its own table. */
export function object<T extends object>(about: About<T>): Row<T> {
  return custom<T>('an object', (value) => typeof value === 'object' && value !== null, about);
}
