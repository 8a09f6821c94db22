/** `--format`: names of formats, and modules that hold a format of the user's own. */
import { InvalidArgumentError } from 'commander';
import { invalidArgument } from '../errors.js';
import { checkFormat, type OutputFormat } from '../formats/format.js';
import { formatNamed, FORMATS } from '../formats/list.js';
import { formatPath, sameNames, videoPath } from '../formats/write.js';
import { custom } from '../options/kinds.js';
import type { About, Row } from '../options/row.js';
import { isModulePath, loadFromModule } from './modules.js';

/** A format as other processes can be told: the name of a built-in one, or a module and its SHA-256. */
export type FormatRef = string | { readonly module: string; readonly sha256: string };

/** A format that was asked for. */
export interface ChosenFormat {
  readonly format: OutputFormat;
  readonly ref: FormatRef;
}

/** Names of the formats that a command offers. */
export function formatNames(tracked: boolean): string {
  const offered = FORMATS.filter(({ tracks }) => tracked || !tracks);
  return [...offered.map(({ name }) => name), 'or the path of a module with one of your own'].join(', ');
}

/** The row of `--format`. @param tracked whether formats for tracked objects are offered. */
export function formatRow<const A extends Omit<About<readonly string[]>, 'cli'>>(
  tracked: boolean,
  about: A,
): Row<readonly string[]> & A {
  const row = custom<readonly string[]>(`some of ${formatNames(tracked)}`, Array.isArray, {
    text: `${about.text}: ${formatNames(tracked)}`,
    cli: { value: '<list>', parse: formatsOption(tracked) },
  });
  return { ...about, ...row };
}

/**
 * The option parser of `--format`: a list of names and of paths, each once.
 * @param tracked whether formats for tracked objects are offered.
 */
function formatsOption(tracked: boolean): (text: string) => string[] {
  return (text) => {
    const words = text.split(',').map((part) => part.trim());
    const chosen = [...new Set(words.map((word) => (isModulePath(word) ? word : word.toLowerCase())))];
    const builtIn = chosen
      .filter((word) => !isModulePath(word))
      .map((word) => {
        const found = FORMATS.find(({ name, tracks }) => name === word && (tracked || !tracks));
        if (found) return found;
        throw new InvalidArgumentError(`"${word}" is none of ${formatNames(tracked)}.`);
      });
    const problem = sameNames(builtIn, tracked ? videoPath : formatPath);
    if (problem !== undefined) throw new InvalidArgumentError(problem);
    return chosen;
  };
}

/**
 * Loads what `--format` names.
 * @param paths how the files of the command are called.
 * @throws FastSAMError `INVALID_ARGUMENT` for a module without a format, or formats with files of the same names.
 */
export async function loadFormats(
  chosen: readonly string[],
  paths: readonly (typeof formatPath | typeof videoPath)[] = [formatPath],
): Promise<ChosenFormat[]> {
  const formats: ChosenFormat[] = [];
  for (const word of chosen) {
    formats.push(isModulePath(word) ? await loadOwn(word) : { format: formatNamed(word), ref: word });
  }
  for (const path of paths) {
    const problem = sameNames(
      formats.map(({ format }) => format),
      path,
    );
    if (problem !== undefined) throw invalidArgument(`--format: ${problem}`);
  }
  return formats;
}

/**
 * Loads a format that another process has chosen.
 * @throws FastSAMError `INVALID_ARGUMENT` for a module that has changed since.
 */
export async function loadRef(ref: FormatRef): Promise<OutputFormat> {
  if (typeof ref === 'string') return formatNamed(ref);
  const { value, sha256 } = await loadFromModule<OutputFormat>(ref.module, FORMAT);
  if (sha256 === ref.sha256) return value;
  throw invalidArgument(
    `${ref.module}: got another module than when the batch began, expected the same on all machines`,
  );
}

const FORMAT = { what: 'a format', property: 'encode', check: checkFormat } as const;

async function loadOwn(path: string): Promise<ChosenFormat> {
  const { value, path: module, sha256 } = await loadFromModule<OutputFormat>(path, FORMAT);
  return { format: value, ref: { module, sha256 } };
}
