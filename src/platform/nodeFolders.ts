/** Folders written whole or not at all, in Node. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FastSAMError } from '../errors.js';
import { codeOf, fileError } from './fileErrors.js';
import type { FolderFile } from './platform.js';
import { removeOnExit } from './tempFiles.js';

/**
 * See `Platform.writeFolderAtomic`. The folder is filled under a temporary name beside its own and then renamed.
 * @throws FastSAMError `WRITE_FAILED`; `path` is then as it was before.
 */
export async function writeFolderAtomic(
  path: string,
  files: readonly FolderFile[],
  { overwrite = false }: { readonly overwrite?: boolean } = {},
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  const release = removeOnExit(temporary);
  try {
    if (overwrite) await requireOwn(path, files);
    await mkdir(temporary);
    for (const { name, bytes } of files) await writeFlushed(join(temporary, name), bytes);
    if (overwrite) await replace(temporary, path);
    else await rename(temporary, path);
  } catch (error) {
    throw fileError('write', path, error);
  } finally {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    release();
  }
}

async function writeFlushed(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Refuses to replace a folder of another kind. It may be empty, or hold the first of the files and others named like
 * them up to numbers (an earlier model has other shards).
 */
async function requireOwn(path: string, files: readonly FolderFile[]): Promise<void> {
  const held = await readdir(path).catch((error: unknown): string[] => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  const unnumbered = (name: string): string => name.replace(/\d+/g, '0');
  const own = new Set(files.map(({ name }) => unnumbered(name)));
  const foreign = held.includes(files[0].name) ? held.find((name) => !own.has(unnumbered(name))) : held.at(0);
  if (foreign === undefined) return;
  throw new FastSAMError(
    'WRITE_FAILED',
    `cannot write ${path}: it holds other files (${foreign} …), expected none; name another folder or empty it yourself`,
  );
}

/** Replaces a folder by another. The old one comes back if that fails. */
async function replace(folder: string, path: string): Promise<void> {
  const old = `${folder}.old`;
  const moved = await rename(path, old).then(
    () => true,
    () => false,
  );
  try {
    await rename(folder, path);
  } catch (error) {
    if (moved) await rename(old, path);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}
