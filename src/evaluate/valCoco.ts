/** `val` on a COCO file: masks compared at the images' own resolution. */
import { invalidArgument } from '../errors.js';
import { decodeRle } from '../mask/rle.js';
import type { Mask } from '../mask/mask.js';
import { requireSegmenter, type Segmenter } from '../model/segmenter.js';
import { MAX_DET } from '../options/limits.js';
import { requireText } from '../options/requireKind.js';
import { resolve } from '../options/resolve.js';
import { plural } from '../options/showValue.js';
import type { Results } from '../results/results.js';
import { matchByScore, valMetrics, type ValMetrics } from './yolo/ap.js';
import { CocoEvaluator } from './coco/evaluator.js';
import type { CocoEvaluation } from './coco/evaluation.js';
import { imageFiles, readCocoFile } from './coco/file.js';
import { cocoObjects } from './coco/objects.js';
import { runsOf } from './coco/runs.js';
import { completeTruth, type Complete } from './coco/shapes.js';
import type { CocoImage, CocoTruth } from './coco/types.js';
import { filesBelow } from './filesBelow.js';
import type { SkippedImage, ValResult } from './val.js';
import { boxIous, maskIous } from './yolo/ious.js';
import { noneUsable } from './yolo/items.js';
import { COCO_VAL_OPTIONS, type CocoValOptions } from './valOptions.js';

/** What `val` returns for a COCO file: Ultralytics' numbers, and COCO's own. All categories are one. */
export interface CocoValResult extends ValResult {
  /**
   * AP and AR as pycocotools computes them, crowds included; masks are undefined where the annotations have no
   * segmentations.
   */
  readonly coco: { readonly boxes: CocoEvaluation; readonly masks: CocoEvaluation | undefined };
}

/**
 * Evaluates on the images of a COCO file. Crowd regions count for COCO's numbers only.
 * @param file path of the annotations.
 * @param folder where the images lie, or the folders with them.
 * @throws FastSAMError `INVALID_ARGUMENT`, also where no image can be used, nothing is annotated, or only some annotations
 *   have segmentations; `FILE_UNREADABLE`, `ABORTED`, `DISPOSED`.
 */
export async function validateCoco(
  model: Segmenter,
  file: string,
  folder: string,
  options: CocoValOptions = {},
): Promise<CocoValResult> {
  requireSegmenter(model);
  requireText('file', file);
  const settings = resolve(COCO_VAL_OPTIONS, options, {
    imgsz: model.info.defaults.imgsz,
    maxDet: MAX_DET.default,
  });
  const { data } = await readCocoFile(file);
  const images = data.images.slice(0, settings.limit);
  const { truths, masked, notes } = truthsOf(file, images, data.annotations);
  const { imgsz, conf, iou, maxDet, maxPixels, window, edit, signal } = settings;
  // All categories are one, so those that the file does not list count as well.
  const categories = [
    ...new Set([...data.categories.map(({ id }) => id), ...data.annotations.map((t) => t.category_id)]),
  ];
  const evaluatorOf = (kind: 'boxes' | 'masks') =>
    new CocoEvaluator(categories, { kind, classAgnostic: true, maxDets: limitsUpTo(maxDet) });
  const boxes = evaluatorOf('boxes');
  const masks = masked ? evaluatorOf('masks') : undefined;
  const tally = { scores: [] as number[], objects: 0, boxes: [] as number[], masks: [] as number[] };
  const skipped: SkippedImage[] = [];
  let edited: readonly string[] | undefined;
  const speed = { preprocess: 0, inference: 0, postprocess: 0 };
  const paths = imageFiles(images, { path: file, folder, present: await filesBelow(folder) });
  const reading = { maxPixels, window, ...(edit && { edit }), ...(signal && { signal }) };
  const stream = model.stream(paths, { imgsz, conf, iou, maxDet, snapFullBoxes: false, ...reading });
  for await (const { index, input, results, error } of stream) {
    settings.onProgress?.(index + 1, images.length);
    if (error) {
      skipped.push({ image: input, reason: error.message });
      continue;
    }
    edited = results.edited;
    const { width, height } = results.image;
    const { id, width: w = width, height: h = height } = images[index];
    if (w !== width || h !== height) {
      const reason = `it has ${width} x ${height} pixels, its annotations say ${w} x ${h}`;
      skipped.push({ image: input, reason });
      continue;
    }
    const own = (truths.get(id) ?? []).map((truth) => completeTruth(truth, width, height));
    const detections = cocoObjects(results, id, undefined, () => ({ category_id: categories[0] }));
    for (const evaluator of [boxes, masks]) evaluator?.add({ id, width, height, truths: own, detections });
    countImage(results, own, tally, masked);
    for (const stage of ['preprocess', 'inference', 'postprocess'] as const) speed[stage] += results.speed[stage];
  }
  const used = images.length - skipped.length;
  if (used === 0) throw noneUsable(file, skipped);
  for (const stage of ['preprocess', 'inference', 'postprocess'] as const) speed[stage] /= used;
  const classes = tally.scores.map(() => 0);
  const objectClasses = new Array<number>(tally.objects).fill(0);
  const metrics = (right: number[]): ValMetrics => valMetrics({ scores: tally.scores, classes, right, objectClasses });
  return {
    images: used,
    objects: tally.objects,
    boxes: metrics(tally.boxes),
    masks: masked ? metrics(tally.masks) : undefined,
    coco: { boxes: boxes.result(), masks: masks?.result() },
    speed,
    skipped,
    notes,
    names: ['object'],
    ...(edited && { edited }),
  };
}

