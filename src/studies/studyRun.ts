/** One run of a study: its data opened, measured, summed up. */
import { FastSAMError } from '../errors.js';
import type { RgbImage } from '../image/rgbImage.js';
import type { Segmenter } from '../model/segmenter.js';
import { plural } from '../options/showValue.js';
import type { OnProgress } from '../progress.js';
import { bootstrapIntervals, type Interval } from './bootstrap.js';
import { checkOpened } from './checkStudy.js';
import { studyFiles } from './files.js';
import { chooseItems, measureItems, summariseRecords, type ItemSelection } from './measure.js';
import { studyValues } from './shared/options.js';
import type {
  Metrics,
  OpenedStudy,
  Study,
  StudyFile,
  StudyItem,
  StudyOptions,
  StudyPrediction,
  StudyRecord,
  StudySettings,
  StudyTable,
} from './study.js';

/** What a study is run on. */
export interface StudyRequestOptions extends Partial<ItemSelection> {
  /** Values of `Study.arguments`, in their order. Default: none. */
  readonly args?: readonly string[];
  /** Values of the study's own options. Default: those of the options. */
  readonly options?: StudyOptions;
  /** In the place of the study's own settings. */
  readonly settings?: StudySettings;
  /** Resamples of a bootstrap that gives each figure its 95 % interval. Default 0: none. */
  readonly resamples?: number;
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
  /** Takes what was found in each item that is measured, before its record. */
  readonly onPrediction?: (item: StudyItem, prediction: StudyPrediction) => Promise<void>;
}

/** A study whose data is at hand. */
export interface StudyRun {
  readonly study: Study;
  readonly opened: OpenedStudy;
  /** Those that are taken. */
  readonly items: readonly StudyItem[];
  readonly options: StudyOptions;
  readonly settings: StudySettings;
  readonly signal: AbortSignal | undefined;
  /** Resamples of the interval of each figure; 0: no intervals. */
  readonly resamples: number;
}

/** What a study found. */
export interface StudyResult {
  /** One for each image that was measured, in the order of the data. */
  readonly records: readonly StudyRecord[];
  /** Images that could not be measured. */
  readonly failed: number;
  readonly metrics: Metrics;
  /** Of each figure, where `resamples` asked for them. */
  readonly intervals?: readonly Interval[];
  readonly tables: readonly StudyTable[];
  /** Further files that the study makes: curves, lists. */
  readonly files: readonly StudyFile[];
  /** Layers whose outputs were changed; absent where none was. */
  readonly edited?: readonly string[];
}

/**
 * Opens a study's data and chooses its items; `opened.dispose` is the caller's.
 * @throws FastSAMError what the study throws for its data, `INVALID_ARGUMENT` where there are no items.
 */
export async function openStudy(study: Study, request: StudyRequestOptions): Promise<StudyRun> {
  const { args = [], signal, onDownload, seed = 1, subset, limit, resamples = 0 } = request;
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
  return { study, opened, items, options, settings: { ...study.settings, ...request.settings }, signal, resamples };
}

/**
 * Measures the items of a study and sums up.
 * @throws FastSAMError `ABORTED`, and errors that no single image is to blame for.
 */
export async function measureStudy(
  run: StudyRun,
  model: Segmenter,
  { done = new Map<string, StudyRecord>(), onRecord, onFailure, onProgress, show, onPrediction }: StudyEvents = {},
): Promise<StudyResult> {
  const { opened, items, settings, signal } = run;
  const failures: Failures = { count: 0 };
  const records = await measureItems(opened, items, {
    ...{ model, settings, done },
    ...(signal && { signal }),
    keep: async (record) => {
      await onRecord?.(record);
    },
    onFailure: (item, error) => {
      note(failures, error);
      onFailure?.(item, error);
    },
    ...(onProgress && { onProgress }),
    ...(show && { show }),
    ...(onPrediction && { onPrediction }),
  });
  return resultOf(run, model, records, failures);
}

/** Images that could not be measured. */
export interface Failures {
  count: number;
  first?: FastSAMError;
}

/** Counts an image that could not be measured. */
export function note(failures: Failures, error: FastSAMError): void {
  failures.count++;
  failures.first ??= error;
}

/**
 * Sums up the records of a study.
 * @throws FastSAMError with the code of the first failure where no image could be measured.
 */
export async function resultOf(
  { study, opened, options, settings, resamples }: StudyRun,
  model: Pick<Segmenter, 'info'>,
  records: readonly StudyRecord[],
  { count: failed, first }: Failures,
): Promise<StudyResult> {
  // Figures of nothing would be zeros or worse.
  if (records.length === 0 && first) {
    const what = `none of ${plural(failed, 'image')} could be measured; the first: ${first.message}`;
    throw new FastSAMError(first.code, `study ${study.name}: ${what}`, { cause: first });
  }
  const summarise = (list: readonly StudyRecord[]) => summariseRecords(study, list, options);
  const metrics = summarise(records);
  const tables = study.tables(metrics, { model: model.info.name, images: records.length, options });
  const files = (await opened.files?.(records, metrics)) ?? [];
  const edited = Object.keys(settings.edit ?? {});
  const result = { records, failed, metrics, tables, files, ...(edited.length > 0 && { edited }) };
  if (resamples === 0 || records.length === 0) return result;
  return { ...result, intervals: bootstrapIntervals(records, summarise, { resamples }) };
}
