/** What SOURCE… on the command line stands for: files, folders, globs, URLs, `-` for standard input. */
import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { FastSAMError } from '../errors.js';

/** Extensions of pictures that are taken from folders and globs. */
const PICTURES: ReadonlySet<string> = new Set(
  '.jpg .jpeg .png .webp .avif .gif .tif .tiff .bmp'.split(' ').flatMap((e) => [e, e.toUpperCase()]),
);
const VIDEOS: ReadonlySet<string> = new Set('.mp4 .mov .avi .mkv .webm .m4v'.split(' '));

/** A picture to read: a path or URL, or the bytes from standard input. */
export interface Source {
  /** What `readImage` takes. */
  readonly input: string | Uint8Array;
  /** How it is called in messages and file names. */
  readonly name: string;
}

/**
 * Expands the arguments, in their order; within a folder or glob by name.
 * @throws FastSAMError `FILE_UNREADABLE` when something is named that is not there, `INVALID_ARGUMENT` for a video.
 */
export async function expandSources(args: readonly string[]): Promise<Source[]> {
  const sources: Source[] = [];
  for (const arg of args) sources.push(...(await expand(arg)));
  return sources;
}

async function expand(arg: string): Promise<Source[]> {
  if (arg === '-') return [{ input: await readStdin(), name: 'stdin' }];
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
    .filter((path) => PICTURES.has(extname(path)))
    .sort();
  if (found.length === 0) throw new FastSAMError('FILE_UNREADABLE', `${arg}: no picture there; check the path`);
  return found
    .map((path) => (options.cwd === undefined ? path : join(options.cwd, path)))
    .map((path) => ({ input: path, name: path }));
}

async function readStdin(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}
