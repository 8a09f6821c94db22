/** One HTTP request of a download: what is missing of a file is appended to what is there. */
import { FastSAMError } from '../errors.js';
import { platform, type PartialFile } from '../platform/platform.js';
import { withoutCredentials } from '../text/displayUrl.js';
import { retryAfter, revisionOf, validatorOf, type Revision } from './revision.js';

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

/** Why an address does not give the file: asking it again is pointless, but another one may have it. */
export class Refused extends Error {
  constructor(
    readonly code: 'DOWNLOAD_FAILED' | 'DOWNLOAD_CORRUPT',
    /** What was got: `HTTP 404`. */
    readonly got: string,
    options?: ErrorOptions & {
      /** What would help, where that is not what always helps. */
      readonly todo?: string;
      /** Of a whole file that is not the one asked for. */
      readonly sha256?: string;
    },
  ) {
    super(got, options);
    this.todo = options?.todo;
    this.sha256 = options?.sha256;
  }

  readonly todo: string | undefined;
  readonly sha256: string | undefined;
}

export interface Transfer {
  readonly url: string;
  readonly partial: PartialFile;
  /** Sizes that the whole file may have, where they are known before. */
  readonly sizes: readonly number[];
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

function tooLarge({ maxBytes }: Transfer): Refused {
  const setting = platform().name === 'node' ? ', or set FASTSAM_MAX_DOWNLOAD to a higher number of bytes' : '';
  return new Refused('DOWNLOAD_CORRUPT', `more than ${maxBytes} bytes, the most for a file of weights`, {
    todo: `check the address${setting}`,
  });
}

/** What fetch threw, with the reason that it hides in `cause`. */
function connectionError(error: unknown, { partial }: Transfer): Error {
  // A redirect that is not followed, for instance.
  if (error instanceof FastSAMError) return new Refused('DOWNLOAD_FAILED', error.message, { cause: error });
  // All that a page is told: no connection, or no CORS headers. The latter never come, so only a broken line is retried.
  if (error instanceof TypeError && error.cause === undefined && partial.length === 0) {
    return new Refused('DOWNLOAD_FAILED', `no answer that a page may read (${error.message})`, { cause: error });
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const message = `${code} ${cause instanceof Error ? cause.message : String(cause)}`.trim();
  return UNREACHABLE.test(code)
    ? new Refused('DOWNLOAD_FAILED', `no connection (${message})`, { cause: error })
    : new Interrupted(message, undefined, { cause: error });
}

/** Content-Length, unless it counts compressed bytes. */
function announcedLength(response: Response): number | undefined {
  const length = Number(response.headers.get('content-length') ?? NaN);
  return response.headers.has('content-encoding') || !(length >= 0) ? undefined : length;
}

function rangeHeaders({ partial, isVerified }: Transfer): Record<string, string> {
  // Compressed bytes could not be counted nor resumed.
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  // Without If-Range, for which pages would have to ask leave (a preflight), which hosts of files often refuse: whether
  // the answer continues the same file is seen by its validator.
  if (partial.length > 0 && (partial.validator !== undefined || isVerified)) {
    headers.range = `bytes=${partial.length}-`;
  }
  return headers;
}

/** Refuses statuses that carry no part of the file; true where the bytes held are already all of it. */
async function checkStatus({ partial, isVerified }: Transfer, response: Response): Promise<boolean> {
  const { status } = response;
  if (status === 200 || status === 206) return false;
  if (status === 416) {
    const whole = /^bytes \*\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
    if (isVerified && whole === String(partial.length)) return true;
    await partial.restart(undefined);
    throw new Interrupted('HTTP 416: the bytes held do not fit the file');
  }
  if (status >= 500 || TRANSIENT.has(status)) throw new Interrupted(`HTTP ${status}`, retryAfter(response));
  throw new Refused('DOWNLOAD_FAILED', `HTTP ${status}`);
}

/** Brings the bytes held in line with what the answer continues; returns the size of the whole, where told. */
async function align(transfer: Transfer, response: Response): Promise<number | undefined> {
  const { partial } = transfer;
  const rest = announcedLength(response);
  if (response.status === 206) {
    const total = continuedTotal(transfer, response, rest);
    if (total !== 'another') return total;
    await partial.restart(undefined);
    throw new Interrupted('the server continued another file or at another offset');
  }
  if (/^text\/html/i.test(response.headers.get('content-type') ?? '')) {
    throw new Refused('DOWNLOAD_CORRUPT', 'a web page (a login page of the network?)');
  }
  await partial.restart(validatorOf(response));
  return rest;
}

/** The size of the whole that an answer of status 206 continues, where told; `another` if it may be of another file. */
function continuedTotal(
  { partial, sizes, isVerified }: Transfer,
  response: Response,
  rest: number | undefined,
): number | undefined | 'another' {
  const validator = validatorOf(response);
  const isSame = validator !== undefined && validator === partial.validator;
  const isUnseen = validator === undefined || partial.validator === undefined;
  const fits = isSame || (isVerified && isUnseen);
  if (!fits) return 'another';
  const whole = rest === undefined ? undefined : partial.length + rest;
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
  // Pages see the header only where the server exposes it; else the sizes have to fit, and the checksum decides.
  if (range === null) return isVerified && whole !== undefined && sizes.includes(whole) ? whole : 'another';
  if (range[1] !== String(partial.length)) return 'another';
  return range[2] === '*' ? whole : Number(range[2]);
}

async function nextChunk(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  transfer: Transfer,
): Promise<Uint8Array | undefined> {
  const { stallTimeout } = transfer;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stall = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Interrupted(`no byte for ${stallTimeout} ms`));
    }, stallTimeout);
  });
  try {
    return (await Promise.race([reader.read(), stall])).value;
  } catch (error) {
    throw error instanceof Interrupted ? error : connectionError(error, transfer);
  } finally {
    clearTimeout(timer);
  }
}

