/** Making folders, with the reason where that fails. */
import { mkdirSync, statSync } from 'node:fs';
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
    makeEach(path);
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'EEXIST' && code !== 'ENOTDIR') throw fileError('write', target, error);
    const message = `${path}: the folder cannot be made (a file is in the way); name another one`;
    throw new FastSAMError('WRITE_FAILED', message, { cause: error });
  }
}

/**
 * Node's own way (`recursive`) calls every refusal ENOENT, such as that of a disk that is read-only, and does not come to an
 * end below `/proc`.
 */
function makeEach(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const parent = dirname(path);
    if (codeOf(error) === 'ENOENT' && parent !== path && statSync(parent, { throwIfNoEntry: false }) === undefined) {
      makeEach(parent);
      makeEach(path);
    } else if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}
