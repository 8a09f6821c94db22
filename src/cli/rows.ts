/** Rows of option tables as options of a command, and a command's values as options of the library. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { FastSAMError } from '../errors.js';
import { checkValue, resolve } from '../options/resolve.js';
import type { OptionTable, Resolved, Row, ValueOf } from '../options/row.js';

/** What commander gathered, by the attribute names of its options. */
export type CommandValues = Readonly<Record<string, unknown>>;

/** The values of a table that a command was given; absent ones are no keys. */
export type Picked<T> = { readonly [K in keyof T]?: ValueOf<T[K]> };

/**
 * Adds rows to a command, in the order of the names.
 * @param names default: every row that has a spelling.
 */
export function addRows<T extends OptionTable>(
  command: Command,
  table: T,
  names: readonly (keyof T & string)[] = Object.keys(table),
): Command {
  for (const name of names) if (table[name].cli) command.addOption(optionOf(name, table[name]));
  return command;
}

/** The values of a table's rows. */
export function picked<T extends OptionTable>(table: T, values: CommandValues): Picked<T> {
  const given = Object.entries(table).flatMap(([name, row]) => {
    const value = row.cli && values[attributeOf(name, row)];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(given) as Picked<T>;
}

/** The values of a table's rows, with the table's defaults. */
export function filled<T extends OptionTable>(table: T, values: CommandValues): Resolved<T> {
  return resolve<T>(table, picked(table, values));
}

/** Where commander puts the value of a row. */
function attributeOf(name: string, { cli }: Row): string {
  return cli?.flag?.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()) ?? name;
}

function optionOf(name: string, row: Row): Option {
  const { cli = {}, choices, isSwitch } = row;
  const long = cli.flag ?? name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const words = cli.text ?? row.text;
  if (cli.value === undefined) return new Option(`--${isSwitch && row.default === true ? 'no-' : ''}${long}`, words);
  const standard = cli.otherwise ?? row.otherwise ?? row.default;
  const option = new Option(
    `--${long} ${cli.value}`,
    standard === undefined ? words : `${words} [${showDefault(standard)}]`,
  );
  option.makeOptionMandatory(row.required === true);
  return choices && !cli.parse ? option.choices(choices) : option.argParser(parserOf(name, row));
}

function showDefault(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : String(value);
}

/** Turns the text into a value and checks it; gathers the values of an option that may be repeated. */
function parserOf(name: string, row: Row): (text: string, before: unknown) => unknown {
  const { parse = row.parse ?? ((text: string) => text), repeat, expected = row.expected } = row.cli ?? {};
  return (text, before) => {
    try {
      const value = parse(text);
      if (value === undefined) throw new InvalidArgumentError(`expected ${expected}.`);
      checkValue(name, row, repeat ? [value] : value);
      return repeat ? [...((before as unknown[] | undefined) ?? []), value] : value;
    } catch (error) {
      if (error instanceof FastSAMError) throw new InvalidArgumentError(`expected ${expected}.`);
      throw error;
    }
  };
}
