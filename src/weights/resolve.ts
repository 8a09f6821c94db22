/** From what a caller names to the bytes of a checkpoint. */
import { FastSAMError, invalidArgument, throwIfAborted } from '../errors.js';
import { platform } from '../platform/platform.js';
import type { OnProgress } from '../progress.js';
import { displayUrl } from '../text/displayUrl.js';
import { CATALOGUE, findIn, unknownName, type CatalogueEntry, type PublishedFile } from './catalogue.js';
import { download, verify, type RetryPolicy } from './download.js';
import { requireTextOrUrl } from '../options/requireKind.js';

export interface ResolveOptions {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** URL of a folder with the files of the catalogue; comes before all other places. */
  readonly weightsUrl?: string | undefined;
  readonly retry?: Partial<RetryPolicy> | undefined;
  /**
   * Looks at what a URL gave, before it is kept: what it throws comes through with the address, and nothing is kept.
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

function baseName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

async function isFile(path: string): Promise<boolean> {
  return (await platform().stat(path))?.kind === 'file';
}

/** The checksum noted beside a file by an earlier call. */
async function recordedHash(path: string): Promise<string | undefined> {
  const note = `${path}.sha256`;
  if (!(await isFile(note))) return undefined;
  const text = new TextDecoder().decode(await platform().readFile(note));
  return /^[0-9a-f]{64}/.exec(text)?.[0];
}

/** Notes a checksum in the format of sha256sum. Where the folder cannot be written, nothing is noted. */
async function recordHash(path: string, bytes: Uint8Array): Promise<void> {
  const line = `${await platform().sha256(bytes)}  ${baseName(path)}\n`;
  await platform()
    .writeFileAtomic(`${path}.sha256`, new TextEncoder().encode(line))
    .catch(() => undefined);
}

/** Something to fetch and to keep. */
interface Wanted {
  readonly name: string;
  readonly url: string;
  readonly path: string;
  readonly bytes?: number | undefined;
  readonly sha256?: string | undefined;
}

/** Has the caller look at a file whose checksum nobody published. */
async function inspected(wanted: Wanted, options: ResolveOptions, bytes: Uint8Array, todo: string): Promise<void> {
  if (wanted.sha256 !== undefined) return;
  try {
    await options.inspect?.(bytes);
  } catch (error) {
    if (!(error instanceof FastSAMError)) throw error;
    throw new FastSAMError(error.code, `${error.message} (what ${wanted.url} gave; ${todo})`, { cause: error });
  }
}

/** The kept file, checked, or a download of it. A file whose checksum nobody published is held to its first one. */
async function keepOrDownload(wanted: Wanted, options: ResolveOptions): Promise<Uint8Array> {
  const { name, path } = wanted;
  const recorded = wanted.sha256 === undefined ? await recordedHash(path) : undefined;
  const known = { name, bytes: wanted.bytes, sha256: wanted.sha256 ?? recorded };
  if (await isFile(path)) {
    const bytes = await platform().readFile(path);
    options.onProgress?.({ type: 'verify', name });
    await verify(bytes, known, `delete ${path} to download it again`);
    await inspected(wanted, options, bytes, `delete ${path} to download it again`);
    if (known.sha256 === undefined) await recordHash(path, bytes);
    return bytes;
  }
  const advice =
    recorded === undefined
      ? undefined
      : `delete ${path}.sha256 if you trust the file: it has changed since the first download`;
  const inspect = (found: Uint8Array): Promise<void> => inspected(wanted, options, found, 'nothing of it was kept');
  const bytes = await download({ ...known, url: wanted.url, path, advice, ...options, inspect });
  if (known.sha256 === undefined) await recordHash(path, bytes);
  return bytes;
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
  const { name, file, url, bundled } = entry;
  if (options.weightsUrl !== undefined) return resolveMirrored(entry, options.weightsUrl, options);
  const local = await inWeightsFolder(file);
  if (local !== undefined) {
    const bytes = await here.readFile(local);
    await verify(bytes, entry, `replace ${local}`);
    return { bytes, name, path: local, entry };
  }
  if (url === undefined) {
    const path = here.packageFile(bundled ?? file);
    return { bytes: await here.readFile(path), name, path, entry };
  }
  const mirror = here.env('FASTSAM_WEIGHTS_URL');
  const source = mirror ? `${mirror.replace(/\/+$/, '')}/${file}` : url;
  const path = here.joinPath(here.cacheFolder(), file);
  const bytes = await keepOrDownload({ name, url: source, path, bytes: entry.bytes, sha256: entry.sha256 }, options);
  return { bytes, name, path, entry };
}

/** The file of an entry in a folder that the caller named: a URL, in pages also one that is relative to the page. */
async function resolveMirrored<E extends PublishedFile>(
  entry: E,
  folder: string,
  options: ResolveOptions,
): Promise<ResolvedWeights<E>> {
  const { name } = entry;
  const address = `${folder.replace(/\/+$/, '')}/${entry.file}`;
  if (/^https?:/i.test(address)) return { ...(await resolveUrl(address, options, entry)), name, entry };
  const path = /^file:/i.test(address) ? platform().pathOfUrl(address) : address;
  const bytes = await platform().readFile(path);
  await verify(bytes, entry, `replace ${path}`);
  return { bytes, name, path, entry };
}

/** Other URLs get a folder of their own each, so that equal file names do not meet. */
async function resolveUrl(
  url: string,
  options: ResolveOptions,
  known: Pick<PublishedFile, 'bytes' | 'sha256'> = {},
): Promise<ResolvedWeights<never>> {
  const here = platform();
  if (!URL.canParse(url)) {
    throw invalidArgument(`weights: got '${displayUrl(url)}', expected a URL; check its spelling`);
  }
  const name = (new URL(url).pathname.split('/').at(-1) ?? '').replace(/[^\w.-]/g, '_') || 'weights';
  const key = (await here.sha256(new TextEncoder().encode(url))).slice(0, 16);
  const path = here.joinPath(here.cacheFolder(), 'urls', key, name);
  const { bytes, sha256 } = known;
  return { bytes: await keepOrDownload({ name, url, path, bytes, sha256 }, options), name, path };
}

async function resolvePath(path: string, catalogue: readonly PublishedFile[]): Promise<ResolvedWeights<never>> {
  const here = platform();
  const looksLikeName = !/[/\\]/.test(path) && !WEIGHTS_FILE.test(path);
  if (looksLikeName && (await here.stat(path)) === undefined) throw unknownName(path, catalogue);
  return { bytes: await here.readFile(path), name: baseName(path), path };
}

async function locate<E extends PublishedFile>(
  wanted: string,
  catalogue: readonly E[],
  options: ResolveOptions,
): Promise<ResolvedWeights<E>> {
  if (wanted.trim() === '') throw unknownName(wanted, catalogue);
  if (/^https?:\/\//i.test(wanted)) return resolveUrl(wanted, options);
  if (/^file:/i.test(wanted)) return resolvePath(platform().pathOfUrl(wanted), catalogue);
  const entry = findIn(catalogue, wanted);
  // A file of that very name here is what somebody means who writes the ending.
  if (entry === undefined || (WEIGHTS_FILE.test(wanted) && (await isFile(wanted))))
    return resolvePath(wanted, catalogue);
  return resolveEntry(entry, options);
}

/**
 * The bytes of a checkpoint given by name (catalogue: case and `.pt` do not matter), path or URL. Named ones come from
 * `FASTSAM_WEIGHTS_DIR` if they lie there, else from the package if it ships them, else from the cache folder, else they
 * are downloaded into it, from the mirror `FASTSAM_WEIGHTS_URL` if set; size and checksum are checked each time. A URL is downloaded once and then kept.
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
 * @throws FastSAMError also what the reader throws.
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
  return { ...resolved, ...(early ?? { content: await read(resolved.bytes) }) };
}
