/** What is left of a batch. */
import type { BatchItem } from '../../batch/names.js';
import type { Shard } from '../../batch/shard.js';
import { FastSAMError } from '../../errors.js';
import { say } from '../run.js';
import { readState } from './folder.js';
import type { BatchOptions } from './options.js';

/**
 * The pictures that are not done.
 * @throws FastSAMError `INVALID_ARGUMENT` without `--resume` if some are.
 */
export async function whatIsLeft(
  mine: readonly BatchItem[],
  shard: Shard,
  options: BatchOptions,
): Promise<BatchItem[]> {
  const out = options.out ?? '';
  const state = await readState(out);
  const tried = mine.filter(({ key }) => state.get(key) !== undefined);
  if (tried.length > 0 && !options.resume) {
    throw new FastSAMError(
      'INVALID_ARGUMENT',
      `${out}: got the results of an earlier run (${tried.length} pictures); go on with --resume, start anew with --overwrite, ` +
        'or name another folder with --out',
    );
  }
  const left = mine.filter(({ key }) => {
    const record = state.get(key);
    return !record || (record.error !== undefined && options.retryFailed === true);
  });
  const part = shard.count > 1 ? ` of part ${shard.index} of ${shard.count}` : '';
  if (tried.length > 0) say(`${mine.length - left.length} of ${mine.length} pictures${part} were done before`);
  return left;
}
