/** What downloads have left in the cache folder, in Node: beside it lies what is no download, such as a native library. */
import type { Dirent } from 'node:fs';
import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf, fileError } from './fileErrors.js';
import { cacheFolder } from './nodeFiles.js';
import { attemptSize, isAttempt, removeAttempt } from './nodePartial.js';
import type { KeptFile } from './platform.js';

/** Folders of downloads, each of which holds a folder for each address or checksum. */
const FOLDERS = ['urls', 'copies'];

/** See `Platform.listKept`. */
export async function listKept(root = cacheFolder()): Promise<KeptFile[]> {
  const folders = [root];
  for (const name of FOLDERS) {
    const parent = join(root, name);
    for (const entry of await entriesOf(parent)) if (entry.isDirectory()) folders.push(join(parent, entry.name));
  }
  const found: KeptFile[] = [];
  for (const folder of folders) {
    for (const entry of await entriesOf(folder)) {
      const path = join(folder, entry.name);
      if (entry.isFile()) found.push({ path, bytes: await sizeOf(path), isUnfinished: false });
      else if (isAttempt(path)) found.push({ path, bytes: await attemptSize(path), isUnfinished: true });
    }
  }
  return found;
}

/** See `Platform.removeKept`. */
export async function removeKept({ path, isUnfinished }: KeptFile): Promise<boolean> {
  try {
    if (isUnfinished && !(await removeAttempt(path))) return false;
    await rm(path, { force: true });
    await rmdir(dirname(path)).catch(() => undefined); // unless something else lies there
    return true;
  } catch (error) {
    throw fileError('write', path, error);
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** What lies in a folder, sorted; nothing where there is none. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw fileError('read', folder, error);
  }
}