/** The objects of the images, and whether they have masks. Numbers of nothing would be zeros that look like a bad model's. */
function truthsOf(file: string, images: readonly CocoImage[], annotations: readonly CocoTruth[]) {
  const truths = new Map<number, CocoTruth[]>(images.map(({ id }) => [id, []]));
  for (const truth of annotations) truths.get(truth.image_id)?.push(truth);
  const all = [...truths.values()].flat();
  const objects = all.filter(({ iscrowd }) => !iscrowd);
  if (objects.length === 0) {
    throw invalidArgument(
      `${file}: got ${plural(images.length, 'image')} and no object in ${plural(all.length, 'annotation')} of them, expected some`,
    );
  }
  const [bare, filled] = [all.filter((each) => !each.segmentation), all.filter((each) => each.segmentation)];
  if (bare.length > 0 && filled.some(({ iscrowd }) => !iscrowd)) {
    const [{ id = 'without id', image_id }] = bare;
    throw invalidArgument(
      `${file}: got annotation ${id} of image ${image_id} without segmentation and ${plural(filled.length, 'annotation')} with one, ` +
        'expected all or none; give it one, or remove all of them to compare boxes',
    );
  }
  const unmeasured = all.filter(({ area }) => area === undefined).length;
  const rule = 'the pixels of its mask count, without a mask those of its box';
  const notes = unmeasured === 0 ? [] : [`${plural(unmeasured, 'annotation')} without area: ${rule}`];
  return { truths, masked: bare.length === 0, notes };
}

/** 1, 10, 100 … up to the number of detections, and that number. */
function limitsUpTo(maxDet: number): number[] {
  return [...[1, 10, 100].filter((limit) => limit < maxDet), maxDet];
}

function countImage(
  results: Results,
  truths: readonly Complete<CocoTruth>[],
  tally: { scores: number[]; objects: number; boxes: number[]; masks: number[] },
  masked: boolean,
): void {
  const { width, height } = results.image;
  const objects = truths.filter(({ iscrowd }) => !iscrowd);
  const boxes = Float32Array.from(objects.flatMap(({ bbox: [x, y, w, h] }) => [x, y, x + w, y + h]));
  const [own, theirs] = [new Int32Array(results.length), new Int32Array(objects.length)];
  tally.scores.push(...results.scores);
  tally.objects += objects.length;
  tally.boxes.push(...matchByScore(boxIous(Float32Array.from(results.boxes.xyxy), boxes), own, theirs));
  if (!masked) return;
  const masks = objects.map((truth) => maskOf(truth, width, height));
  tally.masks.push(...matchByScore(maskIous(results.imageMasks, masks), own, theirs));
}

function maskOf({ segmentation = [] }: CocoTruth, width: number, height: number): Mask {
  const { boundaries } = runsOf(segmentation, width, height);
  const counts: number[] = [];
  let last = 0;
  for (const edge of boundaries) {
    counts.push(edge - last);
    last = edge;
  }
  counts.push(width * height - last);
  return decodeRle({ size: [height, width], counts });
}
