/** Downloads that survive broken connections, killed processes and company: the file appears whole and checked, or not. */
import { FastSAMError, invalidArgument, throwIfAborted } from '../errors.js';
import { platform, type PartialFile } from '../platform/platform.js';
import type { OnProgress } from '../progress.js';
import { displayUrl } from '../text/displayUrl.js';
import { Interrupted, transferOnce, Unreachable, type Transfer } from './transfer.js';

export interface DownloadRequest {
  readonly url: string;
  /** Where the file shall lie. */
  readonly path: string;
  /** What progress and errors call it. */
  readonly name: string;
  /** Exact size, if known. */
  readonly bytes?: number | undefined;
  /** Expected checksum, hexadecimal, if known. */
  readonly sha256?: string | undefined;
  /** Most bytes that are taken where the size is not known. Default 2 GB, or FASTSAM_MAX_DOWNLOAD. */
  readonly maxBytes?: number | undefined;
  /** Looks at the whole before it is kept; what it throws comes through, and nothing is kept. */
  readonly inspect?: ((bytes: Uint8Array) => Promise<void>) | undefined;
  /** What to do about another checksum, for the error's message. */
  readonly advice?: string | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly retry?: Partial<RetryPolicy> | undefined;
}

export interface RetryPolicy {
  /** Failed attempts in a row after which the download is given up. Default 5. */
  readonly attempts: number;
  /** Milliseconds before the second attempt; each further wait is twice as long. Default 500. */
  readonly delay: number;
  /** Milliseconds without a byte after which a connection counts as broken. Default 30,000. */
  readonly stallTimeout: number;
}

const DEFAULT_RETRY: RetryPolicy = { attempts: 5, delay: 500, stallTimeout: 30_000 };
/** No wait is longer than this, whatever the server asks for. */
const MAX_DELAY_MS = 60_000;
/** An attempt that brought this many bytes starts the count of failures anew. */
const GOOD_PROGRESS = 1 << 20;

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

/** Reports bytes so that the contract of `ProgressEvent` holds even when a download starts over. */
function downloadReporter({ name, bytes, onProgress }: DownloadRequest) {
  let highest = 0;
  let known = bytes;
  let reported = false;
  return (loaded: number, total: number | undefined) => {
    // Only the first report may bring a total: from then on it stays.
    if (!reported) known ??= total;
    reported = true;
    highest = Math.max(highest, known === undefined ? loaded : Math.min(loaded, known));
    onProgress?.({ type: 'download', name, loaded: highest, ...(known === undefined ? {} : { total: known }) });
  };
}

function givenUp(request: DownloadRequest, reason: string, cause: unknown): FastSAMError {
  const { name, url, path, bytes } = request;
  const here = platform();
  const proxy = here.env('HTTPS_PROXY') ?? here.env('https_proxy');
  const hint =
    proxy === undefined
      ? ''
      : ' (HTTPS_PROXY is set, but Node follows it only with NODE_USE_ENV_PROXY=1, from version 22.21 on)';
  const size = bytes === undefined ? 'the file' : `${bytes} bytes`;
  return new FastSAMError(
    'DOWNLOAD_FAILED',
    `download of ${name}: got ${reason}${hint}, expected ${size} from ${displayUrl(url)}; check the network and try again (what has arrived is kept), ` +
      `or put the file by hand at ${path}, or name a mirror in FASTSAM_WEIGHTS_URL or a folder that holds it in FASTSAM_WEIGHTS_DIR`,
    { cause },
  );
}

/** Repeats the transfer until the file is whole; true if its bytes come from more than one answer. */
async function fill(request: DownloadRequest, transfer: Transfer): Promise<boolean> {
  const { name, bytes, onProgress, signal } = request;
  const { attempts, delay } = { ...DEFAULT_RETRY, ...request.retry };
  const { partial } = transfer;
  let isJoined = false;
  for (let failures = 0; ;) {
    throwIfAborted(signal);
    const before = partial.length;
    isJoined ||= before > 0;
    // A process killed between the last byte and the move to the final name left everything there.
    if (before === bytes) return isJoined;
    try {
      await transferOnce(transfer);
      throwIfAborted(signal);
      return isJoined;
    } catch (error) {
      throwIfAborted(signal);
      if (error instanceof Unreachable) throw givenUp(request, `no connection (${error.message})`, error);
      if (!(error instanceof Interrupted)) throw error;
      failures = partial.length - before >= GOOD_PROGRESS ? 1 : failures + 1;
      if (failures >= attempts) throw givenUp(request, `${failures} failures, the last one: ${error.message}`, error);
      const wait = Math.min(MAX_DELAY_MS, error.retryAfter ?? delay * 2 ** (failures - 1));
      onProgress?.({ type: 'retry', name, delay: wait, reason: error.message });
      await sleep(wait, signal);
    }
  }
}

