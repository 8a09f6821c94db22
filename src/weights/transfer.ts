/** One HTTP request of a download: what is missing of a file is appended to what is there. */
import { FastSAMError } from '../errors.js';
import { platform, type PartialFile } from '../platform/platform.js';
import { displayUrl, withoutCredentials } from '../text/displayUrl.js';

/** A failure that another attempt may get over. */
export class Interrupted extends Error {
  constructor(
    message: string,
    /** Milliseconds that the server asks to wait. */
    readonly retryAfter?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A server that cannot be reached at all: trying again at once is pointless. */
export class Unreachable extends Error {}

export interface Transfer {
  readonly url: string;
  readonly partial: PartialFile;
  /** Size of the whole file, where it is known before. */
  readonly bytes: number | undefined;
  /** Whether the whole is checked against a known checksum, so that resuming without a validator is safe. */
  readonly isVerified: boolean;
  /** Milliseconds without a byte after which the connection counts as broken. */
  readonly stallTimeout: number;
  /** Most bytes that are taken. */
  readonly maxBytes: number;
  readonly signal: AbortSignal | undefined;
  /** Called with the bytes held and the size of the whole, where known. */
  readonly onLoaded: (loaded: number, total: number | undefined) => void;
}

const UNREACHABLE =
  /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|CERT_|ERR_TLS|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO)/;

/** Statuses that pass: timeout, too early, too many requests. */
const TRANSIENT = new Set([408, 425, 429]);

/** Bytes a second below which a connection counts as broken: one that drips would never end. */
const LEAST_RATE = 1_000;

function tooLarge({ url, maxBytes }: Transfer): FastSAMError {
  return new FastSAMError(
    'DOWNLOAD_CORRUPT',
    `download of ${url}: got more than ${maxBytes} bytes, expected at most that for a file of weights; check the ` +
      'address, or set FASTSAM_MAX_DOWNLOAD to a higher number of bytes',
  );
}

function corrupt(url: string, got: string, expected: string): FastSAMError {
  return new FastSAMError(
    'DOWNLOAD_CORRUPT',
    `download of ${displayUrl(url)}: got ${got}, expected ${expected}; check the address or the mirror`,
  );
}

/** What fetch threw, with the reason that it hides in `cause`. */
function connectionError(error: unknown): Error {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const message = `${code} ${cause instanceof Error ? cause.message : String(cause)}`.trim();
  return UNREACHABLE.test(code)
    ? new Unreachable(message, { cause: error })
    : new Interrupted(message, undefined, { cause: error });
}

/** Strong ETag, else the date: what `If-Range` accepts. */
function validatorOf(response: Response): string | undefined {
  const etag = response.headers.get('etag');
  if (etag !== null && !etag.startsWith('W/')) return etag;
  return response.headers.get('last-modified') ?? undefined;
}

function retryAfter(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  return seconds >= 0 ? seconds * 1000 : undefined;
}

/** Content-Length, unless it counts compressed bytes. */
function announcedLength(response: Response): number | undefined {
  const length = Number(response.headers.get('content-length') ?? NaN);
  return response.headers.has('content-encoding') || !(length >= 0) ? undefined : length;
}

function rangeHeaders({ partial, isVerified }: Transfer): Record<string, string> {
  // Compressed bytes could not be counted nor resumed.
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (partial.length > 0 && (partial.validator !== undefined || isVerified)) {
    headers.range = `bytes=${partial.length}-`;
    if (partial.validator !== undefined) headers['if-range'] = partial.validator;
  }
  return headers;
}

/** Refuses statuses that carry no part of the file. */
async function checkStatus(transfer: Transfer, response: Response): Promise<void> {
  const { status } = response;
  if (status === 200 || status === 206) return;
  if (status === 416) {
    await transfer.partial.restart(undefined);
    throw new Interrupted('HTTP 416: the bytes held do not fit the file');
  }
  if (status >= 500 || TRANSIENT.has(status)) throw new Interrupted(`HTTP ${status}`, retryAfter(response));
  throw new FastSAMError(
    'DOWNLOAD_FAILED',
    `download of ${displayUrl(transfer.url)}: got HTTP ${status}, expected the file; check the address or the mirror`,
  );
}

/** Brings the bytes held in line with what the answer continues; returns the size of the whole, where told. */
async function align(transfer: Transfer, response: Response): Promise<number | undefined> {
  const { partial, url } = transfer;
  const validator = validatorOf(response);
  const rest = announcedLength(response);
  if (response.status === 206) {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
    const isSame = partial.validator === undefined || validator === undefined || validator === partial.validator;
    if (range?.[1] !== String(partial.length) || !isSame) {
      await partial.restart(undefined);
      throw new Interrupted('the server continued another file or at another offset');
    }
    return range[2] === '*' ? (rest === undefined ? undefined : partial.length + rest) : Number(range[2]);
  }
  if (/^text\/html/i.test(response.headers.get('content-type') ?? '')) {
    throw corrupt(url, 'a web page (a login page of the network?)', 'a file of weights');
  }
  await partial.restart(validator);
  return rest;
}

async function nextChunk(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  stallTimeout: number,
): Promise<Uint8Array | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stall = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Interrupted(`no byte for ${stallTimeout} ms`));
    }, stallTimeout);
  });
  try {
    return (await Promise.race([reader.read(), stall])).value;
  } catch (error) {
    throw error instanceof Interrupted ? error : connectionError(error);
  } finally {
    clearTimeout(timer);
  }
}

