/** What a run writes image by image: records, images, predictions. */
import { join } from 'node:path';
import { disk } from '../../platform/platform.js';
import { imageIds } from '../../studies/measure.js';
import type { RunHeader } from '../../studies/records.js';
import type { StudyEvents, StudyRun } from '../../studies/studyRun.js';
import { writesFiles } from '../output.js';
import { Journal } from './journal.js';
import { PredictionWriter, writePng } from './predictions.js';

/** Where a run goes and whether it goes on. */
export interface RunFolders {
  readonly resume: boolean;
  readonly overwrite: boolean;
  readonly images: string | undefined;
  readonly predictions: string | undefined;
}

/** The open files of one run. */
export class RunJournal {
  readonly #journal: Journal;
  readonly #predictions: PredictionWriter | undefined;
  /** Hand them to the run. */
  readonly events: Pick<StudyEvents, 'done' | 'onRecord' | 'show' | 'onPrediction'>;

  private constructor(
    journal: Journal,
    predictions: PredictionWriter | undefined,
    images: string | undefined,
    readonly header: RunHeader,
    /** Where the records are. */
    readonly folder: string,
  ) {
    this.#journal = journal;
    this.#predictions = predictions;
    this.events = {
      done: journal.done,
      onRecord: (record) => journal.add(record),
      ...(images !== undefined && { show: ({ key }, image) => writePng(join(images, `${key}.png`), image) }),
      ...(predictions && { onPrediction: (item, found) => predictions.add(item, found) }),
    };
  }

  /** @throws FastSAMError `INVALID_ARGUMENT` for records of another run, or any records where it is no run to go on. */
  static async open(
    { opened }: Pick<StudyRun, 'opened'>,
    header: RunHeader,
    folder: string,
    { resume, overwrite, images, predictions: path }: RunFolders,
  ): Promise<RunJournal> {
    if (images !== undefined) await disk().requireFolder(images);
    writesFiles();
    await disk().requireFolder(folder);
    const existing = overwrite ? 'overwrite' : resume ? 'resume' : 'refuse';
    const journal = await Journal.open(join(folder, 'records.jsonl'), header, existing);
    const goesOn = journal.done.size > 0;
    const predictions =
      path === undefined ? undefined : await PredictionWriter.open(path, imageIds(opened.items), goesOn);
    return new RunJournal(journal, predictions, images, header, folder);
  }

  /** Closes the files; a run that was broken off can go on. */
  async close(): Promise<void> {
    await this.#journal.close();
    await this.#predictions?.close();
  }

  /** After `close`, when the run is complete: the one file of all predictions. */
  async finish(): Promise<void> {
    await this.#predictions?.finish();
  }
}
