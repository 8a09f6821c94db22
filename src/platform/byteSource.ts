/** Where programs have the bytes of a file from: memory, a file that somebody chose, an answer of a server. */
import { FastSAMError, invalidArgument } from '../errors.js';
import { isOf } from '../options/requireKind.js';
import { displayUrl } from '../text/displayUrl.js';

/** The bytes of a file, or what gives them: a Blob (a File is one), or the answer to a `fetch`. */
export type ByteSource = Uint8Array | ArrayBuffer | Blob | Response;

/** The content of a file. */
export interface NamedBytes {
  readonly bytes: Uint8Array;
  /** The name of a File, the address of an answer. */
  readonly name?: string;
}

const KINDS: readonly (abstract new (...args: never[]) => ByteSource)[] = [Uint8Array, ArrayBuffer, Blob, Response];

/** Whether a value is bytes or gives them. */
export function isByteSource(value: unknown): value is ByteSource {
  return KINDS.some((kind) => isOf(value, kind));
}

/**
 * The bytes, not copied where they are in memory.
 * @param what begins the message.
 * @throws FastSAMError `DOWNLOAD_FAILED` for an answer that is an error or breaks off, `INVALID_ARGUMENT` for one that was
 *   read before, `FILE_UNREADABLE` for a file that changed or went since it was chosen.
 */
export async function readByteSource(what: string, source: ByteSource): Promise<NamedBytes> {
  if (source instanceof Uint8Array) return { bytes: source };
  if (source instanceof ArrayBuffer) return { bytes: new Uint8Array(source) };
  if (source instanceof Response) return readResponse(what, source);
  const name = 'name' in source && typeof source.name === 'string' && source.name !== '' ? source.name : undefined;
  try {
    return { bytes: new Uint8Array(await source.arrayBuffer()), ...(name !== undefined && { name }) };
  } catch (error) {
    throw new FastSAMError('FILE_UNREADABLE', `${what}: cannot read ${name ?? 'the Blob'}; choose the file again`, {
      cause: error,
    });
  }
}

async function readResponse(what: string, response: Response): Promise<NamedBytes> {
  const name = response.url === '' ? undefined : displayUrl(response.url);
  const from = name ?? 'the Response';
  if (!response.ok) {
    throw new FastSAMError(
      'DOWNLOAD_FAILED',
      `${what}: got HTTP ${response.status} from ${from}, expected the file; check the address`,
    );
  }
  if (response.bodyUsed) {
    throw invalidArgument(
      `${what}: got a Response whose body was read before, expected a fresh one; give response.clone(), or fetch it again`,
    );
  }
  try {
    return { bytes: new Uint8Array(await response.arrayBuffer()), ...(name !== undefined && { name }) };
  } catch (error) {
    throw new FastSAMError('DOWNLOAD_FAILED', `${what}: ${from} broke off; fetch it again`, { cause: error });
  }
}
