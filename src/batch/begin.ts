/** What a run has to do: the images that there are now, less those that were done before. */
import { invalidArgument } from '../errors.js';
import { plural } from '../options/showValue.js';
import { claimFolder, clearBatch, noteImages, readState, voidImages } from './folder.js';
import { namingOf, type BatchManifest } from './identity.js';
import { nameItems, type BatchItem, type FoundImage } from './names.js';
import type { BatchState } from './records.js';
import { selectShard, type Shard } from './shard.js';
import { inParallel, isChanged, wrongOutput } from './stamps.js';

/** Images whose files are looked at together. */
const CHECKS = 32;

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
  /** Images that are done again because files of theirs are missing, empty or changed. */
  readonly damaged: number;
  /** Images that are done again because they were changed. */
  readonly changed: number;
  /** Lines of journals that say nothing, for people. */
  readonly problems: readonly string[];
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
  const again = await redo(out, mine, state, current);
  const manifest = await noteImages(
    out,
    current,
    items.map(({ key }) => key),
    state,
  );
  const todo = mine.filter(({ key }) => {
    const record = state.get(key);
    return again.keys.has(key) || !record || (record.error !== undefined && retryFailed === true);
  });
  const lost = Math.max(0, (manifest.images?.count ?? 0) - items.length);
  const { damaged, changed } = again;
  return { todo, manifest, images: mine.length, tried, lost, damaged, changed, problems: state.problems };
}

/** Finds images whose files or inputs are not what the journal says, and forgets that they were done. */
async function redo(out: string, items: readonly BatchItem[], state: BatchState, manifest: BatchManifest) {
  const formats = manifest.identity.formats.map(namingOf);
  const wrong: { readonly item: BatchItem; readonly stem: string; readonly changed: boolean }[] = [];
  await inParallel(items, CHECKS, async (item) => {
    const record = state.get(item.key);
    if (record?.error !== undefined || !record) return;
    const changed = await isChanged(record, item.input);
    if (!changed && (await wrongOutput(out, record, formats, false)) === undefined) return;
    wrong.push({ item, stem: record.stem, changed });
  });
  const images = wrong.map(({ item, stem }) => ({ key: item.key, stem }));
  await voidImages(out, manifest, images);
  const changed = wrong.filter((each) => each.changed).length;
  return { keys: new Set(images.map(({ key }) => key)), changed, damaged: wrong.length - changed };
}
