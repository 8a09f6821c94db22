/** The output folder of a batch: what it was made with, what is done, and who may go on. */
import { invalidArgument } from '../errors.js';
import type { LineWriter } from '../platform/diskTypes.js';
import { disk, platform } from '../platform/platform.js';
import { imagesOf, namingOf, parseManifest, requireSameBatch, type BatchManifest } from './identity.js';
import { layout, outputPath, requireInside } from './layout.js';
import { BatchState, parseRecord, type DoneRecord, type VoidRecord } from './records.js';
import { showValue } from '../options/showValue.js';

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

/** The same. @throws FastSAMError `INVALID_ARGUMENT` where there is none. */
export async function requireManifest(out: string): Promise<BatchManifest> {
  const manifest = await readManifest(out);
  if (manifest) return manifest;
  throw invalidArgument(`${out}: got no manifest.json, expected the output folder of a batch`);
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
  const noted = await readImageNames(out).catch(() => undefined); // a damaged file is written anew
  if (noted?.length !== keys.length || noted.some((name, i) => name !== keys[i])) {
    await disk().writePieces(
      layout.images(out),
      lines(keys),
      platform().joinPath(layout.hidden(out), disk().processName()),
    );
  }
  if (JSON.stringify(before.images) !== JSON.stringify(images)) {
    await platform().writeFileAtomic(layout.manifest(out), manifestBytes(manifest));
  }
  return manifest;
}

function* lines(keys: readonly string[]): Generator<string, void> {
  for (const key of keys) yield `${JSON.stringify(key)}\n`;
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

/** Reads all journals: everybody's who ever worked here. Lines that say nothing are named in `problems`. */
export async function readState(out: string): Promise<BatchState> {
  const state = new BatchState();
  const names = await disk().names(layout.journals(out));
  for (const name of names.filter((each) => each.endsWith('.jsonl'))) {
    const path = platform().joinPath(layout.journals(out), name);
    let broken: number | undefined;
    let number = 0;
    for await (const line of disk().readLines(path)) {
      if (broken !== undefined) state.problems.push(brokenLine(path, broken));
      number++;
      const record = parseRecord(line);
      broken = record || line.trim() === '' ? undefined : number;
      if (record) state.add(record);
    }
    // The last line may have been cut off by whatever ended its process; else somebody has changed it.
    if (broken !== undefined && (await endsLine(path))) state.problems.push(brokenLine(path, broken));
  }
  return state;
}

function brokenLine(path: string, number: number): string {
  return `${path}: line ${number} is broken or no record of this folder; passed over`;
}

async function endsLine(path: string): Promise<boolean> {
  return (await platform().readFile(path)).at(-1) === 0x0a;
}

/** Notes that images are to be done again, and removes their files. */
export async function voidImages(
  out: string,
  manifest: BatchManifest,
  images: readonly Pick<DoneRecord, 'key' | 'stem'>[],
): Promise<void> {
  if (images.length === 0) return;
  const journal = await openJournal(out, 'void');
  const at = Date.now();
  await Promise.all(images.map(({ key }) => journal.add({ key, at, void: true } satisfies VoidRecord)));
  await journal.close();
  for (const { stem } of images) await removeOutputs(out, stem, manifest);
}

async function removeOutputs(out: string, stem: string, { identity }: BatchManifest): Promise<void> {
  for (const format of identity.formats.map(namingOf)) {
    const path = outputPath(out, stem, format);
    await requireInside(out, path);
    await disk().remove(path);
  }
}

/** The names of a batch's images, in their order; undefined for a folder of an earlier version. */
export async function readImageNames(out: string): Promise<string[] | undefined> {
  const path = layout.images(out);
  if (!(await platform().stat(path))) return undefined;
  const names: string[] = [];
  for await (const line of disk().readLines(path)) {
    const name = parseName(line);
    if (name === undefined)
      throw invalidArgument(`${path}: got ${showValue(line)}, expected a name; run the batch again with --resume`);
    names.push(name);
  }
  return names;
}

function parseName(line: string): string | undefined {
  try {
    const name: unknown = JSON.parse(line);
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Removes what an earlier batch wrote into a folder, and nothing else.
 * @throws FastSAMError `INVALID_ARGUMENT` for the manifest of something else and for links that lead out of the folder,
 *   `WRITE_FAILED`.
 */
export async function clearBatch(out: string): Promise<void> {
  const manifest = await readManifest(out);
  if (!manifest) return;
  await requireInside(out, platform().joinPath(layout.journals(out), 'x'));
  const formats = manifest.identity.formats.map(namingOf);
  const folders = new Set<string>();
  for (const { stem } of (await readState(out)).done()) {
    await removeOutputs(out, stem, manifest);
    for (const format of formats) for (const each of foldersOf(out, outputPath(out, stem, format))) folders.add(each);
  }
  for (const each of [...folders].sort((a, b) => b.length - a.length)) await disk().removeEmpty(each);
  const ofRun = formats.filter(({ scope }) => scope === 'run').map((format) => layout.ofRun(out, format));
  for (const path of [...ofRun, layout.failures(out), layout.summary(out), layout.hidden(out)]) {
    await disk().remove(path);
  }
  await disk().remove(layout.manifest(out)); // last: until then, a run that is broken off here can be repeated
}

/** The folders inside `out` that a path lies in. */
function* foldersOf(out: string, path: string): Generator<string, void> {
  const above = (each: string) => platform().joinPath(each, '..');
  for (let folder = above(path); disk().isWithin(out, above(folder)); folder = above(folder)) yield folder;
}
