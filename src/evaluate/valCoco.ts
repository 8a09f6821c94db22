/** `val` on a COCO file: masks compared at the images' own resolution. */
import { invalidArgument } from '../errors.js';
import { encodeRle, decodeRle } from '../mask/rle.js';
import type { Mask } from '../mask/mask.js';
import type { Segmenter } from '../model/segmenter.js';
import { platform } from '../platform/platform.js';
import { MAX_DET } from '../options/limits.js';
import { resolve } from '../options/resolve.js';
import type { Results } from '../results/results.js';
import { matchByScore, valMetrics, type ValMetrics } from './yolo/ap.js';
import { CocoEvaluator } from './coco/evaluator.js';
import type { CocoEvaluation } from './coco/evaluation.js';
import { runsOf } from './coco/runs.js';
import type { CocoDataset, CocoDetection, CocoTruth } from './coco/types.js';
import type { SkippedImage, ValResult } from './val.js';
import { boxIous, maskIous } from './yolo/ious.js';
import { COCO_VAL_OPTIONS, type CocoValOptions } from './valOptions.js';

/** What `val` returns for a COCO file: Ultralytics' numbers, and COCO's own. All categories are one. */
export interface CocoValResult extends Omit<ValResult, 'masks'> {
  readonly masks: ValMetrics;
  /** AP and AR as pycocotools computes them, crowds included. */
  readonly coco: { readonly boxes: CocoEvaluation; readonly masks: CocoEvaluation };
}

/**
 * Evaluates on the images of a COCO file. Crowd regions count for COCO's numbers only.
 * @param file path of the annotations.
 * @param folder where the images lie.
 * @throws FastSAMError `INVALID_ARGUMENT`, `FILE_UNREADABLE`, `ABORTED`, `DISPOSED`.
 */
export async function validateCoco(
  model: Segmenter,
  file: string,
  folder: string,
  options: CocoValOptions = {},
): Promise<CocoValResult> {
  const settings = resolve(COCO_VAL_OPTIONS, options, {
    imgsz: model.info.defaults.imgsz,
    maxDet: MAX_DET.default,
  });
  const data = await readCocoDataset(file);
  const images = data.images.slice(0, settings.limit);
  const truths = new Map<number, CocoTruth[]>(images.map(({ id }) => [id, []]));
  for (const truth of data.annotations) truths.get(truth.image_id)?.push(truth);
  const { imgsz, conf, iou, maxDet, maxPixels, window, signal } = settings;
  const categories = data.categories.map(({ id }) => id);
  const evaluators = (['boxes', 'masks'] as const).map(
    (kind) => new CocoEvaluator(categories, { kind, classAgnostic: true, maxDets: limitsUpTo(maxDet) }),
  );
  const tally = { scores: [] as number[], objects: 0, boxes: [] as number[], masks: [] as number[] };
  const skipped: SkippedImage[] = [];
  const speed = { preprocess: 0, inference: 0, postprocess: 0 };
  const paths = images.map(({ file_name: name = '' }) => platform().joinPath(folder, name));
  const reading = { maxPixels, window, ...(signal && { signal }) };
  const stream = model.stream(paths, { imgsz, conf, iou, maxDet, snapFullBoxes: false, ...reading });
  for await (const { index, input, results, error } of stream) {
    settings.onProgress?.(index + 1, images.length);
    if (error) {
      skipped.push({ image: input, reason: error.message });
      continue;
    }
    const { id, width, height } = images[index];
    if (results.image.width !== width || results.image.height !== height) {
      skipped.push({ image: input, reason: 'its size is not the one in the annotations' });
      continue;
    }
    const own = truths.get(id) ?? [];
    const detections = detectionsOf(results, id, categories[0] ?? 1);
    for (const evaluator of evaluators) evaluator.add({ id, width, height, truths: own, detections });
    countImage(results, own, tally);
    for (const stage of ['preprocess', 'inference', 'postprocess'] as const) speed[stage] += results.speed[stage];
  }
  const used = images.length - skipped.length;
  for (const stage of ['preprocess', 'inference', 'postprocess'] as const) speed[stage] /= Math.max(1, used);
  const classes = tally.scores.map(() => 0);
  const objectClasses = new Array<number>(tally.objects).fill(0);
  const metrics = (right: number[]) => valMetrics({ scores: tally.scores, classes, right, objectClasses });
  return {
    images: used,
    objects: tally.objects,
    boxes: metrics(tally.boxes),
    masks: metrics(tally.masks),
    coco: { boxes: evaluators[0].result(), masks: evaluators[1].result() },
    speed,
    skipped,
    passedOver: [],
    names: ['object'],
  };
}

/** 1, 10, 100 … up to the number of detections, and that number. */
function limitsUpTo(maxDet: number): number[] {
  return [...[1, 10, 100].filter((limit) => limit < maxDet), maxDet];
}

/**
 * Reads and checks a COCO annotation file.
 * @throws FastSAMError `FILE_UNREADABLE`, `INVALID_ARGUMENT` for a file that is none.
 */
export async function readCocoDataset(file: string): Promise<CocoDataset> {
  const text = new TextDecoder().decode(await platform().readFile(file));
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw invalidArgument(`${file}: got no JSON, expected COCO annotations`, { cause: error });
  }
  const lists = ['images', 'annotations', 'categories'];
  const missing = lists.find((name) => !Array.isArray((data as Record<string, unknown> | null)?.[name]));
  if (missing === undefined) return data as CocoDataset;
  throw invalidArgument(`${file}: got no list "${missing}", expected COCO annotations`);
}

/** The objects of an image as entries of a result file; their areas are those of their masks or boxes. */
function detectionsOf(results: Results, image_id: number, category_id: number): CocoDetection[] {
  return results.map((object, i) => {
    const [x1, y1, x2, y2] = object.box;
    const bbox = [x1, y1, x2 - x1, y2 - y1];
    return { image_id, category_id, score: object.score, bbox, segmentation: encodeRle(results.imageMasks[i]) };
  });
}

function countImage(
  results: Results,
  truths: readonly CocoTruth[],
  tally: { scores: number[]; objects: number; boxes: number[]; masks: number[] },
): void {
  const { width, height } = results.image;
  const objects = truths.filter(({ iscrowd }) => !iscrowd);
  const boxes = Float32Array.from(objects.flatMap(({ bbox: [x, y, w, h] }) => [x, y, x + w, y + h]));
  const masks = objects.map((truth) => maskOf(truth, width, height));
  const [own, theirs] = [new Int32Array(results.length), new Int32Array(objects.length)];
  tally.scores.push(...results.scores);
  tally.objects += objects.length;
  tally.boxes.push(...matchByScore(boxIous(Float32Array.from(results.boxes.xyxy), boxes), own, theirs));
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
