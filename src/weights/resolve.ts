/** From what a caller names to the bytes of a checkpoint. */
import { FastSAMError, invalidArgument, located, throwIfAborted } from '../errors.js';
import { platform } from '../platform/platform.js';
import type { OnProgress } from '../progress.js';
import { displayUrl } from '../text/displayUrl.js';
import { requireTextOrUrl } from '../options/requireKind.js';
import {
  allowedHashes,
  ANYTHING,
  describeAccepted,
  howToAllow,
  isAccepted,
  type Accepted,
  type Sha256List,
} from './accepted.js';
import { CATALOGUE, findIn, unknownName, type CatalogueEntry, type PublishedFile } from './catalogue.js';
import type { RetryPolicy } from './download.js';

export interface ResolveOptions {
  /** SHA-256s of copies that are taken beside those that the catalogue knows. */
  readonly allowSha256?: Sha256List | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** URL of a folder with the files of the catalogue; comes before all other places. */
  readonly weightsUrl?: string | undefined;
  readonly retry?: Partial<RetryPolicy> | undefined;
  /**
   * Looks at what nobody published a checksum of, before it is kept: what it throws comes through with the address, and
   * nothing is kept.
   */
  readonly inspect?: ((bytes: Uint8Array) => Promise<void>) | undefined;
}

export interface ResolvedWeights<E extends PublishedFile = CatalogueEntry> {
  readonly bytes: Uint8Array;
  /** Name in the catalogue, else the file's name. */
  readonly name: string;
  /** Where the bytes lie. */
  readonly path: string;
  /** Present for a checkpoint of the catalogue. */
  readonly entry?: E;
}

const WEIGHTS_FILE = /\.(pt|pth|safetensors|onnx|bin|ckpt)$/i;
/** Characters of a hash that name a folder. */
const KEY_LENGTH = 16;

function baseName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

async function isFile(path: string): Promise<boolean> {
  return (await platform().stat(path))?.kind === 'file';
}

/** As `inspect`, with the address in what it throws. */
function inspecting({ inspect }: ResolveOptions) {
  return async (bytes: Uint8Array, url: string): Promise<void> => {
    try {
      await inspect?.(bytes);
    } catch (error) {
      if (!(error instanceof FastSAMError)) throw error;
      const where = `(what ${displayUrl(url)} gave; nothing of it was kept)`;
      throw new FastSAMError(error.code, `${error.message} ${where}`, { cause: error });
    }
  };
}

/**
 * The bytes of a file that lies here, which must be a copy of what is named.
 * @throws FastSAMError `DOWNLOAD_CORRUPT`; `todo` says how to be rid of the file.
 */
async function readCopy(path: string, name: string, accepted: Accepted, todo: string): Promise<Uint8Array> {
  const bytes = await platform().readFile(path);
  if (accepted.versions.length === 0) return bytes;
  const sha256 = await platform().sha256(bytes);
  if (isAccepted(accepted, sha256)) return bytes;
  throw new FastSAMError(
    'DOWNLOAD_CORRUPT',
    `${name}: got ${bytes.length} bytes with sha256 ${sha256}, expected ${describeAccepted(accepted)}; ` +
      `${todo}, or, ${howToAllow(sha256)}`,
  );
}

/** The file of a catalogue entry inside `FASTSAM_WEIGHTS_DIR`, if it lies there. */
async function inWeightsFolder(file: string): Promise<string | undefined> {
  const folder = platform().env('FASTSAM_WEIGHTS_DIR');
  if (!folder) return undefined;
  const path = platform().joinPath(folder, file);
  return (await isFile(path)) ? path : undefined;
}

async function resolveEntry<E extends PublishedFile>(entry: E, options: ResolveOptions): Promise<ResolvedWeights<E>> {
  const here = platform();
  const { name, file, versions, bundled } = entry;
  const accepted = { versions, allowed: allowedHashes(options.allowSha256) };
  if (options.weightsUrl !== undefined) return resolveMirrored(entry, options.weightsUrl, accepted, options);
  const local = await inWeightsFolder(file);
  if (local !== undefined) {
    return { bytes: await readCopy(local, name, accepted, `replace ${local}`), name, path: local, entry };
  }
  if (bundled !== undefined) {
    const path = here.packageFile(bundled);
    return { bytes: await here.readFile(path), name, path, entry };
  }
  return { ...(await keptOrDownloaded(entry, accepted, options)), name, entry };
}

