/** Runs a study over its images, and continues an interrupted run. */
import { FastSAMError, invalidArgument, throwIfAborted } from '../errors.js';
import type { RgbImage } from '../image/rgbImage.js';
import type { Segmenter } from '../model/segmenter.js';
import type { Results } from '../results/results.js';
import { cocoObjects } from '../evaluate/coco/objects.js';
import { sampleIndices } from '../evaluate/statistics/random.js';
import { checkMeasured } from './checkStudy.js';
import type {
  Metrics,
  OpenedStudy,
  Study,
  StudyItem,
  StudyOptions,
  StudyPrediction,
  StudyRecord,
  StudySettings,
} from './study.js';

/** Which images are taken. */
export interface ItemSelection {
  /** So many at random; absent: all. */
  readonly subset?: number;
  readonly seed: number;
  /** The first so many of those; absent: all. */
  readonly limit?: number;
}

/** Where a run goes. */
export interface StudyRunOptions {
  readonly model: Pick<Segmenter, 'segment' | 'stream'>;
  readonly settings: StudySettings;
  readonly signal?: AbortSignal;
  /** Records that are there already. */
  readonly done: ReadonlyMap<string, StudyRecord>;
  /** Keeps a new record; the next image waits for it. */
  readonly keep: (record: StudyRecord) => Promise<void>;
  /** An image that could not be measured. The run goes on, and tries it again when it is continued. */
  readonly onFailure: (item: StudyItem, error: FastSAMError) => void;
  readonly onProgress?: (done: number, total: number) => void;
  /** Takes the image of each item that is measured, before its record is kept. */
  readonly show?: (item: StudyItem, image: RgbImage) => Promise<void>;
  /** Takes what was found in each item that is measured, before its record is kept. */
  readonly onPrediction?: (item: StudyItem, prediction: StudyPrediction) => Promise<void>;
  /** For predictions: `imageIds` of all items, where several calls share them. */
  readonly ids?: ReadonlyMap<string, number> | undefined;
}

/**
 * The selected images, in the order of the data.
 * @throws FastSAMError `INVALID_ARGUMENT` if there are none, or two of one key.
 */
export function chooseItems<I extends StudyItem>(items: readonly I[], { subset, seed, limit }: ItemSelection): I[] {
  if (items.length === 0) throw invalidArgument('study: got no images, expected some');
  const keys = new Set<string>();
  for (const { key } of items) {
    if (keys.has(key)) throw invalidArgument(`study: got two images called "${key}"`);
    keys.add(key);
  }
  const drawn = subset === undefined ? items : sampleIndices(items.length, subset, seed).map((i) => items[i]);
  return drawn.slice(0, limit);
}

/**
 * Measures every item that has no record yet.
 * @returns the records of all items, in their order; those of images that failed are missing.
 * @throws FastSAMError `ABORTED`, and errors that concern no single image.
 */
export async function measureItems<R extends StudyRecord, I extends StudyItem>(
  opened: OpenedStudy<R, I>,
  items: readonly I[],
  options: StudyRunOptions,
): Promise<R[]> {
  const records = new Map<string, R>();
  const left = items.filter(({ key }) => !options.done.has(key));
  let done = items.length - left.length;
  options.onProgress?.(done, items.length);
  const ids = options.onPrediction && (options.ids ?? imageIds(opened.items));
  for await (const { item, scene, error } of scenes(opened, left, options)) {
    throwIfAborted(options.signal);
    const outcome = error ?? (await measure(opened, item, scene, options, ids?.get(item.key)));
    if (outcome instanceof FastSAMError) options.onFailure(item, outcome);
    else {
      await options.keep(outcome);
      records.set(item.key, outcome);
    }
    options.onProgress?.(++done, items.length);
  }
  // The header shows that this study wrote the records of before.
  return items.flatMap(({ key }) => records.get(key) ?? (options.done.get(key) as R | undefined) ?? []);
}

/** The number of each image in COCO results: that of its annotations, else its place from 1. */
export function imageIds(items: readonly StudyItem[]): ReadonlyMap<string, number> {
  const idOf = (item: StudyItem, place: number) => ('id' in item && typeof item.id === 'number' ? item.id : place + 1);
  return new Map(items.map((item, place) => [item.key, idOf(item, place)]));
}

/** The record, or what is wrong with this item's own data. */
async function measure<R extends StudyRecord, I extends StudyItem>(
  opened: OpenedStudy<R, I>,
  item: I,
  scene: Results,
  { show, onPrediction }: Pick<StudyRunOptions, 'show' | 'onPrediction'>,
  imageId = 0,
): Promise<R | FastSAMError> {
  try {
    const record = await opened.measure(item, scene);
    checkMeasured(item.key, record);
    if (show && opened.draw) await show(item, await opened.draw(item, scene, record));
    if (onPrediction) {
      const found = opened.predict
        ? await opened.predict(item, scene, imageId)
        : { objects: cocoObjects(scene, imageId) };
      await onPrediction(item, found);
    }
    return record;
  } catch (error) {
    if (error instanceof FastSAMError && error.code !== 'ABORTED') return error;
    throw error;
  }
}

/** An item with its objects, or with what went wrong. */
export type Scene<I> = { readonly item: I } & (
  { readonly scene: Results; readonly error?: undefined } | { readonly error: FastSAMError; readonly scene?: undefined }
);

/** The objects of each item, in order; images are read ahead unless the study segments them itself. */
export async function* scenes<R extends StudyRecord, I extends StudyItem>(
  opened: OpenedStudy<R, I>,
  items: readonly I[],
  { model, settings, signal }: Pick<StudyRunOptions, 'model' | 'settings' | 'signal'>,
): AsyncGenerator<Scene<I>, void> {
  if (!opened.segment) {
    const inputs = items.map(({ image }) => image);
    for await (const { index, results, error } of model.stream(inputs, { ...settings, ...(signal && { signal }) })) {
      const item = items[index];
      yield error ? { item, error } : { item, scene: results };
    }
    return;
  }
  for (const item of items) {
    throwIfAborted(signal);
    try {
      yield { item, scene: await opened.segment(item, model, settings, signal) };
    } catch (error) {
      if (!(error instanceof FastSAMError) || error.code === 'ABORTED') throw error;
      yield { item, error };
    }
  }
}

/**
 * The figures of some records.
 * @throws FastSAMError `INVALID_ARGUMENT` for records that are not of this study's form.
 */
export function summariseRecords(study: Study, records: readonly StudyRecord[], options: StudyOptions): Metrics {
  try {
    return study.summarise(records, options);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw invalidArgument(`study ${study.name}: the records are damaged; run it again`, {
      cause: error,
    });
  }
}
