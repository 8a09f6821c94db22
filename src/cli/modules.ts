/** Modules of the user's own that hold one object: a format, a study. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { invalidArgument } from '../errors.js';
import { platform } from '../platform/platform.js';

/** What a module holds. */
export interface Loaded<T> {
  readonly value: T;
  /** Absolute path of the module. */
  readonly path: string;
  /** SHA-256 of the module. */
  readonly sha256: string;
}

/** What is looked for in a module. */
export interface Wanted<T> {
  /** For messages: `a format`. */
  readonly what: string;
  /** A property that tells such an object from others. */
  readonly property: string;
  /** @throws FastSAMError for a value that is none. */
  readonly check: (value: unknown, what: string) => asserts value is T;
}

/** Whether a word is the path of a module rather than a name. */
export function isModulePath(word: string): boolean {
  return /[/\\]|\.[cm]?[jt]s$/.test(word);
}

/**
 * Loads the one object that a module exports: its default export, else the only export of that kind.
 * @throws FastSAMError `INVALID_ARGUMENT` for a file that cannot be read or loaded, or that holds none.
 */
export async function loadFromModule<T>(path: string, wanted: Wanted<T>): Promise<Loaded<T>> {
  const { what, property } = wanted;
  const check: Wanted<T>['check'] = wanted.check;
  const absolute = resolve(path);
  const exported = await importModule(path, absolute, what);
  const names = Object.keys(exported.module);
  const holds = (value: unknown) => typeof value === 'object' && value !== null && property in value;
  const candidates = names.includes('default') ? ['default'] : names.filter((name) => holds(exported.module[name]));
  if (candidates.length !== 1) {
    const found = names.length === 0 ? 'no export' : `the exports ${names.join(', ')}`;
    throw invalidArgument(
      `${path}: got a module with ${found}, expected one whose default export, or only export with ${property}, is ${what}`,
    );
  }
  const value = exported.module[candidates[0]];
  check(value, path);
  return { value, path: absolute, sha256: exported.sha256 };
}

async function importModule(
  path: string,
  absolute: string,
  what: string,
): Promise<{ readonly module: Readonly<Record<string, unknown>>; readonly sha256: string }> {
  try {
    const sha256 = await platform().sha256(await platform().readFile(absolute));
    return { module: (await import(pathToFileURL(absolute).href)) as Record<string, unknown>, sha256 };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalidArgument(`${path}: cannot be loaded (${reason}), expected a module with ${what}`, {
      cause: error,
    });
  }
}
