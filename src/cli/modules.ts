/** Modules of the user's own that hold one object: a format, a study. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { invalidArgument, type FastSAMError } from '../errors.js';
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

/** Whether a word is the path of a module rather than a name: `./mine.mjs`, never `mine.mjs`, as in a shell. */
export function isModulePath(word: string): boolean {
  return /[/\\]/.test(word);
}

/** Whether a word is the name of a module's file without the path that it needs. */
export function lacksPath(word: string): boolean {
  return !isModulePath(word) && /\.[cm]?[jt]s$/.test(word);
}

/** For a file that is named without a path: code runs only where a path asks for it. */
export function pathMissing(word: string): FastSAMError {
  return invalidArgument(`${word}: got the name of a file, expected its path; write ./${word}`);
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
    throw invalidArgument(`${path}: cannot be loaded (${reasonOf(error)}), expected a module with ${what}`, {
      cause: error,
    });
  }
}

/** Node.js' codes for TypeScript that it does not run. */
const TYPESCRIPT: Readonly<Record<string, string>> = {
  ERR_UNKNOWN_FILE_EXTENSION: `Node.js ${process.version} does not run TypeScript; use Node.js 22.18 or newer, or compile it to .mjs`,
  ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX:
    'Node.js only strips types; write it without enum, namespace and parameter properties, or compile it to .mjs',
  ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING:
    'Node.js strips no types below node_modules; move it, or compile it to .mjs',
};

/** Why a module did not load, in one line. Exported for its test: the tests' own loader runs TypeScript. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  const known =
    code !== undefined &&
    Object.hasOwn(TYPESCRIPT, code) &&
    (code !== 'ERR_UNKNOWN_FILE_EXTENSION' || /"\.[cm]?tsx?"/.test(error.message));
  return known ? TYPESCRIPT[code] : error.message.split('\n', 1)[0];
}
