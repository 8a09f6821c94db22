/** Files written whole or not at all, and nothing left behind when the process is interrupted half way. */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileError } from './fileErrors.js';
import type { StagedFile } from './platform.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const pending = new Set<string>();

function removePending(): void {
  for (const path of pending) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // Held by somebody else: the system's own cleaning is what remains.
    }
  }
  pending.clear();
}

function onSignal(signal: NodeJS.Signals): void {
  // Where somebody else listens, the process may go on; should it exit after all, `exit` cleans up.
  if (process.listenerCount(signal) > 1) return;
  removePending();
  unwatch();
  // Listening has suppressed the default end of the process: give the signal its way.
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
 * A temporary name in the folder of `path`, for a file that is written step by step. It goes if the process ends before
 * `commit`.
 * @param temporary another name, on the same file system.
 */
export function stageFile(
  path: string,
  temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`),
): StagedFile {
  const release = removeOnExit(temporary);
  return {
    temporary,
    commit: async () => {
      try {
        await rename(temporary, path);
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
 * Writes `bytes` to a temporary name in the folder of `path`, flushes them to the disk and renames.
 * @throws FastSAMError `WRITE_FAILED`; `path` is then as it was before and no temporary file remains.
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array): Promise<void> {
  const staged = stageFile(path);
  try {
    const file = await open(staged.temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await staged.commit();
  } catch (error) {
    await staged.discard();
    throw fileError('write', path, error);
  }
}
