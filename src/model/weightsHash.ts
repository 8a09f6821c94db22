/** What tells a model's weights from others: part of the identity of batches and studies. */
import { platform } from '../platform/platform.js';
import type { ModelInfo } from './info.js';

/** SHA-256 of a model's file; its path where that is no file, as for bytes. */
export async function weightsHash({ path }: Pick<ModelInfo, 'path'>): Promise<string> {
  if (path === '') return path;
  const found = await platform()
    .stat(path)
    .catch(() => undefined);
  return found?.kind === 'file' ? platform().sha256(await platform().readFile(path)) : path;
}
