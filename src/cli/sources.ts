/** What SOURCE… on the command line stands for: files, folders, globs, lists, URLs, cameras, `-` for standard input. */
import type { Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, sep } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { FastSAMError, throwIfAborted } from '../errors.js';
import { platform } from '../platform/platform.js';
import { isVideoName } from '../source/inputs.js';
import { endingOf } from '../source/kinds.js';
import { describePassedOver, listImages, sortOut, type FolderListing } from '../source/listing.js';
import { compareNaturally } from '../source/naturalOrder.js';
import { isCamera, isUrl, pathOf, schemeOf } from '../source/url.js';
import { isVideoBytes, VIDEO_HEAD } from '../source/videoBytes.js';
import { displayUrl } from '../text/displayUrl.js';
import type { Source } from './source.js';
import { readStdin } from './stdin.js';

/** What the arguments stand for. */
export interface Sources {
  readonly sources: readonly Source[];
  /** One for each argument that stands for nothing: an empty folder or list, a pattern without a match. */
  readonly problems: readonly FastSAMError[];
  /** A line for each folder or pattern of which images were passed over. */
  readonly notes: readonly string[];
}

/** How arguments are expanded. */
export interface ExpandOptions {
  /** Folders with all that is below them. Default false. */
  readonly deep?: boolean;
}

/**
 * Expands the arguments, in their order; within a folder or glob by name, numbers in their order.
 * @throws FastSAMError `ABORTED` while waiting for standard input.
 */
export async function expandSources(
  args: readonly string[],
  signal: AbortSignal,
  options: ExpandOptions = {},
): Promise<Sources> {
  const sources: Source[] = [];
  const problems: FastSAMError[] = [];
  const notes: string[] = [];
  for (const arg of args) {
    try {
      sources.push(...(await expand(arg, signal, options, notes)));
    } catch (error) {
      throwIfAborted(signal);
      if (!(error instanceof FastSAMError)) throw error;
      problems.push(error);
    }
  }
  return { sources, problems, notes };
}

async function expand(arg: string, signal: AbortSignal, { deep }: ExpandOptions, notes: string[]): Promise<Source[]> {
  if (arg === '-') return [await readStdin(signal)];
  if (isUrl(arg) && !isDataName(arg)) return [addressed(arg)];
  // What lies there is a file, also where it is called `camera:0.jpg`.
  const info = await stat(arg).catch(() => undefined);
  if (info?.isDirectory()) return found(arg, await listImages(arg, { deep }), notes);
  if (info?.isFile() && endingOf(arg) === 'txt') return fromList(arg);
  if (info) return [await fileSource(pathOf(arg), info)];
  if (isUrl(arg) || isCamera(arg)) return [addressed(arg)];
  if (isDynamicPattern(arg)) return found(arg, await sortOut(await matches(arg)), notes);
  return [addressed(arg)]; // a missing file is reported when it is read, like any broken one
}

/** Whether a `data:` URL is short enough to be a name, too. */
function isDataName(arg: string): boolean {
  return schemeOf(arg) === 'data' && arg.length < 4096;
}

/** An address, a camera, or a path where nothing lies. */
function addressed(input: string): Source {
  if (schemeOf(input) === 'data') return { input, name: 'data' };
  return { input, name: displayUrl(input), ...(isVideoName(input) && { video: true }) };
}

/** A file that lies there: its first bytes tell a video where its ending does not. */
async function fileSource(path: string, info: Stats): Promise<Source> {
  const isVideo = isVideoName(path) || (info.isFile() && (await startsAsVideo(path)));
  return { input: path, name: path, ...(isVideo && { video: true }) };
}

async function startsAsVideo(path: string): Promise<boolean> {
  const head = await platform()
    .readStart?.(path, VIDEO_HEAD)
    .catch(() => undefined); // the error comes again when the file is read
  return head !== undefined && isVideoBytes(head);
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
  const sources: Source[] = [];
  for (const entry of entries) sources.push(await listed(entry, folder)); // together they could be more than may be open
  return sources;
}

async function listed(entry: string, folder: string): Promise<Source> {
  if (isUrl(entry) && !isDataName(entry)) return addressed(entry);
  const places = isAbsolute(entry) ? [entry] : [join(folder, entry), entry];
  for (const place of places) {
    const info = await stat(place).catch(() => undefined);
    if (info) return fileSource(pathOf(place), info);
  }
  return addressed(entry);
}

/** Files of a pattern; through links to folders none comes twice. */
async function matches(pattern: string): Promise<string[]> {
  const slashed = sep === '\\' ? pattern.replaceAll(sep, '/') : pattern;
  const paths = await glob(slashed, { onlyFiles: true, expandDirectories: false, absolute: isAbsolute(pattern) });
  const folders = new Map<string, string>();
  const unique = new Map<string, string>();
  for (const path of paths.sort((a, b) => a.length - b.length)) {
    const folder = dirname(path);
    const real = folders.get(folder) ?? (await realpath(folder).catch(() => folder));
    folders.set(folder, real);
    const place = join(real, basename(path));
    if (!unique.has(place)) unique.set(place, path);
  }
  return [...unique.values()];
}

/** What a folder or pattern stands for. */
function found(arg: string, { images, videos, passedOver }: FolderListing, notes: string[]): Source[] {
  const note = describePassedOver(arg, passedOver);
  const paths = [...images, ...videos].sort(compareNaturally);
  if (paths.length === 0) {
    const why = note === undefined ? '; check the path' : ` that is read: ${note}`;
    throw new FastSAMError('FILE_UNREADABLE', `${arg}: no image or video there${why}`);
  }
  if (note !== undefined) notes.push(note);
  return paths.map((path) => ({ input: path, name: path, ...(isVideoName(path) && { video: true }) }));
}
