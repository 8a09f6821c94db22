/** The files of data sets. Not in browsers. */
import { FastSAMError } from '../errors.js';
import { filesBelow } from '../evaluate/filesBelow.js';
import type { StudyFiles } from './study.js';

/** See `StudyFiles`. */
export const studyFiles: StudyFiles = {
  async list(folder) {
    try {
      return ((await filesBelow(folder)) ?? []).sort();
    } catch (error) {
      throw new FastSAMError('FILE_UNREADABLE', `${folder}: got no folder that can be read, expected a data set`, {
        cause: error,
      });
    }
  },
};
