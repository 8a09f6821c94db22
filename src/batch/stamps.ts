/** Whether files are still what a journal says of them. */
import type { FormatNaming } from '../formats/format.js';
import { hashText } from '../platform/hashText.js';
import { disk, platform } from '../platform/platform.js';
import { outputPath } from './layout.js';
import { isUrl } from '../source/url.js';
import type { DoneRecord, OutputStamp, SourceStamp } from './records.js';

/** Size and time of a file, or of a folder's files in all; undefined where nothing lies. */
export async function quickStamp(path: string): Promise<SourceStamp | undefined> {
  const found = await platform().stat(path);
  if (found?.kind !== 'folder') return found && { size: found.size, modified: found.modified ?? 0 };
  const files = await Promise.all((await filesOf(path)).map((file) => platform().stat(file)));
  return {
    size: files.reduce((sum, file) => sum + (file?.size ?? 0), 0),
    modified: Math.max(0, ...files.map((file) => file?.modified ?? 0)),
  };
}

/** The same with a hash of the content. */
export async function stampOf(path: string): Promise<OutputStamp | undefined> {
  const stamp = await quickStamp(path);
  return stamp && { ...stamp, sha256: await hashOf(path) };
}

async function hashOf(path: string): Promise<string> {
  if ((await platform().stat(path))?.kind !== 'folder') return platform().sha256(await platform().readFile(path));
  const lines: string[] = [];
  for (const name of await disk().names(path)) {
    lines.push(`${name} ${await platform().sha256(await platform().readFile(platform().joinPath(path, name)))}\n`);
  }
  return hashText(lines.join(''));
}

async function filesOf(folder: string): Promise<string[]> {
  return (await disk().names(folder)).map((name) => platform().joinPath(folder, name));
}

/** Whether an image is another one than when it was done. One that is gone is not: its files stay. */
export async function isChanged({ source }: DoneRecord, input: string): Promise<boolean> {
  if (source === undefined || isUrl(input)) return false;
  const now = await quickStamp(input).catch(() => undefined);
  return now !== undefined && (now.size !== source.size || now.modified !== source.modified);
}

/** What is wrong with a file of an image. */
export interface WrongOutput {
  readonly path: string;
  readonly problem: 'missing' | 'empty' | 'changed';
}

/**
 * The first of an image's files that is not what its record says.
 * @param thorough reads every file; else only those whose time is another.
 */
export async function wrongOutput(
  out: string,
  record: DoneRecord,
  formats: readonly FormatNaming[],
  thorough: boolean,
): Promise<WrongOutput | undefined> {
  for (const [i, format] of formats.entries()) {
    const path = outputPath(out, record.stem, format);
    const noted = record.outputs?.[i];
    const problem = await problemOf(path, noted, record.objects, thorough);
    if (problem) return { path, problem };
  }
  return undefined;
}

async function problemOf(
  path: string,
  noted: OutputStamp | undefined,
  objects: number,
  thorough: boolean,
): Promise<WrongOutput['problem'] | undefined> {
  const now = await quickStamp(path).catch(() => undefined);
  if (!now) return 'missing';
  // A journal of an earlier version notes nothing; labels of an image without objects are empty.
  if (!noted) return now.size === 0 && objects > 0 ? 'empty' : undefined;
  if (now.size === 0 && noted.size > 0) return 'empty';
  if (now.size !== noted.size) return 'changed';
  if (now.modified === noted.modified && !thorough) return undefined;
  return (await hashOf(path)) === noted.sha256 ? undefined : 'changed';
}

/** Calls `work` for all items, so many at a time. */
export async function inParallel<T>(
  items: Iterable<T>,
  count: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items[Symbol.iterator]();
  const lane = async () => {
    for (let next = left.next(); next.done !== true; next = left.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: count }, lane));
}
