/** `fastsam study instances`: a mask for each given box, COCO's AP (FastSAM paper, instance segmentation). */
import { flag, oneOf, text } from '../../options/kinds.js';
import { drawObjects } from '../../draw/drawObjects.js';
import { iouMatrix } from '../../evaluate/coco/match.js';
import { shapeOfDetection, shapeOfTruth } from '../../evaluate/coco/shapes.js';
import { COCO_AREAS, type CocoDetection } from '../../evaluate/coco/types.js';
import { COCO_ARGUMENTS, objectsOf, openCoco, requireMasks, type CocoItem } from '../shared/cocoData.js';
import { inputsOf } from '../shared/fingerprint.js';
import { meanOf } from '../../evaluate/statistics/lists.js';
import { EVERYTHING } from '../shared/options.js';
import { cocoObjects } from '../../evaluate/coco/objects.js';
import { rowName } from '../table.js';
import type { Metric, Metrics, Study, StudyRecord, StudyTable } from '../study.js';
import { studyValues } from '../shared/options.js';
import type { StudyRows } from '../study.js';
import { countInstances, evaluateCounts, type CategoryCounts } from './counts.js';
import { answerBoxes, instancesOf, readDetections, truePrompts, type BoxAnswer, type GivenBox } from './prompts.js';

interface InstanceRecord extends StudyRecord {
  readonly prompts: number;
  readonly answered: number;
  readonly counts: readonly CategoryCounts[];
  /** With the boxes of the annotations: area of each object and its IoU with its mask, 0 where its box has none. */
  readonly own?: readonly (readonly [area: number, iou: number])[];
}

const RULES = ['mask', 'box'] as const;
const HIT = 0.5;

const apKey = (area: string): string => (area === 'all' ? 'AP' : `AP ${area}`);
const iouKey = (area: string): string => (area === 'all' ? 'mean IoU' : `mean IoU ${area}`);
const HIT_KEY = `IoU >= ${HIT}`;

const METRICS: readonly Metric[] = [
  ...COCO_AREAS.map(({ name }) => apKey(name)),
  'AP50',
  'AP75',
  ...COCO_AREAS.map(({ name }) => iouKey(name)),
  HIT_KEY,
].map((key) => ({ key, label: key, better: 'higher' as const }));

/** COCO val2017 with the boxes of ViTDet-H: the README of CASIA's repository. */
const PAPER: StudyTable['rows'] = [
  { name: 'FastSAM-x (paper)', values: [0.379, 0.239, 0.434, 0.5] },
  { name: 'SAM (paper)', values: [0.465, 0.308, 0.51, 0.617] },
  { name: 'ViTDet-H, trained on COCO (paper)', values: [0.51, 0.32, 0.543, 0.689] },
];

const OPTIONS = {
  boxes: text({
    text: "a detector's results as COCO JSON: image_id, category_id, bbox, score",
    cli: { value: '<file>' },
  }),
  rule: oneOf(RULES, {
    text: "a box's best object by IoU of its pixels with the mask, or of box and box",
    default: 'mask',
    cli: { value: '<which>' },
  }),
  weigh: flag({ text: 'multiply scores with the IoU of box and mask', cli: {} }),
} satisfies StudyRows;

