/** Making folders, with the reason where that fails. */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { FastSAMError } from '../errors.js';
import { codeOf, fileError } from './fileErrors.js';

/**
 * Makes a folder and those above it.
 * @param target what is to lie there, for messages. Default: the folder itself.
 * @throws FastSAMError `WRITE_FAILED`
 */
export function makeFolderSync(path: string, target = path): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    const reason = reasonOf(path, error);
    const code = codeOf(reason);
    if (code !== 'EEXIST' && code !== 'ENOTDIR') throw fileError('write', target, reason);
    const message = `${path}: the folder cannot be made (a file is in the way); name another one`;
    throw new FastSAMError('WRITE_FAILED', message, { cause: error });
  }
}

/** Node reports ENOENT for whatever stops it on the way, a read-only disk among them: ask the nearest folder. */
function reasonOf(path: string, error: unknown): unknown {
  if (codeOf(error) !== 'ENOENT') return error;
  for (let folder = dirname(path), below = path; folder !== below; below = folder, folder = dirname(folder)) {
    try {
      accessSync(folder, constants.W_OK);
      return error;
    } catch (reason) {
      if (codeOf(reason) !== 'ENOENT') return reason;
    }
  }
  return error;
}
