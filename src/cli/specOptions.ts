/** Rows of an option table as options of a command. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { FastSAMError } from '../errors.js';
import type { OptionSpec, SpecTable } from '../options/spec.js';

/**
 * Adds options of a table to a command.
 * @param about other words for some of them.
 */
export function addOptions<S extends SpecTable>(
  command: Command,
  table: S,
  names: readonly (keyof S & string)[],
  about: Partial<Record<keyof S & string, string>> = {},
): Command {
  for (const name of names) command.addOption(optionOf(name, table[name], about[name]));
  return command;
}

function optionOf(name: string, { check, preset, cli }: OptionSpec<unknown>, words = cli.about): Option {
  const kebab = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (cli.value === undefined) return new Option(`--${preset === true ? 'no-' : ''}${kebab}`, words);
  const option = new Option(`--${kebab} ${cli.value}`, preset === undefined ? words : `${words} [${String(preset)}]`);
  if (cli.choices) return option.choices(cli.choices);
  return option.argParser((text: string) => {
    try {
      return check(name, text.trim() === '' ? NaN : (cli.parse ?? String)(text));
    } catch (error) {
      if (error instanceof FastSAMError) throw new InvalidArgumentError(error.message);
      throw error;
    }
  });
}