/** The file of an entry in a folder that the caller named: a URL, in pages also one that is relative to the page. */
async function resolveMirrored<E extends PublishedFile>(
  entry: E,
  folder: string,
  accepted: Accepted,
  options: ResolveOptions,
): Promise<ResolvedWeights<E>> {
  const here = platform();
  const { name } = entry;
  const place = `${folder.replace(/\/+$/, '')}/${entry.file}`;
  const address = here.addressOf(place);
  if (address !== undefined) {
    const isPublished = accepted.versions.length > 0;
    const found = isPublished ? keptOrDownloaded(entry, accepted, options, [address]) : resolveUrl(address, options);
    return { ...(await found), name, entry };
  }
  const path = /^file:/i.test(place) ? here.pathOfUrl(place) : place;
  return { bytes: await readCopy(path, name, accepted, `replace ${path}`), name, path, entry };
}

/** A copy from the cache folder, else from the first source that has one. */
async function keptOrDownloaded(
  entry: PublishedFile,
  accepted: Accepted,
  options: ResolveOptions,
  urls = urlsOf(entry),
): Promise<{ readonly bytes: Uint8Array; readonly path: string }> {
  const here = platform();
  const { name, file } = entry;
  const path = here.joinPath(here.cacheFolder(), file);
  // Apart, so that what one caller allows is not in the way of others.
  const pathOf = (sha256: string) => here.joinPath(here.cacheFolder(), 'copies', sha256.slice(0, KEY_LENGTH), file);
  for (const kept of [path, ...accepted.allowed.map(pathOf)]) {
    if (!(await isFile(kept))) continue;
    options.onProgress?.({ type: 'verify', name });
    return { bytes: await readCopy(kept, name, accepted, removal(kept, name)), path: kept };
  }
  const { download } = await import('./download.js'); // not needed for what lies here
  return download({
    ...{ ...accepted, name, path, pathOf, isPublished: true, urls, inspect: inspecting(options) },
    ...{ onProgress: options.onProgress, signal: options.signal, retry: options.retry },
  });
}

/** How to be rid of a kept file. */
function removal(path: string, name: string): string {
  return platform().name === 'browser'
    ? `call clearCache('${name}') to download it again`
    : `delete ${path} to download it again`;
}

/** Who is asked for a file: the mirror alone where there is one; in pages those whose answers they may read. */
function urlsOf({ file, sources }: PublishedFile): string[] {
  const here = platform();
  const mirror = here.env('FASTSAM_WEIGHTS_URL');
  if (mirror) return [`${mirror.replace(/\/+$/, '')}/${file}`];
  return sources.filter(({ cors }) => here.name === 'node' || cors).map(({ url }) => url);
}

/**
 * The file of any other address: kept, and fetched again when the server has another one. Each gets a folder of its own, so
 * that equal file names do not meet.
 */
async function resolveUrl(url: string, options: ResolveOptions): Promise<ResolvedWeights<never>> {
  const here = platform();
  if (!URL.canParse(url)) {
    throw invalidArgument(`weights: got '${displayUrl(url)}', expected a URL; check its spelling`);
  }
  const name = (new URL(url).pathname.split('/').at(-1) ?? '').replace(/[^\w.-]/g, '_') || 'weights';
  const key = (await here.sha256(new TextEncoder().encode(url))).slice(0, KEY_LENGTH);
  const path = here.joinPath(here.cacheFolder(), 'urls', key, name);
  const { freshness, readKept, readNote, writeNote } = await import('./kept.js');
  const note = await readNote(path);
  if (note !== undefined && (await freshness(url, note, options)) !== 'changed') {
    throwIfAborted(options.signal);
    options.onProgress?.({ type: 'verify', name });
    const bytes = await readKept(path, note);
    if (bytes !== undefined) return { bytes, name, path };
  }
  const { download } = await import('./download.js');
  const found = await download({
    ...{ ...ANYTHING, name, path, isPublished: false, urls: [url], inspect: inspecting(options) },
    ...{ onProgress: options.onProgress, signal: options.signal, retry: options.retry },
  });
  await writeNote(url, found);
  return { bytes: found.bytes, name, path };
}

