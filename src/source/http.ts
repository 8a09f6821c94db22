/** Images from the network: bounded in size and time. */
import { FastSAMError, throwIfAborted } from '../errors.js';
import { displayUrl, withoutCredentials } from '../text/displayUrl.js';
import { platform } from '../platform/platform.js';

/** Larger files than this are no images that a network of this kind looks at. */
export const MAX_BYTES = 256 * 1024 * 1024;
/** Milliseconds for the whole transfer. */
export const TIMEOUT_MS = 60_000;

export interface FetchLimits {
  readonly signal?: AbortSignal | undefined;
  /** Default 256 MiB. */
  readonly maxBytes?: number | undefined;
  /** Milliseconds for the whole transfer. Default 60,000. */
  readonly timeout?: number | undefined;
}

function failed(url: string, got: string, todo: string, cause?: unknown): FastSAMError {
  return new FastSAMError('DOWNLOAD_FAILED', `image ${displayUrl(url)}: got ${got}, expected ${todo}`, { cause });
}

async function collect(url: string, response: Response, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const step = await reader?.read();
    if (step === undefined || step.done) break;
    chunks.push(step.value);
    length += step.value.length;
    if (length > maxBytes) {
      await reader?.cancel();
      throw failed(url, `more than ${maxBytes} bytes`, 'a smaller file');
    }
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/**
 * The body of an http(s) URL. A user name and password in it are sent as a header (Basic) and shown nowhere.
 * @throws FastSAMError `DOWNLOAD_FAILED` for no connection, a status other than 2xx, too many bytes or too long a wait;
 * `ABORTED`.
 */
export async function fetchBytes(url: string, limits: FetchLimits = {}): Promise<Uint8Array> {
  const { signal, maxBytes = MAX_BYTES, timeout = TIMEOUT_MS } = limits;
  throwIfAborted(signal);
  if (!URL.canParse(url)) throw failed(url, 'no valid URL', 'http(s)://host/path; check the address');
  const expiry = AbortSignal.timeout(timeout);
  try {
    const { url: address, headers } = withoutCredentials(url);
    const response = await platform().fetch(address, {
      headers,
      signal: signal === undefined ? expiry : AbortSignal.any([signal, expiry]),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw failed(url, `HTTP ${response.status}`, 'an image; check the address');
    }
    return await collect(url, response, maxBytes);
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof FastSAMError) throw error;
    if (expiry.aborted) throw failed(url, `no whole answer in ${timeout} ms`, 'a faster connection; try again', error);
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw failed(
      url,
      `no connection (${cause instanceof Error ? cause.message : String(cause)})`,
      'an answer; check the address and the network',
      error,
    );
  }
}
