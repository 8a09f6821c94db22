/** Models for commands: the download is shown while it goes on. */
import { FastSAM } from '../fastsam.js';
import type { LoadOptions } from '../model/loadOptions.js';
import type { OnProgress } from '../progress.js';
import { ProgressLine } from './progress.js';

/** Loads a segmenter, showing the download. */
export function loadModel(name: string, options: Omit<LoadOptions, 'onProgress'>): Promise<FastSAM> {
  return showDownload((onProgress) => FastSAM.load(name, { ...options, onProgress }));
}

/** Does something that may download, with a line of progress that is gone afterwards. */
export async function showDownload<T>(load: (onProgress: OnProgress) => Promise<T>): Promise<T> {
  const line = new ProgressLine();
  try {
    return await load(line.download);
  } finally {
    line.clear();
  }
}
