/** One row an option: what it takes, its default, its help text and how the command line spells it. */
import * as v from 'valibot';

/** How the command line spells an option. */
export interface Spelling {
  /** The long name, where it is not the option's own in kebab case. */
  readonly flag?: string;
  /** What stands for the value in the help: `<score>`. A switch has none. */
  readonly value?: string;
  /** The help text, where it differs from the row's: negated switches, `(may be repeated)`. */
  readonly text?: string;
  /** The default in words, where they differ from the row's. */
  readonly otherwise?: string;
  /** Turns the text into a value, which the row then checks. Default: the kind's own. */
  readonly parse?: (text: string) => unknown;
  /** What the text has to be, where that differs from the option's value: `x1,y1,x2,y2`. */
  readonly expected?: string;
  /** The option may be given several times; the values form a list. */
  readonly repeat?: true;
}

/** What a row says beside the values that it takes. */
export interface About<T> {
  /** One line for people. */
  readonly text: string;
  readonly default?: T;
  /** The default in words, where no value says it: `the model's own`. */
  readonly otherwise?: string;
  /** The option has to be given. */
  readonly required?: true;
  /** Absent: the command line does not have the option. */
  readonly cli?: Spelling;
}

/** One option with values of type T. */
export interface Row<T = unknown> extends About<T> {
  readonly schema: v.GenericSchema<unknown, T>;
  /** What the option takes, in the words of the error message: `a number from 0 to 1`. */
  readonly expected: string;
  /** The values, where there are only so many. */
  readonly choices?: readonly string[];
  /** Whether values are true and false, so that the command line has a switch. */
  readonly isSwitch?: true;
  /** Turns the text of the command line into a value. */
  readonly parse?: (text: string) => unknown;
}

/** The options of one function by their names. */
export type OptionTable = Readonly<Record<string, Row>>;

/** The values of a row. */
export type ValueOf<R> = R extends { readonly schema: v.GenericSchema<unknown, infer T> } ? T : never;

/** A table that describes an options interface: every name, and values that the interface allows. */
export type RowsOf<O> = { readonly [K in keyof O]-?: Row<Exclude<O[K], undefined>> };

/** What a caller may give. */
export type Given<T> = { readonly [K in keyof T]?: ValueOf<T[K]> | undefined };

/** A row's value once it is resolved: never undefined where the row has a default or must be given. */
type Settled<R> = R extends { readonly default: unknown } | { readonly required: true }
  ? ValueOf<R>
  : ValueOf<R> | undefined;

/** The options of a table with the defaults filled in. `D` names those that get their defaults from elsewhere. */
export type Resolved<T, D extends PropertyKey = never> = {
  readonly [K in keyof T]: K extends D ? ValueOf<T[K]> : Settled<T[K]>;
};

/** The row with another default. */
export function withDefault<R extends Row, const D extends ValueOf<R>>(
  row: R,
  value: D,
): Omit<R, 'default' | 'otherwise'> & { readonly default: D } {
  return { ...undecided(row), default: value };
}

/** The row with a default that words describe. */
export function withDefaultInWords<R extends Row>(
  row: R,
  otherwise: string,
): Omit<R, 'default' | 'otherwise'> & { readonly otherwise: string } {
  return { ...undecided(row), otherwise };
}

/** The row without its default. */
function undecided<R extends Row>(row: R): Omit<R, 'default' | 'otherwise'> {
  const kept = Object.entries(row).filter(([name]) => name !== 'default' && name !== 'otherwise');
  return Object.fromEntries(kept) as Omit<R, 'default' | 'otherwise'>;
}

/** The rows of some names. */
export function pickRows<T extends OptionTable, K extends keyof T>(table: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(names.map((name) => [name, table[name]])) as Pick<T, K>;
}

/** The table without some names. */
export function omitRows<T extends OptionTable, K extends keyof T>(table: T, names: readonly K[]): Omit<T, K> {
  const left = Object.entries(table).filter(([name]) => !(names as readonly string[]).includes(name));
  return Object.fromEntries(left) as Omit<T, K>;
}
