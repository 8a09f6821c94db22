/** The files about all images: failures, summary and the merged COCO file. All follow from journals and parts. */
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BatchManifest } from '../../batch/identity.js';
import { mergedCoco } from '../../batch/mergeCoco.js';
import type { BatchState, DoneRecord } from '../../batch/records.js';
import { fileError } from '../../platform/fileErrors.js';
import { platform } from '../../platform/platform.js';
import type { CocoFile } from '../../results/coco.js';
import { makeFolder } from '../files.js';
import { readState } from './folder.js';
import { layout, outputPath, processName } from './layout.js';

/** `summary.json`. */
export interface BatchSummary {
  /** All images of the batch. */
  readonly images: number;
  readonly done: number;
  readonly failed: number;
  /** Images that nobody has tried yet. */
  readonly missing: number;
  /** Objects of all images. */
  readonly objects: number;
}

/** Bytes that are gathered before they are written. */
const CHUNK = 1 << 20;

/**
 * Writes the files about all images that are known to be done. Several processes may do so at once: whoever ends last
 * has seen everything.
 * @param always also while images are missing; else `failures.jsonl` only.
 */
export async function writeOverview(out: string, manifest: BatchManifest, always: boolean): Promise<BatchSummary> {
  for (;;) {
    const before = await journalSizes(out);
    const state = await readState(out);
    state.forget(manifest.images?.gone ?? []);
    const summary = summarise(state, manifest);
    await writeFailures(out, state);
    if (always || summary.missing === 0) {
      if (manifest.identity.formats.includes('coco')) await writeCoco(out, state.done());
      await writeText(layout.summary(out), `${JSON.stringify(summary, null, 2)}\n`);
    }
    // Somebody who ended meanwhile may have written before we did, and known more.
    if (summary.missing > 0 || (await journalSizes(out)) === before) return summary;
  }
}

function summarise(state: BatchState, { images }: BatchManifest): BatchSummary {
  const done = state.done();
  const failed = state.failed().length;
  // More than the manifest knows: another process has seen images that were added since.
  const count = Math.max(images?.count ?? 0, done.length + failed);
  return {
    images: count,
    done: done.length,
    failed,
    missing: count - done.length - failed,
    objects: done.reduce((sum, { objects }) => sum + objects, 0),
  };
}

async function journalSizes(out: string): Promise<string> {
  const folder = layout.journals(out);
  const names = (await readdir(folder)).sort();
  const sizes = await Promise.all(names.map(async (name) => `${name} ${(await stat(join(folder, name))).size}`));
  return sizes.join('\n');
}

async function writeFailures(out: string, state: BatchState): Promise<void> {
  const failed = state.failed();
  if (failed.length === 0) {
    await rm(layout.failures(out), { force: true });
    return;
  }
  const lines = failed.map(({ key, error }) => `${JSON.stringify({ key, ...error })}\n`);
  await writeText(layout.failures(out), lines.join(''));
}

function writeText(path: string, text: string): Promise<void> {
  return platform().writeFileAtomic(path, new TextEncoder().encode(text));
}

/** @throws FastSAMError `FILE_UNREADABLE` when an image's part is gone, `WRITE_FAILED`. */
async function writeCoco(out: string, done: readonly DoneRecord[]): Promise<void> {
  const read = async ({ stem }: DoneRecord) => {
    const bytes = await platform().readFile(outputPath(out, stem, 'coco'));
    return JSON.parse(new TextDecoder().decode(bytes)) as CocoFile;
  };
  await writePieces(out, layout.coco(out), mergedCoco(done, read));
}

/** Writes a file that is too large for memory; it appears whole or not at all. */
async function writePieces(out: string, path: string, pieces: AsyncIterable<string>): Promise<void> {
  await makeFolder(layout.staging(out));
  const temporary = join(layout.staging(out), processName());
  try {
    const file = await open(temporary, 'wx');
    try {
      let waiting = '';
      for await (const piece of pieces) {
        waiting += piece;
        if (waiting.length < CHUNK) continue;
        await file.appendFile(waiting);
        waiting = '';
      }
      await file.appendFile(waiting);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fileError('write', path, error);
  }
}
