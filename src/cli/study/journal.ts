/** The file of records: appended to image by image, sound after a crash. */
import { stat, truncate } from 'node:fs/promises';
import { FastSAMError } from '../../errors.js';
import { readRun, requireSameRun, type RunFile, type RunHeader } from '../../studies/records.js';
import type { StudyRecord } from '../../studies/study.js';
import type { LineWriter } from '../../platform/diskTypes.js';
import { fileError } from '../../platform/fileErrors.js';
import { disk, platform } from '../../platform/platform.js';

/** What to do with records that are there already. */
export type Existing = 'refuse' | 'resume' | 'overwrite';

/** Records on disk. */
export class Journal {
  readonly #file: LineWriter;

  private constructor(
    file: LineWriter,
    /** Records of an earlier run that goes on. */
    readonly done: ReadonlyMap<string, StudyRecord>,
  ) {
    this.#file = file;
  }

  /**
   * Opens a run's file, new or where it was broken off.
   * @throws FastSAMError `INVALID_ARGUMENT` for records of another run, or any records under `refuse`.
   */
  static async open(path: string, header: RunHeader, existing: Existing): Promise<Journal> {
    const found = existing === 'overwrite' ? undefined : await readRunFile(path);
    if (found && existing === 'refuse' && found.records.length > 0) {
      throw new FastSAMError(
        'INVALID_ARGUMENT',
        `${path}: got the records of an earlier run; go on with --resume, start anew with --overwrite, or name another folder with --out`,
      );
    }
    const goesOn = found && existing === 'resume' ? found : undefined;
    if (goesOn) {
      requireSameRun(path, goesOn.header, header);
      await truncate(path, goesOn.wholeBytes).catch((error: unknown) => {
        throw fileError('write', path, error);
      });
    }
    const file = await disk().openLines(path, goesOn ? 'a' : 'w');
    if (!goesOn) await file.add(header);
    return new Journal(file, new Map(goesOn?.records.map((record) => [record.key, record])));
  }

  /** Writes a record; it survives the process from then on. */
  async add(record: StudyRecord): Promise<void> {
    await this.#file.add(record);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/**
 * Reads a run's file.
 * @returns undefined where there is none, or one that was broken off before its header was whole.
 * @throws FastSAMError `INVALID_ARGUMENT` for a file of another kind.
 */
export async function readRunFile(path: string): Promise<RunFile | undefined> {
  const info = await stat(path).catch(() => undefined);
  return info ? readRun(await platform().readFile(path), path) : undefined;
}
