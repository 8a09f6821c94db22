/** Advice of files and folders: batches, exports, studies, data sets, the command line. */
import type { Advice } from './trial.js';

export const FILES: Advice = {
  trials: [],
  elsewhere: {},
  untried: {},
};