async function appendBody(
  transfer: Transfer,
  body: ReadableStream<Uint8Array>,
  total: number | undefined,
): Promise<void> {
  const { partial, sizes, stallTimeout, maxBytes, onLoaded, signal } = transfer;
  const reader = body.getReader();
  try {
    onLoaded(partial.length, total);
    let window = { start: Date.now(), held: partial.length };
    for (;;) {
      const chunk = await nextChunk(reader, transfer);
      if (chunk === undefined || signal?.aborted) break;
      if (total !== undefined && partial.length + chunk.length > total) {
        throw new Refused('DOWNLOAD_CORRUPT', `more bytes than the ${total} that were announced`);
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
  // A server that announces nothing may have been cut off unseen.
  const least = total ?? (sizes.length === 0 ? 0 : Math.min(...sizes));
  if (partial.length < least) throw new Interrupted(`the connection ended after ${partial.length} of ${least} bytes`);
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
      // Some hosts refuse pages by where they come from; it is no business of theirs.
      referrerPolicy: 'no-referrer',
      signal: signal === undefined ? head.signal : AbortSignal.any([signal, head.signal]),
    });
  } catch (error) {
    throw connectionError(error, transfer);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Appends to `partial` what is missing of the file.
 * @returns what the server says of the file's revision.
 * @throws Interrupted if a further call may succeed; Refused if this address will not give it; FastSAMError
 *   `WRITE_FAILED`.
 */
export async function transferOnce(transfer: Transfer): Promise<Revision> {
  const response = await request(transfer);
  try {
    if (await checkStatus(transfer, response)) return revisionOf(response);
    const total = await align(transfer, response);
    if (total !== undefined && total > transfer.maxBytes) throw tooLarge(transfer);
    if (response.body === null) throw new Interrupted('an answer without a body');
    await appendBody(transfer, response.body, total);
    return revisionOf(response);
  } finally {
    if (response.body !== null && !response.body.locked) await response.body.cancel().catch(() => undefined);
  }
}
