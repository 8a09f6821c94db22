/** The output folder of a batch: what it was made with, what is done, and who may go on. */
import { invalidArgument } from '../errors.js';
import type { LineWriter } from '../platform/diskTypes.js';
import { disk, platform } from '../platform/platform.js';
import { imagesOf, namingOf, parseManifest, requireSameBatch, type BatchManifest } from './identity.js';
import { layout, outputPath } from './layout.js';
import { BatchState, parseRecord } from './records.js';

/**
 * Makes a folder that of a batch, or checks that it is.
 * @returns the manifest that lies there.
 * @throws FastSAMError `INVALID_ARGUMENT` for a folder with other files or another batch, `WRITE_FAILED`.
 */
export async function claimFolder(out: string, manifest: BatchManifest): Promise<BatchManifest> {
  await disk().makeFolder(out);
  const found = (await disk().names(out)).filter((name) => !name.startsWith('.') && name !== 'manifest.json');
  // Looked for after the files: whoever writes files has put a manifest there first.
  const before = await readManifest(out);
  if (!before && found.length > 0) {
    const some = found.slice(0, 3).join(', ');
    throw invalidArgument(`${out}: got a folder with other files (${some}); name an empty one with --out`);
  }
  if (!before) await disk().writeNew(layout.manifest(out), manifestBytes(manifest));
  const current = before ?? (await readManifest(out)) ?? manifest;
  requireSameBatch(out, current.identity, manifest.identity);
  await disk().makeFolder(layout.journals(out));
  await removeLeftovers(out);
  return current;
}

/** The manifest of a folder; undefined where there is none. */
export async function readManifest(out: string): Promise<BatchManifest | undefined> {
  const path = layout.manifest(out);
  if (!(await platform().stat(path))) return undefined;
  return parseManifest(new TextDecoder().decode(await platform().readFile(path)), path);
}

/**
 * Notes in the manifest which images there are now. Processes that begin at once have seen the same.
 * @param before the manifest that lies there.
 */
export async function noteImages(
  out: string,
  before: BatchManifest,
  keys: readonly string[],
  state: BatchState,
): Promise<BatchManifest> {
  const images = await imagesOf(keys, state);
  const manifest = { ...before, images };
  if (JSON.stringify(before.images) !== JSON.stringify(images)) {
    await platform().writeFileAtomic(layout.manifest(out), manifestBytes(manifest));
  }
  return manifest;
}

function manifestBytes(manifest: BatchManifest): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`);
}

/** Removes the unfinished files of processes of this machine that were killed. */
export async function removeLeftovers(out: string): Promise<void> {
  const staging = layout.staging(out);
  const names = await disk()
    .names(staging)
    .catch(() => []);
  for (const name of names.filter((each) => disk().hasEnded(each))) {
    await disk().remove(platform().joinPath(staging, name));
  }
}

/** Opens a journal of this process' own; no two processes append to one file. */
export async function openJournal(out: string, who: string): Promise<LineWriter> {
  const name = `${who}.${disk().processName()}.jsonl`;
  return disk().openLines(platform().joinPath(layout.journals(out), name), 'ax');
}

/** Reads all journals: everybody's who ever worked here. */
export async function readState(out: string): Promise<BatchState> {
  const state = new BatchState();
  const names = await disk().names(layout.journals(out));
  for (const name of names.filter((each) => each.endsWith('.jsonl'))) {
    for await (const line of disk().readLines(platform().joinPath(layout.journals(out), name))) {
      const record = parseRecord(line);
      if (record) state.add(record);
    }
  }
  return state;
}

/**
 * Removes what an earlier batch wrote into a folder, and nothing else.
 * @throws FastSAMError `INVALID_ARGUMENT` for the manifest of something else, `WRITE_FAILED`.
 */
export async function clearBatch(out: string): Promise<void> {
  const manifest = await readManifest(out);
  if (!manifest) return;
  const formats = manifest.identity.formats.map(namingOf);
  for (const { stem } of (await readState(out)).done()) {
    for (const format of formats) await disk().remove(outputPath(out, stem, format));
  }
  const ofRun = formats.filter(({ scope }) => scope === 'run').map((format) => layout.ofRun(out, format));
  for (const path of [...ofRun, layout.failures(out), layout.summary(out), layout.hidden(out)]) {
    await disk().remove(path);
  }
  await disk().remove(layout.manifest(out)); // last: until then, a run that is broken off here can be repeated
}
