/** The files of data sets. Not in browsers. */
import { FastSAMError } from '../errors.js';
import { platform } from '../platform/platform.js';
import type { StudyFiles } from './study.js';

/** See `StudyFiles`. */
export const studyFiles: StudyFiles = {
  async list(folder) {
    const start = platform().joinPath(folder, '*').length - 1;
    try {
      const paths = (await platform().listFiles?.(folder)) ?? [];
      return paths.map((path) => path.slice(start).replaceAll('\\', '/')).sort();
    } catch (error) {
      throw new FastSAMError('FILE_UNREADABLE', `${folder}: got no folder that can be read, expected a data set`, {
        cause: error,
      });
    }
  },
};
