/** The file of records. It is appended image by image and stays valid after a crash. */
import { stat, truncate } from 'node:fs/promises';
import { invalidArgument } from '../../errors.js';
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
   * Opens a run's file: a new one, or an interrupted one to continue.
   * @throws FastSAMError `INVALID_ARGUMENT` for records of another run, or any records under `refuse`.
   */
  static async open(path: string, header: RunHeader, existing: Existing): Promise<Journal> {
    const found = existing === 'overwrite' ? undefined : await readRunFile(path);
    if (found && existing === 'refuse' && found.records.length > 0) {
      throw invalidArgument(
        `${path}: got the records of an earlier run; go on with --resume, start again with --overwrite, or name another folder with --out`,
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

  /** Writes a record, which then survives the process. */
  async add(record: StudyRecord): Promise<void> {
    await this.#file.add(record);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/**
 * Reads a run's file.
 * @returns undefined if there is none, or its header is incomplete.
 * @throws FastSAMError `INVALID_ARGUMENT` for a file of another kind.
 */
export async function readRunFile(path: string): Promise<RunFile | undefined> {
  const info = await stat(path).catch(() => undefined);
  return info ? readRun(await platform().readFile(path), path) : undefined;
}
