/** Where files lie, and reading them, in Node. */
import { createHash } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { open, realpath, stat as statFile, type FileHandle } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FastSAMError, invalidArgument } from '../errors.js';
import { codeOf, fileError } from './fileErrors.js';
import type { FileStat } from './platform.js';

/** The bytes without Node's `Buffer`, whose `slice` shares memory where that of `Uint8Array` copies. */
export function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** See `Platform.readFile`. */
export function readFile(path: string): Promise<Uint8Array> {
  return reading(path, async (file) => plainBytes(await file.readFile()));
}

/** See `Platform.readStart`. */
export function readStart(path: string, length: number): Promise<Uint8Array> {
  return reading(path, async (file) => {
    const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  });
}

/** A pipe without a writer would make `open` wait for ever; opened so, it gives way at once. */
const WITHOUT_WAITING = constants.O_RDONLY | (process.platform === 'win32' ? 0 : constants.O_NONBLOCK);

/** Opens a regular file for a while. Pipes, sockets and devices may never end, and are no files to be read twice. */
async function reading<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, WITHOUT_WAITING);
    const found = await file.stat();
    if (!found.isFile() && !found.isDirectory()) throw notRegular(path);
    return await use(file);
  } catch (error) {
    if (codeOf(error) === 'ENXIO') throw notRegular(path); // a socket
    throw fileError('read', path, error);
  } finally {
    await file?.close();
  }
}

function notRegular(path: string): FastSAMError {
  return new FastSAMError(
    'FILE_UNREADABLE',
    `cannot read ${path}: it is a pipe, a socket or a device, expected a file; copy it into one, or give it to the command line as -`,
  );
}

/** @throws FastSAMError `FILE_UNREADABLE`, but not for a path where nothing lies. */
export async function stat(path: string): Promise<FileStat | undefined> {
  try {
    const found = await statFile(path);
    const kind = found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
    return { kind, size: found.size, modified: found.mtimeMs };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw fileError('read', path, error);
  }
}

/** See `Platform.realPath`. */
export function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

/** `FASTSAM_HOME`, else `fastsam-tfjs` in the caches of the system (XDG on Linux). */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env, system: NodeJS.Platform = process.platform): string {
  if (env.FASTSAM_HOME) return resolve(env.FASTSAM_HOME);
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'fastsam-tfjs');
  if (system === 'darwin') return join(homedir(), 'Library', 'Caches', 'fastsam-tfjs');
  if (system === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'fastsam-tfjs');
  return join(homedir(), '.cache', 'fastsam-tfjs');
}

/**
 * See `Platform.packageFile`. The package's root is two folders up from here, in the sources and in the build alike. In a
 * bundle that is another folder: there the package is looked for where it is installed.
 */
export function packageFile(relative: string): string {
  const here = import.meta.url; // not `new URL` of a pattern, which bundlers would read as a request for all files
  const path = fileURLToPath(new URL(`../../${relative}`, here));
  if (existsSync(path)) return path;
  try {
    return createRequire(here).resolve(`fastsam-tfjs/${relative}`);
  } catch {
    return path;
  }
}

/** See `Platform.pathOfUrl`. */
export function pathOfUrl(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw invalidArgument(`file URL: got '${url}', expected file:///path/of/the/file; pass a path instead`, {
      cause: error,
    });
  }
}

/** Hexadecimal, lower case. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
