/** Files in a browser: downloads are kept (`browserKept.ts`), everything else is fetched. */
import { FastSAMError, invalidArgument } from '../errors.js';
import { isKept, keep, kept } from './browserKept.js';
import type { FileStat, PartialFile } from './platform.js';

/** See `Platform.readFile`: a kept download, else what the address (also a relative one) answers. */
export async function readFile(path: string): Promise<Uint8Array> {
  const response = isKept(path) ? await kept(path) : await fetch(path).catch(() => undefined);
  if (response?.ok !== true) {
    const got = response === undefined ? 'no answer' : `HTTP ${response.status}`;
    throw new FastSAMError('FILE_UNREADABLE', `cannot read ${path}: got ${got}; check the address`);
  }
  return new Uint8Array(await response.arrayBuffer());
}

/** See `Platform.stat`: only kept downloads are known without a request. */
export async function stat(path: string): Promise<FileStat | undefined> {
  const response = isKept(path) ? await kept(path) : undefined;
  return response && { kind: 'file', size: Number(response.headers.get('content-length') ?? 0) };
}

/** See `Platform.writeFileAtomic`: pages write only into the cache. */
export async function writeFileAtomic(path: string, bytes: Uint8Array): Promise<void> {
  if (!isKept(path)) {
    throw new FastSAMError('WRITE_FAILED', `cannot write ${path}: a page has no files; use the bytes instead`);
  }
  await keep(path, bytes);
}

export function pathOfUrl(url: string): string {
  throw invalidArgument(`file URL: got ${url}, expected an http(s) URL or a File in a browser`);
}

/** A download in progress, in memory. It survives broken connections, but not the page. */
class MemoryPartial implements PartialFile {
  length = 0;
  validator: string | undefined;
  #chunks: Uint8Array[] = [];
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  restart(validator: string | undefined): Promise<void> {
    this.#chunks = [];
    this.length = 0;
    this.validator = validator;
    return Promise.resolve();
  }

  append(chunk: Uint8Array): Promise<void> {
    this.#chunks.push(chunk);
    this.length += chunk.length;
    return Promise.resolve();
  }

  bytes(): Promise<Uint8Array> {
    const whole = new Uint8Array(this.length);
    let at = 0;
    for (const chunk of this.#chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    // From here on one copy is enough.
    this.#chunks = [whole];
    return Promise.resolve(whole);
  }

  async commit(): Promise<void> {
    await keep(this.#path, await this.bytes());
  }

  keep(): Promise<void> {
    return this.discard();
  }

  discard(): Promise<void> {
    this.#chunks = [];
    return Promise.resolve();
  }
}

/** See `Platform.openPartial`. */
export function openPartial(path: string): Promise<PartialFile> {
  return Promise.resolve(new MemoryPartial(path));
}

/** See `Platform.sha256`. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  if (!globalThis.isSecureContext) {
    throw new FastSAMError(
      'DOWNLOAD_FAILED',
      'checksum: got an insecure page, expected https or localhost; serve the page so',
    );
  }
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