async function readPath(path: string): Promise<ResolvedWeights<never>> {
  return { bytes: await platform().readFile(path), name: baseName(path), path };
}

async function locate<E extends PublishedFile>(
  wanted: string,
  catalogue: readonly E[],
  options: ResolveOptions,
): Promise<ResolvedWeights<E>> {
  const here = platform();
  if (wanted.trim() === '') throw unknownName(wanted, catalogue);
  if (/^file:/i.test(wanted)) return readPath(here.pathOfUrl(wanted));
  const isFileName = WEIGHTS_FILE.test(wanted);
  const entry = findIn(catalogue, wanted);
  // A file of that very name here is what somebody means who writes the ending.
  if (entry !== undefined && !(isFileName && (await isFile(wanted)))) return resolveEntry(entry, options);
  const looksLikeName = !/[/\\]/.test(wanted) && !isFileName;
  if (looksLikeName && (await here.stat(wanted)) === undefined) throw unknownName(wanted, catalogue);
  const address = here.addressOf(wanted);
  return address === undefined ? readPath(wanted) : resolveUrl(address, options);
}

/**
 * The bytes of a checkpoint given by name (catalogue: case and `.pt` do not matter), path or URL. Named ones come from
 * `FASTSAM_WEIGHTS_DIR` if they lie there, else from the package if it ships them, else from the cache folder, else they
 * are downloaded into it: from the mirror `FASTSAM_WEIGHTS_URL` if set, else from the first of their sources that gives
 * them. Their checksum is checked each time. What a URL gives is kept too; its server is asked each time whether it has
 * another file by now, and what is kept serves where it cannot be asked.
 * @throws FastSAMError `UNKNOWN_NAME`, `FILE_UNREADABLE`, `DOWNLOAD_FAILED`, `DOWNLOAD_CORRUPT`, `WRITE_FAILED`,
 * `ABORTED`
 */
export function resolveWeights(nameOrPathOrUrl: string | URL, options: ResolveOptions = {}): Promise<ResolvedWeights> {
  return resolveFrom(CATALOGUE, nameOrPathOrUrl, options);
}

/** As `resolveWeights`, with the names of another catalogue. */
export async function resolveFrom<E extends PublishedFile>(
  catalogue: readonly E[],
  nameOrPathOrUrl: string | URL,
  options: ResolveOptions = {},
): Promise<ResolvedWeights<E>> {
  requireTextOrUrl('weights', nameOrPathOrUrl);
  throwIfAborted(options.signal);
  const resolved = await locate(String(nameOrPathOrUrl), catalogue, options);
  throwIfAborted(options.signal);
  options.onProgress?.({ type: 'done', name: resolved.name, path: resolved.path });
  return resolved;
}

/**
 * As `resolveFrom`, and what a reader makes of the bytes. It reads what a URL gave before that is kept, and nothing twice.
 * @throws FastSAMError also what the reader throws, with the file's path in front.
 */
export async function readFrom<E extends PublishedFile, T>(
  catalogue: readonly E[],
  nameOrPathOrUrl: string | URL,
  options: ResolveOptions,
  read: (bytes: Uint8Array) => Promise<T>,
): Promise<ResolvedWeights<E> & { readonly content: T }> {
  let early: { readonly content: T } | undefined;
  const inspect = async (bytes: Uint8Array): Promise<void> => {
    early = { content: await read(bytes) };
  };
  const resolved = await resolveFrom(catalogue, nameOrPathOrUrl, { ...options, inspect });
  if (early) return { ...resolved, ...early };
  try {
    return { ...resolved, content: await read(resolved.bytes) };
  } catch (error) {
    throw located(error, resolved.path);
  }
}
