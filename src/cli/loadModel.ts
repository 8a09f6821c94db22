/** Loads a model and shows the download. */
import { FastSAM } from '../fastsam.js';
import type { LoadOptions } from '../model/loadOptions.js';
import { ProgressLine } from './progress.js';

/** @throws FastSAMError what `FastSAM.load` throws. */
export async function loadModel(source: string, options: Omit<LoadOptions, 'onProgress'>): Promise<FastSAM> {
  const line = new ProgressLine();
  try {
    return await FastSAM.load(source, { ...options, onProgress: line.download });
  } finally {
    line.clear();
  }
}
