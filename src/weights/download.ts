/** Downloads that survive broken connections, killed processes and company: the file appears whole and checked, or not. */
import { FastSAMError, invalidArgument, throwIfAborted } from '../errors.js';
import { platform, type PartialFile } from '../platform/platform.js';
import type { OnProgress } from '../progress.js';
import { displayUrl } from '../text/displayUrl.js';
import { isAccepted, isKnown } from './accepted.js';
import { junkIn } from './junk.js';
import { noCopy, type FailedSource, type WantedCopy } from './noCopy.js';
import type { Revision } from './revision.js';
import { Interrupted, Refused, transferOnce, type Transfer } from './transfer.js';

export interface DownloadRequest extends WantedCopy {
  /** Addresses that have a copy, asked one after the other until one gives it. */
  readonly urls: readonly string[];
  /** Where a file lies whose checksum is allowed but not known; default: at `path` too. */
  readonly pathOf?: ((sha256: string) => string) | undefined;
  /** Most bytes that are taken. Default 2 GB, or FASTSAM_MAX_DOWNLOAD. */
  readonly maxBytes?: number | undefined;
  /** Looks at a file whose checksum is not known before it is kept; what it throws comes through, and nothing is kept. */
  readonly inspect?: ((bytes: Uint8Array, url: string) => Promise<void>) | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly retry?: Partial<RetryPolicy> | undefined;
}

/** A file that has arrived. */
export interface Downloaded {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** Where it lies now. */
  readonly path: string;
  /** What the server says of it. */
  readonly revision: Revision;
}

export interface RetryPolicy {
  /** Failed attempts in a row after which an address is given up. Default 5. */
  readonly attempts: number;
  /** Milliseconds before the second attempt; each further wait is twice as long. Default 500. */
  readonly delay: number;
  /** Milliseconds without a byte after which a connection counts as broken. Default 30,000. */
  readonly stallTimeout: number;
}

export const DEFAULT_RETRY: RetryPolicy = { attempts: 5, delay: 500, stallTimeout: 30_000 };
/** A server that asks for a longer wait than this is given up. */
const MAX_DELAY_MS = 60_000;
/** An attempt that brought this many bytes starts the count of failures anew. */
const GOOD_PROGRESS = 1 << 20;
/** Twice the largest file that is known by name. */
const MAX_DOWNLOAD = 2 * 2 ** 30;

/** Resolves after `ms`, or at once when the signal fires. */
function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal?.addEventListener('abort', finish);
  });
}

/** Reports bytes so that the contract of `ProgressEvent` holds even when a download starts over at another address. */
function downloadReporter({ name, versions, onProgress }: DownloadRequest): Transfer['onLoaded'] {
  let highest = 0;
  let known: number | undefined;
  let reported = false;
  return (loaded, total) => {
    // Only the first report may bring a total: from then on it stays.
    if (!reported) known = total ?? (versions.length === 1 ? versions[0].bytes : undefined);
    reported = true;
    highest = Math.max(highest, known === undefined ? loaded : Math.min(loaded, known));
    onProgress?.({ type: 'download', name, loaded: highest, ...(known === undefined ? {} : { total: known }) });
  };
}

/** Repeats the transfer until the file is whole. `isJoined`: its bytes come from more than one answer. */
async function fill(
  { name, onProgress, signal, retry }: DownloadRequest,
  transfer: Transfer,
): Promise<{ readonly isJoined: boolean; readonly revision: Revision }> {
  const { attempts, delay } = { ...DEFAULT_RETRY, ...retry };
  const { partial } = transfer;
  let isJoined = false;
  for (let failures = 0; ;) {
    throwIfAborted(signal);
    const before = partial.length;
    isJoined ||= before > 0;
    try {
      const revision = await transferOnce(transfer);
      throwIfAborted(signal);
      return { isJoined, revision };
    } catch (error) {
      throwIfAborted(signal);
      if (!(error instanceof Interrupted)) throw error;
      failures = partial.length - before >= GOOD_PROGRESS ? 1 : failures + 1;
      if (failures >= attempts) {
        const got = `${failures} failures, the last one: ${error.message}`;
        throw new Refused('DOWNLOAD_FAILED', got, { cause: error });
      }
      const wait = error.retryAfter ?? Math.min(MAX_DELAY_MS, delay * 2 ** (failures - 1));
      if (wait > MAX_DELAY_MS) {
        const when = `asked to wait ${Math.ceil(wait / 1000)} s`;
        throw new Refused('DOWNLOAD_FAILED', `${error.message}, ${when}`, { cause: error });
      }
      onProgress?.({ type: 'retry', name, delay: wait, reason: error.message });
      await sleep(wait, signal);
    }
  }
}

