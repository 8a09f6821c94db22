/** The files that downloads have left for later visits and runs: what they are, how large, and how to be rid of them. */
import { FastSAMError } from '../errors.js';
import { requireText } from '../options/requireKind.js';
import { platform, type KeptFile } from '../platform/platform.js';
import { normaliseName } from './catalogue.js';
import { notedPath, notePath, readNote } from './kept.js';

/** A download that is kept. */
export interface CachedFile {
  /** Its file name. */
  readonly name: string;
  /** Where it lies; in browsers a made-up address. */
  readonly path: string;
  /** Its size, or for an unfinished download what has arrived of it. */
  readonly bytes: number;
  /** The address that it is from, without secrets, where it was loaded by its address. */
  readonly url?: string;
  /** Present for what was broken off, or is going on: the next load continues it. */
  readonly unfinished?: true;
}

/** What is kept in all. */
export interface CacheContents {
  /** The cache folder; in browsers a made-up address. */
  readonly folder: string;
  readonly files: readonly CachedFile[];
  /** Sum of their sizes. */
  readonly bytes: number;
  /** Most bytes that the browser lets this page keep, models and all else. Browsers only, where they say it. */
  readonly limit?: number;
}

/**
 * Lists the models that were downloaded and are kept: in the cache folder (`FASTSAM_HOME`, else the system's folder for
 * caches), in browsers in the Cache API. What the package ships is not among them.
 * @throws FastSAMError `FILE_UNREADABLE`
 */
export async function listCache(): Promise<CacheContents> {
  const here = platform();
  const [files, limit] = await Promise.all([cachedFiles(), here.storageLimit?.()]);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { folder: here.cacheFolder(), files: files.map(shown), bytes, ...(limit === undefined ? {} : { limit }) };
}

/**
 * Removes models that are kept; the next load downloads them again. Models that are loaded stay so.
 * @param names file names, names of the catalogue, or addresses; default: all.
 * @returns what was removed. A download that another process is busy with stays.
 * @throws FastSAMError `UNKNOWN_NAME` for a name that nothing kept has, before anything is removed; `WRITE_FAILED`.
 */
export async function clearCache(names?: string | readonly string[]): Promise<readonly CachedFile[]> {
  const list = Array.isArray(names) ? (names as readonly unknown[]) : names === undefined ? undefined : [names];
  const texts = list?.map((name) => {
    requireText('clearCache', name);
    return name;
  });
  const files = await cachedFiles();
  const wanted = texts === undefined ? files : chosen(files, texts);
  const removed: CachedFile[] = [];
  for (const file of wanted) {
    const isGone = await platform().removeKept(file.kept);
    if (!isGone) continue;
    if (file.note) await platform().removeKept(file.note);
    removed.push(shown(file));
  }
  return removed;
}

/** The files of some names; every name must have one. */
function chosen(files: readonly Cached[], names: readonly string[]): readonly Cached[] {
  const missing = names.find((name) => !files.some((file) => isNamed(file, name)));
  if (missing === undefined) return files.filter((file) => names.some((name) => isNamed(file, name)));
  const there = [...new Set(files.map(({ name }) => name))].join(', ');
  throw new FastSAMError(
    'UNKNOWN_NAME',
    `cache: got '${missing}', expected a name of what is kept (${there || 'nothing is'}); list it with ` +
      `listCache()${platform().name === 'node' ? ', or fastsam cache' : ''}`,
  );
}

function isNamed({ name, path, url }: CachedFile, wanted: string): boolean {
  const bare = (text: string): string => normaliseName(text).replaceAll('/', '-'); // ViT-B/32
  return bare(name) === bare(wanted) || [path, url].includes(wanted);
}

/** A file with what `Platform.removeKept` takes. */
interface Cached extends CachedFile {
  readonly kept: KeptFile;
  readonly note?: KeptFile;
}

const shown = ({ name, path, bytes, url, unfinished }: CachedFile): CachedFile => ({
  ...{ name, path, bytes },
  ...(url === undefined ? {} : { url }),
  ...(unfinished === undefined ? {} : { unfinished }),
});

async function cachedFiles(): Promise<Cached[]> {
  const kept = await platform().listKept();
  const byPath = new Map(kept.map((file) => [file.path, file]));
  const found: Cached[] = [];
  for (const file of kept) {
    const noted = notedPath(file.path);
    if (noted !== undefined && byPath.has(noted)) continue;
    const { path, bytes, isUnfinished } = file;
    const note = byPath.get(notePath(path));
    const url = (await readNote(path))?.url;
    found.push({
      ...{ name: nameOf(file), path, bytes, kept: file },
      ...(url === undefined ? {} : { url }),
      ...(note === undefined ? {} : { note }),
      ...(isUnfinished ? { unfinished: true as const } : {}),
    });
  }
  return found;
}

/** An attempt is a folder whose name begins with that of the file. */
function nameOf({ path, isUnfinished }: KeptFile): string {
  const name = path.split(/[/\\]/).at(-1) ?? path;
  return isUnfinished ? name.replace(/\.[^.]+\.part$/, '') : name;
}
