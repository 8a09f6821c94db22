/** What a run has to do: the images that there are now, less those that were done before. */
import { invalidArgument } from '../errors.js';
import { plural } from '../options/showValue.js';
import { claimFolder, clearBatch, noteImages, readState } from './folder.js';
import { namingOf, type BatchManifest } from './identity.js';
import { nameItems, type BatchItem, type FoundImage } from './names.js';
import { selectShard, type Shard } from './shard.js';

/** What a run does with what it finds in its folder. */
export interface ResumeOptions {
  /** The output folder. */
  readonly out: string;
  /** Go on where an earlier run ended; what is done is not repeated. Default false: earlier results are an error. */
  readonly resume?: boolean;
  /** With `resume`: try images again that failed. Default false. */
  readonly retryFailed?: boolean;
  /** Remove what an earlier run wrote, and start anew. Default false. */
  readonly overwrite?: boolean;
}

/** A run that is about to begin. */
export interface BatchPlan {
  /** The images of this shard that are to be done. */
  readonly todo: readonly BatchItem[];
  /** The folder's manifest. */
  readonly manifest: BatchManifest;
  /** Images of this shard. */
  readonly images: number;
  /** Those of them that were tried before. */
  readonly tried: number;
  /** Images that were done and are no longer there. */
  readonly lost: number;
}

/**
 * Opens the output folder for a run.
 * @param found all images.
 * @param asked manifest of what is asked for now.
 * @throws FastSAMError `INVALID_ARGUMENT` for a folder of something else, or without `resume` if some are done.
 */
export async function beginBatch(
  found: readonly FoundImage[],
  shard: Shard,
  asked: BatchManifest,
  { out, overwrite, resume, retryFailed }: ResumeOptions,
): Promise<BatchPlan> {
  if (overwrite) await clearBatch(out);
  const current = await claimFolder(out, asked);
  const state = await readState(out);
  const written = new Map(state.done().map(({ key, stem }) => [key, stem]));
  const ofRun = asked.identity.formats.map(namingOf).filter(({ scope }) => scope === 'run');
  const items = await nameItems(
    found,
    written,
    ofRun.map(({ name }) => name),
  );
  const mine = await selectShard(items, shard);
  const tried = mine.filter(({ key }) => state.get(key) !== undefined).length;
  if (tried > 0 && !resume) {
    throw invalidArgument(
      `${out}: got the results of an earlier run (${plural(tried, 'image')}); go on with --resume, start anew ` +
        'with --overwrite, or name another folder with --out',
    );
  }
  const manifest = await noteImages(
    out,
    current,
    items.map(({ key }) => key),
    state,
  );
  const todo = mine.filter(({ key }) => {
    const record = state.get(key);
    return !record || (record.error !== undefined && retryFailed === true);
  });
  const lost = Math.max(0, (manifest.images?.count ?? 0) - items.length);
  return { todo, manifest, images: mine.length, tried, lost };
}
