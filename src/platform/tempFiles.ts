/** Files written whole or not at all. An interrupted process leaves nothing behind. */
import { rmSync } from 'node:fs';
import { mkdir, open, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileError } from './fileErrors.js';
import { flushFile, flushFolder } from './flush.js';
import { makeFolderSync } from './makeFolder.js';
import type { StagedFile } from './platform.js';
import { removeStale, systemTemporary, temporaryName } from './tempNames.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const pending = new Set<string>();

function removePending(): void {
  for (const path of pending) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // Another program holds it, so it is left to the system's cleaning.
    }
  }
  pending.clear();
}

function onSignal(signal: NodeJS.Signals): void {
  // Another listener may keep the process going. If it exits after all, `exit` cleans up.
  if (process.listenerCount(signal) > 1) return;
  removePending();
  unwatch();
  // Listening suppressed the default end of the process, so send the signal again.
  process.kill(process.pid, signal);
}

function watch(): void {
  process.on('exit', removePending);
  for (const signal of SIGNALS) process.on(signal, onSignal);
}

function unwatch(): void {
  process.off('exit', removePending);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

/**
 * From now until the result is called, a file or folder is removed if the process ends, by a signal too.
 * @param path need not exist.
 */
export function removeOnExit(path: string): () => void {
  if (pending.size === 0) watch();
  pending.add(path);
  return () => {
    pending.delete(path);
    if (pending.size === 0) unwatch();
  };
}

/**
 * A temporary name in the folder of `path`, which is made where it is missing. What ended processes left there is
 * removed first.
 * @throws FastSAMError `WRITE_FAILED` for a folder that cannot be made.
 */
export function temporaryBeside(path: string): string {
  const folder = dirname(path);
  makeFolderSync(folder, path);
  removeStale(folder);
  return join(folder, temporaryName());
}

/**
 * A temporary name in the folder of `path`, for a file that is written step by step. It goes if the process ends before
 * `commit`, which flushes the bytes and the name to the disk.
 * @param temporary another name, on the same file system.
 * @throws FastSAMError `WRITE_FAILED`
 */
export function stageFile(path: string, temporary = temporaryBeside(path)): StagedFile {
  const release = removeOnExit(temporary);
  return {
    temporary,
    commit: async () => {
      try {
        await flushFile(temporary);
        await rename(temporary, path);
        await flushFolder(dirname(path));
      } catch (error) {
        throw fileError('write', path, error);
      }
      release();
    },
    discard: async () => {
      await rm(temporary, { force: true }).catch(() => undefined);
      release();
    },
  };
}

/**
 * Writes `bytes` to a temporary name in the folder of `path`, flushes them to the disk and renames. Makes the folder.
 * @throws FastSAMError `WRITE_FAILED`; `path` is then as it was before and no temporary file remains.
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array): Promise<void> {
  return writeStaged(path, stageFile(path), (file) => file.writeFile(bytes));
}

/**
 * Fills a staged file, flushes it to the disk and moves it to its name.
 * @param path for messages.
 * @throws FastSAMError `WRITE_FAILED`; `path` is then as it was before and no temporary file remains.
 */
export async function writeStaged(
  path: string,
  staged: StagedFile,
  fill: (file: FileHandle) => Promise<void>,
): Promise<void> {
  try {
    const file = await open(staged.temporary, 'wx');
    try {
      await fill(file);
    } finally {
      await file.close();
    }
    await staged.commit();
  } catch (error) {
    await staged.discard();
    throw fileError('write', path, error);
  }
}

/**
 * Puts a file into a new folder, calls `use` with the folder and removes it again, also when `use` throws or the
 * process is interrupted.
 * @param use runs synchronously: the folder is gone when the result arrives.
 * @throws FastSAMError `WRITE_FAILED`, and what `use` throws.
 */
export async function withTempFolder<T>(name: string, bytes: Uint8Array, use: (folder: string) => T): Promise<T> {
  const folder = systemTemporary();
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
