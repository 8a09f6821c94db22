/** A study from its data to its figures, for programs; `fastsam study` adds files that survive a crash. */
import { FastSAMError } from '../errors.js';
import type { RgbImage } from '../image/rgbImage.js';
import type { Segmenter } from '../model/segmenter.js';
import type { OnProgress } from '../progress.js';
import { callback, custom, object, signal } from '../options/kinds.js';
import { checkOptions } from '../options/resolve.js';
import type { RowsOf } from '../options/row.js';
import { plural } from '../options/showValue.js';
import { checkStudy } from './checkStudy.js';
import { CHOICE_OPTIONS, studyValues } from './shared/options.js';
import { studyFiles } from './files.js';
import { chooseItems, measureItems, summariseRecords, type ItemSelection } from './measure.js';
import type {
  Metrics,
  OpenedStudy,
  Study,
  StudyFile,
  StudyItem,
  StudyOptions,
  StudyRecord,
  StudySettings,
  StudyTable,
} from './study.js';
import { checkOpened } from './checkStudy.js';

/** What a study is run on. */
export interface StudyRequestOptions extends Partial<ItemSelection> {
  /** Values of `Study.arguments`, in their order. Default: none. */
  readonly args?: readonly string[];
  /** Values of the study's own options. Default: those of the options. */
  readonly options?: StudyOptions;
  /** In the place of the study's own settings. */
  readonly settings?: StudySettings;
  readonly signal?: AbortSignal;
  /** Hears about what is downloaded beside the model. */
  readonly onDownload?: OnProgress;
}

/** What becomes of each image while a study runs. */
export interface StudyEvents {
  /** Records of an earlier run, by key: their images are not measured again. */
  readonly done?: ReadonlyMap<string, StudyRecord>;
  /** Takes a new record; the next image waits for it. */
  readonly onRecord?: (record: StudyRecord) => Promise<void> | void;
  /** An image that could not be measured; the run goes on. */
  readonly onFailure?: (item: StudyItem, error: FastSAMError) => void;
  /** Hears how many images of how many are measured. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Takes the image of each item that is measured, before its record. */
  readonly show?: (item: StudyItem, image: RgbImage) => Promise<void>;
}

/** Every option of `runStudy`. */
export const STUDY_RUN_OPTIONS = {
  ...CHOICE_OPTIONS,
  args: custom<readonly string[]>('a list of texts', Array.isArray, {
    text: "values of the study's arguments, in their order",
    default: [],
  }),
  options: object<StudyOptions>({ text: "values of the study's own options" }),
  settings: object<StudySettings>({ text: "in the place of the study's own settings" }),
  signal: signal(),
  onDownload: callback<OnProgress>({ text: 'hears about what is downloaded beside the model' }),
  done: object<ReadonlyMap<string, StudyRecord>>({ text: 'records of an earlier run, by key' }),
  onRecord: callback<NonNullable<StudyEvents['onRecord']>>({ text: 'takes a new record' }),
  onFailure: callback<NonNullable<StudyEvents['onFailure']>>({ text: 'hears about images that failed' }),
  onProgress: callback<NonNullable<StudyEvents['onProgress']>>({ text: 'hears how many images are measured' }),
  show: callback<NonNullable<StudyEvents['show']>>({ text: 'takes the image of each item that is measured' }),
} satisfies RowsOf<StudyRequestOptions & StudyEvents>;

/** A study whose data is at hand. */
export interface StudyRun {
  readonly study: Study;
  readonly opened: OpenedStudy;
  /** Those that are taken. */
  readonly items: readonly StudyItem[];
  readonly options: StudyOptions;
  readonly settings: StudySettings;
  readonly signal: AbortSignal | undefined;
}

/** What a study found. */
export interface StudyResult {
  /** One for each image that was measured, in the order of the data. */
  readonly records: readonly StudyRecord[];
  /** Images that could not be measured. */
  readonly failed: number;
  readonly metrics: Metrics;
  readonly tables: readonly StudyTable[];
  /** Further files that the study makes: curves, lists. */
  readonly files: readonly StudyFile[];
}

/**
 * Runs a study on a model. For runs of hours, which have to survive a crash, take `fastsam study`, or keep what
 * `onRecord` gives and hand it over as `done`.
 * @throws FastSAMError what the study throws for its data, `INVALID_ARGUMENT`, `ABORTED`.
 *
 * @example
 * const { metrics } = await runStudy(myStudy, model, { args: ['data'], options: { radius: 3 } });
 */
export async function runStudy(
  study: Study,
  model: Segmenter,
  options: StudyRequestOptions & StudyEvents = {},
): Promise<StudyResult> {
  checkStudy(study, 'study');
  checkOptions(STUDY_RUN_OPTIONS, options);
  const run = await openStudy(study, options);
  try {
    return await measureStudy(run, model, options);
  } finally {
    run.opened.dispose?.();
  }
}

/**
 * Opens a study's data and chooses its items; `opened.dispose` is the caller's.
 * @throws FastSAMError what the study throws for its data, `INVALID_ARGUMENT` where there are no items.
 */
export async function openStudy(study: Study, request: StudyRequestOptions): Promise<StudyRun> {
  const { args = [], signal, onDownload, seed = 1, subset, limit } = request;
  const options = studyValues(study.options, request.options ?? {});
  const opened = await study.open({
    ...{ args, options, files: studyFiles, signal },
    ...(onDownload && { onProgress: onDownload }),
  });
  checkOpened(study.name, opened);
  const items = chooseItems(opened.items, {
    seed,
    ...(subset !== undefined && { subset }),
    ...(limit !== undefined && { limit }),
  });
  return { study, opened, items, options, settings: { ...study.settings, ...request.settings }, signal };
}

/**
 * Measures the items of a study and sums up.
 * @throws FastSAMError `ABORTED`, errors that no single image is to blame for, and the first image's if none can be measured.
 */
export async function measureStudy(
  { study, opened, items, options, settings, signal }: StudyRun,
  model: Segmenter,
  { done = new Map<string, StudyRecord>(), onRecord, onFailure, onProgress, show }: StudyEvents = {},
): Promise<StudyResult> {
  let failed = 0;
  let first: FastSAMError | undefined;
  const records = await measureItems(opened, items, {
    ...{ model, settings, done },
    ...(signal && { signal }),
    keep: async (record) => {
      await onRecord?.(record);
    },
    onFailure: (item, error) => {
      failed++;
      first ??= error;
      onFailure?.(item, error);
    },
    ...(onProgress && { onProgress }),
    ...(show && { show }),
  });
  // Figures of nothing would be zeros or worse.
  if (records.length === 0 && first) {
    const what = `none of ${plural(failed, 'image')} could be measured; the first: ${first.message}`;
    throw new FastSAMError(first.code, `study ${study.name}: ${what}`, { cause: first });
  }
  const metrics = summariseRecords(study, records, options);
  const tables = study.tables(metrics, { model: model.info.name, images: records.length, options });
  return { records, failed, metrics, tables, files: (await opened.files?.(records, metrics)) ?? [] };
}
