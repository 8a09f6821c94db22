/** Files written whole or not at all, and nothing left behind when the process is interrupted half way. */

import { unlinkSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileError } from './fileErrors.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const pending = new Set<string>();
let counter = 0;

function removePending(): void {
  for (const path of pending) {
    try {
      unlinkSync(path);
    } catch {
      // Already renamed or removed: nothing is left to clean.
    }
  }
  pending.clear();
}

function onSignal(signal: NodeJS.Signals): void {
  removePending();
  unwatch();
  // Listening suppresses the default end of the process: where nobody else listens, give the signal its way.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
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
 * Writes `bytes` to a temporary name in the folder of `path`, flushes them to the disk and renames.
 * @throws FastSAMError `WRITE_FAILED`; `path` is then as it was before and no temporary file remains.
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${counter++}.tmp`);
  if (pending.size === 0) watch();
  pending.add(temporary);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fileError('write', path, error);
  } finally {
    pending.delete(temporary);
    if (pending.size === 0) unwatch();
  }
}
