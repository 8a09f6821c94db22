/** Whether all files of a batch are there, and as they were written. */
import { requireText } from '../options/requireKind.js';
import { plural } from '../options/showValue.js';
import { platform } from '../platform/platform.js';
import { readImageNames, readState, requireManifest } from './folder.js';
import { namingOf } from './identity.js';
import { layout } from './layout.js';
import { wrongOutput } from './stamps.js';

/** What `verifyBatch` has looked at. */
export interface BatchCheck {
  /** All images of the batch. */
  readonly images: number;
  /** Images whose files are there and as they were written. */
  readonly right: number;
}

/**
 * Reads all files of a batch and compares them with the journal. Node only.
 * @yields a line for each thing that is wrong: a file that is missing, empty or changed, an image that failed or was never
 *   done, a broken line of a journal.
 * @throws FastSAMError `INVALID_ARGUMENT` for a folder without a batch, `FILE_UNREADABLE`.
 */
export async function* verifyBatch(out: string): AsyncGenerator<string, BatchCheck> {
  requireText('out', out);
  const manifest = await requireManifest(out);
  const formats = manifest.identity.formats.map(namingOf);
  const state = await readState(out);
  yield* state.problems;
  state.forget(manifest.images?.gone ?? []);
  const done = state.done();
  let right = 0;
  for (const record of done) {
    const wrong = await wrongOutput(out, record, formats, true);
    if (wrong) yield `${wrong.path}: ${wrong.problem} (of ${record.key})`;
    else right++;
  }
  const failed = state.failed();
  for (const { key, error } of failed) yield `${key}: failed: ${error.message}`;
  const names = ((await readImageNames(out)) ?? []).filter((name) => !state.get(name));
  for (const name of names) yield `${name}: was never done`;
  const images = Math.max(manifest.images?.count ?? 0, done.length + failed.length);
  const unnamed = images - done.length - failed.length - names.length;
  if (unnamed > 0) yield `${out}: ${plural(unnamed, 'image')} never done`;
  if (done.length + failed.length === images) yield* wrongOfRun(out, formats);
  return { images, right };
}

async function* wrongOfRun(out: string, formats: readonly ReturnType<typeof namingOf>[]): AsyncGenerator<string, void> {
  const ofRun = formats.filter(({ scope }) => scope === 'run').map((format) => layout.ofRun(out, format));
  for (const path of [layout.summary(out), ...ofRun]) {
    const found = await platform().stat(path);
    if (found?.kind !== 'file') yield `${path}: missing`;
    else if (found.size === 0) yield `${path}: empty`;
  }
}

/** The names of images that nobody has tried; undefined where the folder does not name its images. */
export async function missingImages(out: string): Promise<string[] | undefined> {
  const names = await readImageNames(out);
  const state = await readState(out);
  return names?.filter((name) => !state.get(name));
}