/** The bytes held and their checksum, which is accepted. */
async function checkWhole(
  request: DownloadRequest,
  partial: PartialFile,
): Promise<Omit<Downloaded, 'path' | 'revision'>> {
  request.onProgress?.({ type: 'verify', name: request.name });
  const bytes = await partial.bytes();
  const sha256 = await platform().sha256(bytes);
  if (isAccepted(request, sha256)) return { bytes, sha256 };
  const junk = junkIn(bytes);
  if (junk !== undefined) throw new Refused('DOWNLOAD_CORRUPT', junk);
  throw new Refused('DOWNLOAD_CORRUPT', `${bytes.length} bytes with sha256 ${sha256}`, { sha256 });
}

/** Fetches and checks; pieces of several answers that do not fit together are fetched anew, once. */
async function fillAndCheck(request: DownloadRequest, transfer: Transfer): Promise<Omit<Downloaded, 'path'>> {
  const { partial } = transfer;
  const { isJoined, revision } = await fill(request, transfer);
  try {
    return { ...(await checkWhole(request, partial)), revision };
  } catch (error) {
    if (!isJoined) throw error;
  }
  await partial.restart(undefined);
  const { revision: second } = await fill(request, transfer);
  return { ...(await checkWhole(request, partial)), revision: second };
}

/** What has arrived is of use to a later attempt where only the connection failed. */
function isWorthKeeping(error: unknown): boolean {
  if (error instanceof Refused) return error.code === 'DOWNLOAD_FAILED';
  return !(error instanceof FastSAMError) || error.code === 'ABORTED';
}

function mostBytes(): number {
  const text = platform().env('FASTSAM_MAX_DOWNLOAD') ?? '';
  if (text === '') return MAX_DOWNLOAD;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw invalidArgument(
    `FASTSAM_MAX_DOWNLOAD: got '${text.slice(0, 40)}', expected a number of bytes; set it to ${MAX_DOWNLOAD}`,
  );
}

/** Takes the file from one address. */
async function downloadFrom(
  url: string,
  request: DownloadRequest,
  onLoaded: Transfer['onLoaded'],
): Promise<Downloaded> {
  const { path, versions, signal, pathOf = () => path } = request;
  const partial = await platform().openPartial(path);
  try {
    const found = await fillAndCheck(request, {
      url,
      partial,
      sizes: versions.map(({ bytes }) => bytes),
      isVerified: versions.length > 0,
      maxBytes: request.maxBytes ?? mostBytes(),
      stallTimeout: request.retry?.stallTimeout ?? DEFAULT_RETRY.stallTimeout,
      signal,
      onLoaded,
    });
    throwIfAborted(signal);
    const { bytes, sha256 } = found;
    const isNew = !isKnown(request, sha256);
    if (isNew) await request.inspect?.(bytes, url);
    const target = isNew ? pathOf(sha256) : path;
    if (target === path) await partial.commit();
    else {
      await platform().writeFileAtomic(target, bytes);
      await partial.discard();
    }
    return { ...found, path: target };
  } catch (error) {
    await (partial.length > 0 && isWorthKeeping(error) ? partial.keep() : partial.discard());
    throw error;
  }
}

/**
 * Downloads a file to its path and returns its bytes, from the first address that gives it. What an earlier attempt, even
 * one of a killed process, has fetched is continued if the server still has the same file; processes that download the same
 * file at the same time do not disturb each other. Reports progress but no `done`.
 * @throws FastSAMError `DOWNLOAD_FAILED`, `DOWNLOAD_CORRUPT`, `WRITE_FAILED`, `ABORTED`; the path is then untouched.
 */
export async function download(request: DownloadRequest): Promise<Downloaded> {
  const { name, urls, signal, onProgress } = request;
  const onLoaded = downloadReporter(request);
  const failures: FailedSource[] = [];
  for (const [i, url] of urls.entries()) {
    throwIfAborted(signal);
    try {
      return await downloadFrom(url, request, onLoaded);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      failures.push({ url, reason: error });
      const next = urls.at(i + 1);
      if (next === undefined) break;
      onProgress?.({ type: 'retry', name, delay: 0, reason: `${error.got}; next: ${displayUrl(next)}` });
    }
  }
  throw noCopy(request, failures);
}
