/** What SOURCE… on the command line stands for: files, folders, globs, URLs, `-` for standard input. */
import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { glob, isDynamicPattern } from 'tinyglobby';
import { FastSAMError, throwIfAborted } from '../errors.js';

/** Extensions of pictures that are taken from folders and globs. */
const PICTURES: ReadonlySet<string> = new Set('.jpg .jpeg .png .webp .avif .gif .tif .tiff .bmp'.split(' '));
const VIDEOS: ReadonlySet<string> = new Set('.mp4 .mov .avi .mkv .webm .m4v'.split(' '));

/** A picture to read: a path or URL, or the bytes from standard input. */
export interface Source {
  /** What `readImage` takes. */
  readonly input: string | Uint8Array;
  /** How it is called in messages and file names. */
  readonly name: string;
}

/** What the arguments stand for. */
export interface Sources {
  readonly sources: readonly Source[];
  /** One for each argument that stands for no picture: an empty folder, a pattern without a match, a video. */
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
  if (arg === '-') return [{ input: await readStdin(signal), name: 'stdin' }];
  if (/^(https?|file|data):/i.test(arg)) return [{ input: arg, name: arg.startsWith('data:') ? 'data' : arg }];
  const info = await stat(arg).catch(() => undefined);
  if (info?.isDirectory()) return fromPattern(arg, '*', { cwd: arg });
  if (!info && isDynamicPattern(arg)) return fromPattern(arg, arg.replaceAll('\\', '/'), {});
  if (VIDEOS.has(extname(arg).toLowerCase())) {
    throw new FastSAMError('INVALID_ARGUMENT', `${arg}: got a video, expected a picture; extract frames first`);
  }
  return [{ input: arg, name: arg }]; // a missing file is reported when it is read, like any broken one
}

async function fromPattern(arg: string, pattern: string, options: { cwd?: string }): Promise<Source[]> {
  const found = (await glob(pattern, { ...options, onlyFiles: true, expandDirectories: false }))
    .filter((path) => PICTURES.has(extname(path).toLowerCase()))
    .sort();
  if (found.length === 0) throw new FastSAMError('FILE_UNREADABLE', `${arg}: no picture there; check the path`);
  return found
    .map((path) => (options.cwd === undefined ? path : join(options.cwd, path)))
    .map((path) => ({ input: path, name: path }));
}

async function readStdin(signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of addAbortSignal(signal, process.stdin)) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}