/** The study. */
export const instancesStudy: Study<InstanceRecord, CocoItem> = {
  name: 'instances',
  summary: 'A mask for each given box, of the annotations or of a detector: AP of masks by COCO.',
  help: `ANNOTATIONS is a COCO-style JSON file with segmentations, IMAGES the folder with its images. Without --boxes the boxes
of the annotations are used, all with score 1: a test of masks alone, not comparable with the paper's row.

Example:
  $ fastsam study instances instances_val2017.json coco/val2017 --boxes vitdet_bbox.json --model FastSAM-x`,
  arguments: COCO_ARGUMENTS,
  options: OPTIONS,
  settings: EVERYTHING,
  metrics: METRICS,
  async open({ args, options, files }) {
    const { items, fingerprint } = await openCoco(args[0], args[1], files);
    requireMasks(args[0], items, 'this study compares masks');
    const { boxes: path, rule } = studyValues(OPTIONS, options);
    const detector = path === undefined ? undefined : await readDetections(path);
    const promptsOf = (id: number, truths: ReturnType<typeof objectsOf>['truths']): readonly GivenBox[] =>
      detector ? (detector.get(id) ?? []) : truePrompts(truths);
    return {
      items,
      fingerprint,
      ...(await inputsOf({ boxes: path })),
      measure(item, scene) {
        const objects = objectsOf(item, scene);
        const prompts = promptsOf(item.id, objects.truths);
        const answers = answerBoxes(scene, prompts, rule);
        const detections = instancesOf(scene, answers, item.id, options.weigh === true);
        return {
          key: item.key,
          prompts: prompts.length,
          answered: answers.length,
          counts: countInstances(detections, objects.truths, objects.width, objects.height),
          ...(!detector && { own: ownIous(objects, prompts, answers, detections) }),
        };
      },
      predict(item, scene, imageId) {
        const answers = answerBoxes(scene, promptsOf(item.id, objectsOf(item, scene).truths), rule);
        const found = instancesOf(scene, answers, item.id, options.weigh === true);
        const indices = answers.map(({ object }) => object);
        return { objects: cocoObjects(scene, imageId, indices, (at) => found[at]) };
      },
      draw(item, scene) {
        const prompts = promptsOf(item.id, objectsOf(item, scene).truths);
        const objects = answerBoxes(scene, prompts, rule).map(({ prompt, object }, i) => {
          const [x, y, w, h] = prompt.bbox;
          return { id: i, mask: scene.imageMasks[object], box: [x, y, x + w, y + h] as const, label: '' };
        });
        return drawObjects(scene.image, objects, null, { boxes: true });
      },
    };
  },
  summarise,
  tables(metrics, context) {
    const detector = context.options.boxes !== undefined;
    const name = rowName(context, detector ? "a detector's boxes" : 'boxes of the annotations');
    const byArea = (key: (area: string) => string) => COCO_AREAS.map((area) => metrics[key(area.name)]);
    const ap: StudyTable = {
      title: 'AP of masks',
      columns: ['AP', 'APs', 'APm', 'APl', 'AP50', 'AP75'],
      rows: [
        { name, values: [...byArea(apKey), metrics.AP50, metrics.AP75] },
        ...PAPER.map((row) => ({ ...row, values: [...row.values, null, null] })),
      ],
      note: "The paper's rows are of COCO val2017 with the boxes, classes and scores of ViTDet-H (README of CASIA-IVA-Lab/FastSAM).",
    };
    if (detector) return [ap];
    const iou: StudyTable = {
      title: "IoU of an object with its box's mask",
      columns: [...COCO_AREAS.map((area) => area.name), HIT_KEY],
      rows: [{ name, values: [...byArea(iouKey), metrics[HIT_KEY]] }],
    };
    return [ap, iou];
  },
  quality: ({ own }) => (own && own.length > 0 ? meanOf(own.map(([, iou]) => iou)) : null),
  caption: ({ key, own = [] }) => `${key}: IoU ${(meanOf(own.map(([, iou]) => iou)) ?? 0).toFixed(2)}`,
};

/** Area of each object whose box was a prompt, and its IoU with the mask found. */
function ownIous(
  { width, height }: { readonly width: number; readonly height: number },
  prompts: readonly GivenBox[],
  answers: readonly BoxAnswer[],
  detections: readonly CocoDetection[],
): (readonly [number, number])[] {
  const answerOf = new Map(answers.map(({ prompt }, i) => [prompt, detections[i]]));
  return prompts.flatMap((prompt) => {
    if (!prompt.truth) return [];
    const detection = answerOf.get(prompt);
    if (!detection) return [[prompt.truth.area, 0] as const];
    const truth = shapeOfTruth(prompt.truth, 'masks', width, height, false);
    return [[truth.area, iouMatrix([shapeOfDetection(detection, 'masks', width, height)], [truth])[0]] as const];
  });
}

/** Nothing to find is not a figure. */
const orNull = (value: number): number | null => (value < 0 ? null : value);

function summarise(records: readonly InstanceRecord[]): Metrics {
  const evaluation = evaluateCounts(records.map(({ key, counts }) => ({ id: Number(key), counts })));
  const metrics: Record<string, number | null> = {
    AP50: orNull(evaluation.averagePrecision({ iou: 0.5 })),
    AP75: orNull(evaluation.averagePrecision({ iou: 0.75 })),
  };
  for (const { name } of COCO_AREAS) metrics[apKey(name)] = orNull(evaluation.averagePrecision({ area: name }));
  const own = records.flatMap((record) => record.own ?? []);
  for (const { name, low, high } of COCO_AREAS) {
    metrics[iouKey(name)] = meanOf(own.flatMap(([area, iou]) => (area >= low && area <= high ? [iou] : [])));
  }
  metrics[HIT_KEY] = meanOf(own.map(([, iou]) => (iou >= HIT ? 1 : 0)));
  return metrics;
}
