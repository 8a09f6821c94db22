/** The files of data sets, in Node. */
import { readdir } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { FastSAMError } from '../../errors.js';
import type { StudyFiles } from '../../studies/study.js';

/** See `StudyFiles`. */
export const studyFiles: StudyFiles = {
  async list(folder) {
    try {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() || entry.isSymbolicLink())
        .map((entry) => `${relative(folder, entry.parentPath)}${sep}${entry.name}`.split(sep).filter(Boolean).join('/'))
        .sort();
    } catch (error) {
      throw new FastSAMError('FILE_UNREADABLE', `${folder}: got no folder that can be read, expected a data set`, {
        cause: error,
      });
    }
  },
};
