/** `val`: how good a model is on a data set, by the protocol of Ultralytics' `val`. */
import { throwIfAborted } from '../errors.js';
import { letterbox } from '../image/letterbox.js';
import { readImage } from '../source/readImage.js';
import type { Mask } from '../mask/mask.js';
import { SEGMENT_OPTIONS } from '../model/options.js';
import { callback, flag, integer, number, signal, text } from '../options/kinds.js';
import { BATCH, COUNT, IMGSZ, MAX_DET } from '../options/limits.js';
import { resolve } from '../options/resolve.js';
import type { Resolved, RowsOf } from '../options/row.js';
import type { Detections } from '../model/detector.js';
import { prototypeMasks } from '../model/masks.js';
import type { PipelineContext } from '../model/pipeline.js';
import { platform } from '../platform/platform.js';
import type { Speed } from '../record/record.js';
import { matchByScore, valMetrics, type ValMetrics } from './yolo/ap.js';
import { rectBatches, rectGeometry, type RectBatch } from './yolo/batches.js';
import { readYoloDataset } from './yolo/dataset.js';
import { boxIous, maskIous } from './yolo/ious.js';
import { parseYoloLabels, type YoloObject } from './yolo/labels.js';
import { placeLabels, type YoloTruth } from './yolo/truth.js';

/** Options of `FastSAM.val`, named and preset as Ultralytics'. */
export interface ValOptions {
  /** Longer side of the images in the network's input. Default: the model's. */
  imgsz?: number;
  /** Detections must score above this. Default 0.001. */
  conf?: number;
  /** A detection goes when its IoU with a better one is above this. Default 0.7. */
  iou?: number;
  /** Most detections an image. Default 300, or what the richest image has, where that is more. */
  maxDet?: number;
  /** Images whose input has one size. The numbers depend on it a little. Default 16. */
  batch?: number;
  /** Which images of the data set. Default `val`. */
  split?: string;
  /** All classes are one, as FastSAM has one. Default true. */
  singleClass?: boolean;
  /** At most so many images, the first by name. Default: all. */
  limit?: number;
  /** Hears after every image how many are done. */
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** An image that was left out. */
export interface SkippedImage {
  readonly image: string;
  readonly reason: string;
}

/** What `val` says. */
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
  readonly names: readonly string[];
}

/** Every option of `val`. */
export const VAL_OPTIONS = {
  imgsz: integer(IMGSZ.low, IMGSZ.high, {
    text: "longer side of an image in the network's input",
    otherwise: "the model's",
    cli: { value: '<pixels>' },
  }),
  conf: number(0, 1, { text: SEGMENT_OPTIONS.conf.text, default: 0.001, cli: SEGMENT_OPTIONS.conf.cli }),
  iou: number(0, 1, { text: SEGMENT_OPTIONS.iou.text, default: 0.7, cli: SEGMENT_OPTIONS.iou.cli }),
  maxDet: integer(MAX_DET.low, MAX_DET.high, {
    text: 'most detections an image',
    otherwise: `${MAX_DET.default}, or what the richest image has`,
    cli: { value: '<n>' },
  }),
  batch: integer(BATCH.low, BATCH.high, {
    text: 'images whose input has one size (YOLO data sets)',
    default: 16,
    cli: { value: '<n>' },
  }),
  split: text({ text: 'which images of a YOLO data set', default: 'val', cli: { value: '<name>' } }),
  singleClass: flag({ text: 'all classes are one, as FastSAM has one', default: true }),
  limit: integer(COUNT.low, COUNT.high, {
    text: 'at most so many images, the first by name',
    otherwise: 'all',
    cli: { value: '<n>', text: 'at most so many images' },
  }),
  onProgress: callback<NonNullable<ValOptions['onProgress']>>({ text: 'hears after every image how many are done' }),
  signal: signal(),
} satisfies RowsOf<ValOptions>;

/** What a run needs beside the data. */
export type ValContext = Pick<PipelineContext, 'detector' | 'model'>;

/** An image of the data set with its labels. */
interface Item {
  readonly image: string;
  readonly width: number;
  readonly height: number;
  readonly objects: readonly YoloObject[];
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
 * @throws FastSAMError `INVALID_ARGUMENT`, `FILE_UNREADABLE`, `ABORTED`.
 */
export async function validate(context: ValContext, data: string, options: ValOptions = {}): Promise<ValResult> {
  const { maxDet: most, ...settings } = resolve(VAL_OPTIONS, options, { imgsz: context.model.defaults.imgsz });
  const dataset = await readYoloDataset(data, settings.split);
  const images = dataset.images.slice(0, settings.limit);
  const skipped: SkippedImage[] = [];
  const items = await readItems(images, skipped, settings.signal);
  const masked = items.every(({ objects }) => objects.every(({ outline }) => outline !== undefined));
  const richest = Math.max(0, ...items.map(({ objects }) => objects.length));
  const maxDet = most ?? Math.max(MAX_DET.default, richest);
  const tally: Tally = { scores: [], classes: [], rightBoxes: [], rightMasks: [], objectClasses: [] };
  const time = { preprocess: 0, inference: 0, postprocess: 0 };
  let done = 0;
  for (const batch of rectBatches(items, settings.imgsz, settings.batch)) {
    for (const member of batch.members) {
      throwIfAborted(settings.signal);
      await evaluateImage(items[member], batch, { ...settings, maxDet }, context, tally, time);
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
    names: settings.singleClass ? ['object'] : dataset.names,
  };
}

/** Sizes and labels of the images; those that cannot be read go to `skipped`, as in Ultralytics. */
async function readItems(
  images: readonly { readonly image: string; readonly labels: string }[],
  skipped: SkippedImage[],
  signal: AbortSignal | undefined,
): Promise<Item[]> {
  const items: Item[] = [];
  for (const { image, labels } of images) {
    throwIfAborted(signal);
    try {
      const { width, height } = await readImage(image, { signal });
      const objects = await readLabels(labels);
      if (typeof objects === 'string') skipped.push({ image, reason: `its labels have ${objects}` });
      else items.push({ image, width, height, objects });
    } catch (error) {
      throwIfAborted(signal);
      skipped.push({ image, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return items;
}

/** An image without a label file has no objects. */
async function readLabels(path: string): Promise<readonly YoloObject[] | string> {
  if ((await platform().stat(path))?.kind !== 'file') return [];
  return parseYoloLabels(new TextDecoder().decode(await platform().readFile(path)));
}

type Settings = Resolved<typeof VAL_OPTIONS, 'imgsz' | 'maxDet'>;

async function evaluateImage(
  item: Item,
  batch: RectBatch,
  settings: Settings,
  { detector }: ValContext,
  tally: Tally,
  time: { preprocess: number; inference: number; postprocess: number },
): Promise<void> {
  const start = performance.now();
  const image = await readImage(item.image, { signal: settings.signal });
  const geometry = rectGeometry(item, settings.imgsz, batch);
  const { netWidth: width, netHeight: height } = geometry;
  const pixels = letterbox(image, geometry);
  const fed = performance.now();
  const [found] = await detector.detect({ images: [pixels], width, height }, settings);
  const detected = performance.now();
  const quarter = found.boxes.map((value, i) =>
    Math.fround(value * (i % 2 === 0 ? found.prototypes.width / width : found.prototypes.height / height)),
  );
  const masks = await prototypeMasks(found.prototypes, found.coefficients, quarter);
  time.preprocess += fed - start;
  time.inference += detected - fed;
  time.postprocess += performance.now() - detected;
  count(placeLabels(item.objects, geometry, settings.singleClass), found, masks, settings.singleClass, tally);
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