async function appendBody(
  transfer: Transfer,
  body: ReadableStream<Uint8Array>,
  total: number | undefined,
): Promise<void> {
  const { partial, url, stallTimeout, maxBytes, onLoaded, signal } = transfer;
  const reader = body.getReader();
  try {
    onLoaded(partial.length, total);
    let window = { start: Date.now(), held: partial.length };
    for (;;) {
      const chunk = await nextChunk(reader, stallTimeout);
      if (chunk === undefined || signal?.aborted) break;
      if (total !== undefined && partial.length + chunk.length > total) {
        throw corrupt(url, `more than ${total} bytes`, `${total}`);
      }
      if (partial.length + chunk.length > maxBytes) throw tooLarge(transfer);
      await partial.append(chunk);
      onLoaded(partial.length, total);
      const elapsed = Date.now() - window.start;
      if (elapsed < stallTimeout) continue;
      const got = partial.length - window.held;
      if (got < (LEAST_RATE * elapsed) / 1000) throw new Interrupted(`only ${got} bytes in ${elapsed} ms`);
      window = { start: Date.now(), held: partial.length };
    }
  } finally {
    // Ends the connection if it is still open; a body that broke has nothing left to cancel.
    await reader.cancel().catch(() => undefined);
  }
  if (total !== undefined && partial.length < total) {
    throw new Interrupted(`the connection ended after ${partial.length} of ${total} bytes`);
  }
}

async function request(transfer: Transfer): Promise<Response> {
  const { url, signal, stallTimeout } = transfer;
  // The answer's head must come within the stall timeout too.
  const head = new AbortController();
  const timer = setTimeout(() => {
    head.abort(new Error(`no answer for ${stallTimeout} ms`));
  }, stallTimeout);
  try {
    const { url: address, headers } = withoutCredentials(url);
    return await platform().fetch(address, {
      headers: { ...rangeHeaders(transfer), ...headers },
      redirect: 'follow',
      signal: signal === undefined ? head.signal : AbortSignal.any([signal, head.signal]),
    });
  } catch (error) {
    throw connectionError(error);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Appends to `partial` what is missing of the file.
 * @throws Interrupted if a further call may succeed, Unreachable if there is no way to the server, FastSAMError
 * `DOWNLOAD_FAILED`, `DOWNLOAD_CORRUPT` or `WRITE_FAILED` if none will.
 */
export async function transferOnce(transfer: Transfer): Promise<void> {
  const response = await request(transfer);
  try {
    await checkStatus(transfer, response);
    const announced = await align(transfer, response);
    const total = transfer.bytes ?? announced;
    if (announced !== undefined && announced !== total) {
      throw corrupt(transfer.url, `a file of ${announced} bytes`, `${total ?? 'any number of'} bytes`);
    }
    if (total !== undefined && total > transfer.maxBytes) throw tooLarge(transfer);
    if (response.body === null) throw new Interrupted('an answer without a body');
    await appendBody(transfer, response.body, total);
  } catch (error) {
    if (response.body !== null && !response.body.locked) await response.body.cancel().catch(() => undefined);
    throw error;
  }
}