/**
 * Compares bytes with what is known of a file.
 * @throws FastSAMError `DOWNLOAD_CORRUPT`; `todo` ends its message.
 */
export async function verify(
  bytes: Uint8Array,
  known: { readonly name: string; readonly bytes?: number | undefined; readonly sha256?: string | undefined },
  todo: string,
): Promise<void> {
  if (known.bytes !== undefined && bytes.length !== known.bytes) {
    throw new FastSAMError(
      'DOWNLOAD_CORRUPT',
      `${known.name}: got ${bytes.length} bytes, expected ${known.bytes}; ${todo}`,
    );
  }
  if (known.sha256 === undefined) return;
  const sha256 = await platform().sha256(bytes);
  if (sha256 !== known.sha256) {
    throw new FastSAMError(
      'DOWNLOAD_CORRUPT',
      `${known.name}: got sha256 ${sha256}, expected ${known.sha256}; ${todo}`,
    );
  }
}

/** The bytes held, checked. */
async function checkWhole(request: DownloadRequest, partial: PartialFile): Promise<Uint8Array> {
  request.onProgress?.({ type: 'verify', name: request.name });
  const bytes = await partial.bytes();
  await verify(bytes, request, request.advice ?? `try again, or check what ${displayUrl(request.url)} serves`);
  return bytes;
}

/** Fetches and checks; pieces of several answers that do not fit together are fetched anew, once. */
async function fillAndCheck(request: DownloadRequest, partial: PartialFile): Promise<Uint8Array> {
  const transfer: Transfer = {
    url: request.url,
    partial,
    bytes: request.bytes,
    isVerified: request.sha256 !== undefined,
    maxBytes: request.bytes ?? request.maxBytes ?? mostBytes(),
    stallTimeout: request.retry?.stallTimeout ?? DEFAULT_RETRY.stallTimeout,
    signal: request.signal,
    onLoaded: downloadReporter(request),
  };
  const isJoined = await fill(request, transfer);
  try {
    return await checkWhole(request, partial);
  } catch (error) {
    if (!isJoined) throw error;
  }
  await partial.restart(undefined);
  await fill(request, transfer);
  return checkWhole(request, partial);
}

/** What has arrived is of use to a later attempt where only the connection failed. */
function isWorthKeeping(error: unknown): boolean {
  return !(error instanceof FastSAMError) || error.code === 'DOWNLOAD_FAILED' || error.code === 'ABORTED';
}

/** Twice the largest file that is known by name. */
const MAX_DOWNLOAD = 2 * 2 ** 30;

function mostBytes(): number {
  const text = platform().env('FASTSAM_MAX_DOWNLOAD') ?? '';
  if (text === '') return MAX_DOWNLOAD;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw invalidArgument(
    `FASTSAM_MAX_DOWNLOAD: got '${text.slice(0, 40)}', expected a number of bytes; set it to ${MAX_DOWNLOAD}`,
  );
}

/**
 * Downloads a file to its path and returns its bytes. What an earlier attempt, even one of a killed process, has
 * fetched is continued if the server still has the same file; processes that download the same file at the same time
 * do not disturb each other. Reports progress but no `done`.
 * @throws FastSAMError `DOWNLOAD_FAILED`, `DOWNLOAD_CORRUPT`, `WRITE_FAILED`, `ABORTED`; the path is then untouched.
 */
export async function download(request: DownloadRequest): Promise<Uint8Array> {
  throwIfAborted(request.signal);
  const partial = await platform().openPartial(request.path);
  try {
    const bytes = await fillAndCheck(request, partial);
    throwIfAborted(request.signal);
    await request.inspect?.(bytes);
    await partial.commit();
    return bytes;
  } catch (error) {
    await (partial.length > 0 && isWorthKeeping(error) ? partial.keep() : partial.discard());
    throw error;
  }
}
