/** Folders with those above them, and the system's own reason where they cannot be made. */
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from './fileErrors.js';

/**
 * Makes a folder and those above it. Node's own way (`recursive`) calls every refusal ENOENT, such as that of a file system
 * that is read-only; here the error is the system's.
 */
export async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const parent = dirname(path);
    if (codeOf(error) === 'ENOENT' && parent !== path) {
      await makeFolders(parent);
      await mkdir(path).catch(unlessFolder(path));
    } else await unlessFolder(path)(error);
  }
}

/** An error of making a folder, unless it is there. */
function unlessFolder(path: string): (error: unknown) => Promise<void> {
  return async (error) => {
    const isFolder = await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (!isFolder) throw error;
  };
}
