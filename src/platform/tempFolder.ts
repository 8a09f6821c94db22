/** A folder for a moment. */
import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileError } from './fileErrors.js';
import { removeOnExit } from './tempFiles.js';

/**
 * Puts a file into a new folder, calls `use` with the folder and removes it again, also when `use` throws or the process
 * is interrupted.
 * @param use runs synchronously: the folder is gone when the result arrives.
 * @throws FastSAMError `WRITE_FAILED`, and what `use` throws.
 */
export async function withTempFolder<T>(name: string, bytes: Uint8Array, use: (folder: string) => T): Promise<T> {
  const folder = join(tmpdir(), `fastsam-${randomUUID()}`);
  const release = removeOnExit(folder);
  try {
    await writeInto(folder, name, bytes);
    return use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
    release();
  }
}

async function writeInto(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const path = join(folder, name);
  try {
    await mkdir(folder, { mode: 0o700 }); // fails where something lies already: nobody else's folder is ever used
    await writeFile(path, bytes);
  } catch (error) {
    throw fileError('write', path, error);
  }
}
