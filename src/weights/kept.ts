/** Downloads of addresses that are kept, each with a note of what it is, and whether the server still has the same. */
import { platform } from '../platform/platform.js';
import { displayUrl, withoutCredentials } from '../text/displayUrl.js';
import { DEFAULT_RETRY, type Downloaded, type RetryPolicy } from './download.js';
import { isSameRevision, revisionOf, type Revision } from './revision.js';

/** What stands in the file `<name>.json` beside a download. */
export interface KeptNote extends Revision {
  /** Where it is from, without secrets. */
  readonly url: string;
  readonly sha256: string;
}

const ENDING = '.json';
/** Longest note that is read. */
const MAX_NOTE = 10_000;

/** Path of the note of a file. */
export const notePath = (path: string): string => `${path}${ENDING}`;

/** The file that a path is the note of; undefined for a file that is no note. */
export const notedPath = (path: string): string | undefined =>
  path.endsWith(ENDING) ? path.slice(0, -ENDING.length) : undefined;

/** Notes what was downloaded. Where the folder cannot be written, nothing is noted. */
export async function writeNote(url: string, { path, sha256, revision }: Downloaded): Promise<void> {
  const note: KeptNote = { url: displayUrl(url), sha256, ...revision };
  const text = `${JSON.stringify(note)}\n`;
  await platform()
    .writeFileAtomic(notePath(path), new TextEncoder().encode(text))
    .catch(() => undefined);
}

/** The note of a file, where both are there. */
export async function readNote(path: string): Promise<KeptNote | undefined> {
  const here = platform();
  const found = await Promise.all([path, notePath(path)].map((each) => here.stat(each)));
  if (found.some((stat) => stat?.kind !== 'file' || (stat === found[1] && stat.size > MAX_NOTE))) return undefined;
  try {
    const note: unknown = JSON.parse(new TextDecoder().decode(await here.readFile(notePath(path))));
    return isNote(note) ? note : undefined;
  } catch {
    // Whatever else lies there; the file is fetched anew.
    return undefined;
  }
}

function isNote(value: unknown): value is KeptNote {
  if (typeof value !== 'object' || value === null) return false;
  const { url, sha256, etag = '', lastModified = '' } = value as Partial<Record<keyof KeptNote, unknown>>;
  return [url, sha256, etag, lastModified].every((text) => typeof text === 'string');
}

/** The kept bytes, if they are still those of the note. */
export async function readKept(path: string, { sha256 }: KeptNote): Promise<Uint8Array | undefined> {
  const bytes = await platform().readFile(path);
  return (await platform().sha256(bytes)) === sha256 ? bytes : undefined;
}

/** Longest wait for a server that is only asked whether a file has changed. */
const MOST_PATIENCE_MS = 10_000;
/** Statuses of hosts that do not answer `HEAD`, such as those whose addresses are signed for `GET` alone. */
const GONE = new Set([404, 410]);

/**
 * Asks the server whether it still has the file of a note.
 * @returns `unknown` where it cannot be asked: without a network, and while it is out of order.
 */
export async function freshness(
  url: string,
  note: KeptNote,
  { signal, retry }: { readonly signal?: AbortSignal | undefined; readonly retry?: Partial<RetryPolicy> | undefined },
): Promise<'same' | 'changed' | 'unknown'> {
  const patience = Math.min(MOST_PATIENCE_MS, retry?.stallTimeout ?? DEFAULT_RETRY.stallTimeout);
  // Headers of conditional requests would need a preflight in pages, which hosts of files often refuse.
  for (const method of ['HEAD', 'GET']) {
    const response = await ask(url, method, patience, signal);
    if (response === undefined || response.status === 429 || response.status >= 500) return 'unknown';
    if (response.ok) return isSameRevision(note, revisionOf(response)) ? 'same' : 'changed';
    if (GONE.has(response.status)) break;
  }
  // What the server answers instead is the download's to say.
  return 'changed';
}

/** The head of an answer; undefined where there is none. */
async function ask(
  url: string,
  method: string,
  patience: number,
  signal: AbortSignal | undefined,
): Promise<Response | undefined> {
  const { url: address, headers } = withoutCredentials(url);
  const limit = AbortSignal.timeout(patience);
  try {
    const response = await platform().fetch(address, {
      method,
      headers,
      // Pages have a cache of HTTP's own, which may hold an old head.
      cache: 'no-cache',
      referrerPolicy: 'no-referrer',
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    await response.body?.cancel();
    return response;
  } catch {
    return undefined;
  }
}
