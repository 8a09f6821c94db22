/** The output folder of a batch: what it was made with, what is done, and who may go on. */
import { link, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseManifest, imagesOf, requireSameBatch, type BatchManifest } from '../../batch/identity.js';
import { BatchState, parseRecord } from '../../batch/records.js';
import { FastSAMError } from '../../errors.js';
import { codeOf, fileError } from '../../platform/fileErrors.js';
import { platform } from '../../platform/platform.js';
import { makeFolder } from '../files.js';
import { LineFile, readLines } from '../journal.js';
import { hasEnded, layout, outputPath, processName } from './layout.js';

/**
 * Makes a folder that of a batch, or checks that it is.
 * @returns the manifest that lies there.
 * @throws FastSAMError `INVALID_ARGUMENT` for a folder with other files or another batch, `WRITE_FAILED`.
 */
export async function claimFolder(out: string, manifest: BatchManifest): Promise<BatchManifest> {
  await makeFolder(out);
  const found = (await visibleFiles(out)).filter((name) => name !== 'manifest.json');
  // Looked for after the files: whoever writes files has put a manifest there first.
  const before = await readManifest(out);
  if (!before && found.length > 0) {
    const some = found.slice(0, 3).join(', ');
    throw new FastSAMError(
      'INVALID_ARGUMENT',
      `${out}: got a folder with other files (${some}); name an empty one with --out`,
    );
  }
  const there = before ?? (await writeManifest(out, manifest));
  requireSameBatch(out, there.identity, manifest.identity);
  await makeFolder(layout.journals(out));
  await removeLeftovers(out);
  return there;
}

/** The manifest of a folder; undefined where there is none. */
export async function readManifest(out: string): Promise<BatchManifest | undefined> {
  const path = layout.manifest(out);
  if (!(await platform().stat(path))) return undefined;
  return parseManifest(new TextDecoder().decode(await platform().readFile(path)), path);
}

/**
 * Puts the manifest in its place unless another process was first.
 * @returns the one that lies there then.
 */
async function writeManifest(out: string, manifest: BatchManifest): Promise<BatchManifest> {
  const path = layout.manifest(out);
  const bytes = manifestBytes(manifest);
  const own = join(out, `.manifest.${processName()}`);
  await platform().writeFileAtomic(own, bytes);
  try {
    await link(own, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') await platform().writeFileAtomic(path, bytes); // a file system without links
  } finally {
    await rm(own, { force: true });
  }
  return (await readManifest(out)) ?? manifest;
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

async function visibleFiles(out: string): Promise<string[]> {
  return (await readdir(out)).filter((name) => !name.startsWith('.'));
}

/** Files on their way of processes of this machine that were killed. */
async function removeLeftovers(out: string): Promise<void> {
  const names = await readdir(layout.staging(out)).catch(() => []);
  for (const name of names.filter(hasEnded))
    await rm(join(layout.staging(out), name), { recursive: true, force: true });
}

/** Opens a journal of this process' own; no two processes append to one file. */
export async function openJournal(out: string, who: string): Promise<LineFile> {
  return LineFile.open(join(layout.journals(out), `${who}.${processName()}.jsonl`), 'ax');
}

/** Reads all journals: everybody's who ever worked here. */
export async function readState(out: string): Promise<BatchState> {
  const state = new BatchState();
  const names = await readdir(layout.journals(out)).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw fileError('read', layout.journals(out), error);
  });
  for (const name of names.filter((each) => each.endsWith('.jsonl')).sort()) {
    for await (const line of readLines(join(layout.journals(out), name))) {
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
  try {
    for (const { stem } of (await readState(out)).done()) {
      for (const format of manifest.identity.formats) {
        await rm(outputPath(out, stem, format), { recursive: true, force: true });
      }
    }
    for (const path of [layout.coco(out), layout.failures(out), layout.summary(out), layout.hidden(out)]) {
      await rm(path, { recursive: true, force: true });
    }
    await rm(layout.manifest(out), { force: true }); // last: until then, a run that is broken off here can be repeated
  } catch (error) {
    throw fileError('write', out, error);
  }
}
