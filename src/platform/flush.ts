/** What makes files survive a power cut: their bytes, then their names. */
import { open } from 'node:fs/promises';

/** Flushes a file to the disk, whoever wrote it. */
export async function flushFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Flushes the names in a folder. Not every system and disk can; those keep names by themselves, or not at all. */
export async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  try {
    await folder?.sync();
  } catch {
    // As above.
  } finally {
    await folder?.close();
  }
}
