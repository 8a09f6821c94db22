/** The files about all images: failures, summary and those of formats for a run. All follow from journals and shares. */
import { invalidArgument } from '../errors.js';
import { mergedPieces } from '../formats/write.js';
import type { FormatNaming, OutputFormat, RunFormat } from '../formats/format.js';
import { FORMATS } from '../formats/list.js';
import { disk, platform } from '../platform/platform.js';
import { readState } from './folder.js';
import { namingOf, type BatchManifest } from './identity.js';
import { layout, outputPath } from './layout.js';
import type { BatchState, DoneRecord } from './records.js';

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

/**
 * Writes the files about all images that are known to be done. Several processes may do so at once: whoever ends last
 * has seen everything.
 * @param options.always also while images are missing; else `failures.jsonl` only.
 * @param options.formats those of the batch that are not built in.
 * @throws FastSAMError `INVALID_ARGUMENT` where such a format is missing, `FILE_UNREADABLE` when an image's share is gone,
 *   `WRITE_FAILED`.
 */
export async function writeOverview(
  out: string,
  manifest: BatchManifest,
  { always, formats = [] }: { readonly always: boolean; readonly formats?: readonly OutputFormat[] },
): Promise<BatchSummary> {
  for (;;) {
    const before = await journalSizes(out);
    const state = await readState(out);
    state.forget(manifest.images?.gone ?? []);
    const summary = summarise(state, manifest);
    await writeFailures(out, state);
    if (always || summary.missing === 0) {
      const ofRun = manifest.identity.formats.map(namingOf).filter(({ scope }) => scope === 'run');
      for (const format of ofRun) await writeMerged(out, runFormat(format, formats), state.done());
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
  const sizes = (await disk().names(folder)).map(
    async (name) => `${name} ${(await platform().stat(platform().joinPath(folder, name)))?.size ?? 0}`,
  );
  return (await Promise.all(sizes)).join('\n');
}

async function writeFailures(out: string, state: BatchState): Promise<void> {
  const failed = state.failed();
  if (failed.length === 0) return disk().remove(layout.failures(out));
  const lines = failed.map(({ key, error }) => `${JSON.stringify({ key, ...error })}\n`);
  return writeText(layout.failures(out), lines.join(''));
}

function writeText(path: string, text: string): Promise<void> {
  return platform().writeFileAtomic(path, new TextEncoder().encode(text));
}

function runFormat({ name }: FormatNaming, own: readonly OutputFormat[]): RunFormat {
  const found = [...FORMATS, ...own].find((format) => format.name === name);
  if (found?.scope === 'run') return found;
  throw invalidArgument(
    `batch: got files of the format ${name}, which is not built in, expected the format itself; give it with --format MODULE`,
  );
}

async function writeMerged(out: string, format: RunFormat, done: readonly DoneRecord[]): Promise<void> {
  await disk().makeFolder(layout.staging(out));
  const parts = done.map(({ key, stem, width, height }) => ({
    ...{ name: key, width, height },
    read: () => platform().readFile(outputPath(out, stem, format)),
  }));
  const temporary = platform().joinPath(layout.staging(out), disk().processName());
  await disk().writePieces(layout.ofRun(out, format), mergedPieces(format, parts, { compact: false }), temporary);
}
