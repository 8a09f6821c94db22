/** What SOURCE… on the command line stands for: files, folders, globs, lists, URLs, cameras, `-` for standard input. */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, extname, isAbsolute, join } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { FastSAMError, throwIfAborted } from '../errors.js';
import { platform } from '../platform/platform.js';
import { isVideoName } from '../source/inputs.js';
import { displayUrl } from '../text/displayUrl.js';
import type { Source } from './source.js';
import { readStdin } from './stdin.js';

/** Extensions of images that are taken from folders and globs. */
const IMAGES: ReadonlySet<string> = new Set('.jpg .jpeg .png .webp .avif .gif .tif .tiff .bmp'.split(' '));

/** What the arguments stand for. */
export interface Sources {
  readonly sources: readonly Source[];
  /** One for each argument that stands for nothing: an empty folder or list, a pattern without a match. */
  readonly problems: readonly FastSAMError[];
}

/**
 * Expands the arguments, in their order; within a folder or glob by name.
 * @throws FastSAMError `ABORTED` while waiting for standard input.
 */
export async function expandSources(args: readonly string[], signal: AbortSignal): Promise<Sources> {
  const sources: Source[] = [];
  const problems: FastSAMError[] = [];
  for (const arg of args) {
    try {
      sources.push(...(await expand(arg, signal)));
    } catch (error) {
      throwIfAborted(signal);
      if (!(error instanceof FastSAMError)) throw error;
      problems.push(error);
    }
  }
  return { sources, problems };
}

async function expand(arg: string, signal: AbortSignal): Promise<Source[]> {
  if (arg === '-') return [await readStdin(signal)];
  const info = isElsewhere(arg) ? undefined : await stat(arg).catch(() => undefined);
  if (info?.isDirectory()) return fromPattern(arg, '*', { cwd: arg });
  if (info?.isFile() && extname(arg).toLowerCase() === '.txt') return fromList(arg);
  if (!info && !isElsewhere(arg) && isDynamicPattern(arg)) return fromPattern(arg, arg.replaceAll('\\', '/'), {});
  return [sourceOf(arg)]; // a missing file is reported when it is read, like any broken one
}

/** URLs and cameras, which are no paths. */
function isElsewhere(arg: string): boolean {
  return /^([a-z][a-z0-9+.-]+:\/\/|(file|data|camera):)/i.test(arg);
}

function sourceOf(input: string): Source {
  if (/^data:/i.test(input)) return { input, name: 'data' };
  return { input, name: displayUrl(input), ...(isVideoName(input) && { video: true }) };
}

/**
 * The lines of a text file, each a source; empty ones and those that begin with # aside. A path is looked for beside the
 * list first, then from the working folder.
 */
async function fromList(list: string): Promise<Source[]> {
  const lines = new TextDecoder().decode(await platform().readFile(list)).split(/\r?\n/);
  const entries = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  if (entries.length === 0)
    throw new FastSAMError('FILE_UNREADABLE', `${list}: the list is empty; write one source a line`);
  const folder = dirname(list);
  return entries.map((entry) => {
    if (isElsewhere(entry) || isAbsolute(entry)) return sourceOf(entry);
    const beside = join(folder, entry);
    return sourceOf(existsSync(beside) ? beside : entry);
  });
}

async function fromPattern(arg: string, pattern: string, options: { cwd?: string }): Promise<Source[]> {
  const found = (await glob(pattern, { ...options, onlyFiles: true, expandDirectories: false }))
    .filter((path) => IMAGES.has(extname(path).toLowerCase()) || isVideoName(path))
    .sort();
  if (found.length === 0) {
    throw new FastSAMError('FILE_UNREADABLE', `${arg}: no image or video there; check the path`);
  }
  return found.map((path) => sourceOf(options.cwd === undefined ? path : join(options.cwd, path)));
}
