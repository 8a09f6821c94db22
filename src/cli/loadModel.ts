/** Models for commands: the download is shown while it goes on. */
import type { FastSAM } from '../fastsam.js';
import type { LoadOptions } from '../model/loadOptions.js';
import type { OnProgress } from '../progress.js';
import { ProgressLine } from './progress.js';
import { log } from './run.js';

/** Loads a segmenter, showing the download. TensorFlow.js comes with it, so that help and wrong usage are quick. */
export async function loadModel(name: string, options: Omit<LoadOptions, 'onProgress'>): Promise<FastSAM> {
  const { FastSAM } = await import('../fastsam.js');
  const model = await showDownload((onProgress) => FastSAM.load(name, { ...options, onProgress }));
  if (model.info.defaultsNote !== undefined) log(model.info.defaultsNote);
  return model;
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
