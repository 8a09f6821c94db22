/** One row an option: its check, its default, and how the command line spells it. */
import { checkBoolean, checkInteger, checkNames, checkNumber, checkOneOf } from './checks.js';

/** How an option is spelled on the command line. */
export interface Spelling {
  /** For example `<score>`; none for switches. */
  readonly value?: string;
  readonly about: string;
  /** Turns the text of the command line into a value; `check` then looks at it. */
  readonly parse?: (text: string) => unknown;
  readonly choices?: readonly string[];
}

/** One option with values of type T. */
export interface OptionSpec<T> {
  /** @throws FastSAMError `INVALID_ARGUMENT` */
  readonly check: (name: string, value: unknown) => T;
  /** Absent: the model's own, or none. */
  readonly preset?: T;
  readonly cli: Spelling;
}

export type SpecTable = Readonly<Record<string, OptionSpec<unknown>>>;

/** What a table's options are once they are resolved. */
export type Resolved<S extends SpecTable> = { readonly [K in keyof S]: S[K] extends OptionSpec<infer T> ? T : never };

export const number = (
  low: number,
  high: number,
  value: string,
  about: string,
  preset?: number,
): OptionSpec<number> => ({
  check: (name, given) => checkNumber(name, given, low, high),
  ...(preset !== undefined && { preset }),
  cli: { value, about, parse: Number },
});

export const integer = (
  low: number,
  high: number,
  value: string,
  about: string,
  preset?: number,
): OptionSpec<number> => ({
  check: (name, given) => checkInteger(name, given, low, high),
  ...(preset !== undefined && { preset }),
  cli: { value, about, parse: Number },
});

export const flag = (preset: boolean, about: string): OptionSpec<boolean> => ({
  check: checkBoolean,
  preset,
  cli: { about },
});

export const oneOf = <T extends string>(
  choices: readonly T[],
  value: string,
  about: string,
): OptionSpec<T | undefined> => ({
  check: (name, given) => (given === undefined ? undefined : checkOneOf(name, given, choices)),
  cli: { value, about, choices },
});

/**
 * Checks options against a table and fills in the defaults.
 * @param also names that are no rows of the table, such as `signal`.
 * @throws FastSAMError `INVALID_ARGUMENT` for an unknown name or a value out of range.
 */
export function resolve<S extends SpecTable>(
  table: S,
  given: Readonly<Record<string, unknown>>,
  defaults: Readonly<Record<string, unknown>>,
  also: readonly string[],
): Resolved<S> {
  checkNames(given, new Set([...Object.keys(table), ...also]));
  const rows = Object.entries(table).map(([name, { check, preset }]) => [
    name,
    check(name, given[name] ?? defaults[name] ?? preset ?? given[name]),
  ]);
  return Object.fromEntries(rows) as Resolved<S>;
}

/** Those of a command's options that a table has and that were given. */
export function pick<S extends SpecTable>(table: S, values: object): Partial<Resolved<S>> {
  const given = Object.entries(values).filter(([name, value]) => name in table && value !== undefined);
  return Object.fromEntries(given) as Partial<Resolved<S>>;
}
