/**
 * `val`: how good a model is on a data set, by the protocol of Ultralytics' `val`. It does not run the pipeline of
 * `segment`: images of a batch share one input size, and masks stay at the prototypes' resolution, uncropped by the
 * image.
 */
import { throwIfAborted } from '../errors.js';
import { letterbox } from '../image/letterbox.js';
import { readImage } from '../source/readImage.js';
import type { Mask } from '../mask/mask.js';
import { MAX_DET } from '../options/limits.js';
import { resolve } from '../options/resolve.js';
import type { Resolved } from '../options/row.js';
import type { Detections } from '../model/detector.js';
import { prototypeMasks } from '../model/masks.js';
import type { Edits } from '../model/edits.js';
import type { RunningModel } from '../model/runningModel.js';
import type { Speed } from '../record/record.js';
import type { ModelDefaults } from '../weights/catalogue.js';
import { VAL_OPTIONS, type ValOptions } from './valOptions.js';
import { matchByScore, valMetrics, type ValMetrics } from './yolo/ap.js';
import { rectBatches, rectGeometry, type RectBatch } from './yolo/batches.js';
import { readYoloDataset } from './yolo/dataset.js';
import { boxIous, maskIous } from './yolo/ious.js';
import { readingOf, readItems, type LabelledImage, type SkippedImage } from './yolo/items.js';
import { mapLabels, type YoloTruth } from './yolo/truth.js';

export type { SkippedImage };

/** What `val` returns. */
export interface ValResult {
  /** Images that were evaluated. */
  readonly images: number;
  readonly objects: number;
  readonly boxes: ValMetrics;
  /** Undefined where the labels have no outlines. */
  readonly masks: ValMetrics | undefined;
  /** Milliseconds an image. */
  readonly speed: Speed;
  readonly skipped: readonly SkippedImage[];
  /** What was passed over without harm, in words: hidden files, repeated labels, images without a label file. */
  readonly notes: readonly string[];
  readonly names: readonly string[];
  /** Layers whose outputs were changed; absent where none was. */
  readonly edited?: readonly string[];
}

/** What a run needs beside the data. */
export interface ValContext {
  readonly defaults: ModelDefaults;
  /** What runs with these edits. */
  readonly running: (edit: Edits | undefined) => Promise<RunningModel>;
}

/** Gathers what the metrics need. */
interface Tally {
  readonly scores: number[];
  readonly classes: number[];
  readonly rightBoxes: number[];
  readonly rightMasks: number[];
  readonly objectClasses: number[];
}

/**
 * Evaluates on a YOLO data set.
 * @param data path of its yaml.
 * @throws FastSAMError `INVALID_ARGUMENT`, also where no image can be used or nothing is labelled; `FILE_UNREADABLE`,
 *   `ABORTED`.
 */
export async function validate(
  { defaults, running }: ValContext,
  data: string,
  options: ValOptions = {},
): Promise<ValResult> {
  const { maxDet: most, edit, ...settings } = resolve(VAL_OPTIONS, options, { imgsz: defaults.imgsz });
  const { detector, edited } = await running(edit);
  const dataset = await readYoloDataset(data, settings.split);
  const { items, skipped, notes, masked } = await readItems(data, dataset, settings);
  const richest = items.reduce((most, { objects }) => Math.max(most, objects.length), 0);
  const maxDet = most ?? Math.max(MAX_DET.default, richest);
  const tally: Tally = { scores: [], classes: [], rightBoxes: [], rightMasks: [], objectClasses: [] };
  const time = { preprocess: 0, inference: 0, postprocess: 0 };
  let done = 0;
  for (const batch of rectBatches(items, settings.imgsz, settings.batch)) {
    for (const member of batch.members) {
      throwIfAborted(settings.signal);
      await evaluateImage(items[member], batch, { ...settings, maxDet }, detector, tally, time);
      settings.onProgress?.(++done, items.length);
    }
  }
  const perImage = (ms: number) => ms / Math.max(1, items.length);
  const metrics = (right: readonly number[]) => valMetrics({ ...tally, right });
  return {
    images: items.length,
    objects: tally.objectClasses.length,
    boxes: metrics(tally.rightBoxes),
    masks: masked ? metrics(tally.rightMasks) : undefined,
    speed: {
      preprocess: perImage(time.preprocess),
      inference: perImage(time.inference),
      postprocess: perImage(time.postprocess),
    },
    skipped,
    notes: [...dataset.notes, ...notes],
    names: settings.singleClass ? ['object'] : dataset.names,
    ...(edited && { edited }),
  };
}

type Settings = Resolved<typeof VAL_OPTIONS, 'imgsz' | 'maxDet'>;

async function evaluateImage(
  item: LabelledImage,
  batch: RectBatch,
  settings: Omit<Settings, 'edit'>,
  detector: RunningModel['detector'],
  tally: Tally,
  time: { preprocess: number; inference: number; postprocess: number },
): Promise<void> {
  const start = performance.now();
  const image = await readImage(item.image, readingOf(settings));
  const geometry = rectGeometry(item, settings.imgsz, batch);
  const { netWidth: width, netHeight: height } = geometry;
  const pixels = letterbox(image, geometry);
  const prepared = performance.now();
  const [found] = await detector.detect({ images: [pixels], width, height }, settings);
  const detected = performance.now();
  const quarter = found.boxes.map((value, i) =>
    Math.fround(value * (i % 2 === 0 ? found.prototypes.width / width : found.prototypes.height / height)),
  );
  const masks = await prototypeMasks(found.prototypes, found.coefficients, quarter);
  time.preprocess += prepared - start;
  time.inference += detected - prepared;
  time.postprocess += performance.now() - detected;
  count(mapLabels(item.objects, geometry, settings.singleClass), found, masks, settings.singleClass, tally);
}

function count(truth: YoloTruth, found: Detections, masks: readonly Mask[], singleClass: boolean, tally: Tally): void {
  const classes = singleClass ? found.classes.map(() => 0) : found.classes;
  tally.scores.push(...found.scores);
  tally.classes.push(...classes);
  tally.objectClasses.push(...truth.classes);
  tally.rightBoxes.push(...matchByScore(boxIous(found.boxes, truth.boxes), classes, truth.classes));
  if (!truth.masks) return;
  tally.rightMasks.push(...matchByScore(maskIous(masks, truth.masks), classes, truth.classes));
}
