/** Where files lie, and reading them, in Node. */
import { createHash } from 'node:crypto';
import { readdir, readFile as readWhole, realpath, stat as statFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { invalidArgument } from '../errors.js';
import { codeOf, fileError } from './fileErrors.js';
import type { FileStat } from './platform.js';

/** The bytes without Node's `Buffer`, whose `slice` shares memory where that of `Uint8Array` copies. */
export function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** @throws FastSAMError `FILE_UNREADABLE` */
export async function readFile(path: string): Promise<Uint8Array> {
  try {
    return plainBytes(await readWhole(path));
  } catch (error) {
    throw fileError('read', path, error);
  }
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

/** See `Platform.listFiles`. */
export async function listFiles(folder: string): Promise<string[]> {
  try {
    const found = await readdir(folder, { recursive: true, withFileTypes: true });
    return found
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    throw fileError('read', folder, error);
  }
}

/** `FASTSAM_HOME`, else `fastsam-tfjs` in the caches of the system (XDG on Linux). */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env, system: NodeJS.Platform = process.platform): string {
  if (env.FASTSAM_HOME) return resolve(env.FASTSAM_HOME);
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'fastsam-tfjs');
  if (system === 'darwin') return join(homedir(), 'Library', 'Caches', 'fastsam-tfjs');
  if (system === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'fastsam-tfjs');
  return join(homedir(), '.cache', 'fastsam-tfjs');
}

/** The package's root is two folders up from here, in the sources and in the build alike. */
export function packageFile(relative: string): string {
  return fileURLToPath(new URL(`../../${relative}`, import.meta.url));
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
