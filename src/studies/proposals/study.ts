/** `fastsam study proposals`: how many of the annotated objects are among the first 1, 10, 100, 1000 found. */
import { canvasOf, lineWidth, strokeRect } from '../../draw/canvas.js';
import type { RgbImage } from '../../image/rgbImage.js';
import type { Results } from '../../results/results.js';
import { iouMatrix } from '../../evaluate/coco/match.js';
import { shapeOfDetection, shapeOfTruth } from '../../evaluate/coco/shapes.js';
import { COCO_AREAS, type CocoKind } from '../../evaluate/coco/types.js';
import { countFound, proposalsOf, recallOf, type FoundObjects } from '../../evaluate/coco/proposalCounts.js';
import { PROPOSAL_COUNTS } from '../../evaluate/coco/proposals.js';
import { COCO_ARGUMENTS, objectsOf, openCoco, requireMasks, type CocoItem } from '../shared/cocoData.js';
import { EVERYTHING } from '../shared/options.js';
import { rowName } from '../table.js';
import type { Metric, Metrics, Study, StudyRecord, StudyTable } from '../study.js';
import { oneOf } from '../../options/kinds.js';
import { studyValues } from '../shared/options.js';
import type { StudyRows } from '../study.js';
import { plural } from '../../options/showValue.js';

/** Boxes and masks of one image; masks only where they are evaluated. */
interface ProposalRecord extends StudyRecord {
  readonly proposals: number;
  readonly boxes: FoundObjects;
  readonly masks?: FoundObjects;
}

const KINDS: readonly CocoKind[] = ['boxes', 'masks'];

/** Name of a figure: `boxes AR@100 small`. */
const recallKey = (kind: CocoKind, limit: number, area: string): string => `${kind} AR@${limit} ${area}`;
const aucKey = (kind: CocoKind, area: string): string => `${kind} AUC ${area}`;

const METRICS: readonly Metric[] = KINDS.flatMap((kind) =>
  COCO_AREAS.flatMap(({ name }) =>
    [...PROPOSAL_COUNTS.map((limit) => recallKey(kind, limit, name)), aucKey(kind, name)].map((key) => ({
      key,
      label: key,
      better: 'higher' as const,
    })),
  ),
);

/** COCO, all categories, boxes: the README of CASIA's repository. AR@1 is not given there. */
const PAPER_COCO: StudyTable['rows'] = [
  { name: 'FastSAM-x (paper)', values: [null, 0.157, 0.473, 0.637, 0.322] },
  { name: 'SAM-H E64 (paper)', values: [null, 0.155, 0.456, 0.677, 0.321] },
  { name: 'SAM-H E32 (paper)', values: [null, 0.185, 0.495, 0.625, 0.337] },
  { name: 'SAM-B E32 (paper)', values: [null, 0.114, 0.396, 0.591, 0.273] },
];

/** LVIS, boxes, AR@1000: the same README. */
const PAPER_LVIS: StudyTable['rows'] = [
  { name: 'FastSAM-x (paper)', values: [0.571, 0.443, 0.771, 0.853] },
  { name: 'SAM-H E64 (paper)', values: [0.521, 0.366, 0.751, 0.882] },
  { name: 'SAM-H E32 (paper)', values: [0.503, 0.331, 0.762, 0.898] },
  { name: 'SAM-B E32 (paper)', values: [0.45, 0.293, 0.687, 0.806] },
  { name: 'ViTDet-H, trained on LVIS (paper)', values: [0.65, 0.532, 0.833, 0.912] },
];

const OPTIONS = {
  kind: oneOf(['both', 'boxes'], { text: 'boxes, or masks as well', default: 'both', cli: { value: '<which>' } }),
} satisfies StudyRows;

/** The study. */
export const proposalsStudy: Study<ProposalRecord, CocoItem> = {
  name: 'proposals',
  summary: 'Recall of objects whatever their category: AR@1/10/100/1000 and AUC, boxes and masks, COCO or LVIS.',
  help: `ANNOTATIONS is a COCO- or LVIS-style JSON file, IMAGES the folder with its images (folders below it, too).

Examples:
  $ fastsam study proposals coco/annotations/instances_val2017.json coco/val2017 --model FastSAM-x
  $ fastsam study proposals lvis_v1_val.json coco --model FastSAM-x --kind boxes`,
  arguments: COCO_ARGUMENTS,
  options: OPTIONS,
  settings: EVERYTHING,
  metrics: METRICS,
  async open({ args, options, files }) {
    const { items, fingerprint } = await openCoco(args[0], args[1], files);
    const withMasks = studyValues(OPTIONS, options).kind !== 'boxes';
    if (withMasks) requireMasks(args[0], items, 'or compare boxes alone with --kind boxes');
    return {
      items,
      fingerprint,
      measure(item, scene) {
        const { key, id } = item;
        const { truths, width, height } = objectsOf(item, scene);
        const count = (kind: CocoKind) => countFound(proposalsOf(scene, kind, id), truths, kind, width, height);
        return {
          key,
          proposals: scene.length,
          boxes: count('boxes'),
          ...(withMasks && { masks: count('masks') }),
        };
      },
      draw: drawObjects,
    };
  },
  summarise,
  tables(metrics, context) {
    const heads = [...PROPOSAL_COUNTS.map((limit) => `AR@${limit}`), 'AUC'];
    const row = (kind: CocoKind, area: string) => [
      ...PROPOSAL_COUNTS.map((limit) => metrics[recallKey(kind, limit, area)]),
      metrics[aucKey(kind, area)],
    ];
    const name = rowName(context);
    const limit = PROPOSAL_COUNTS[PROPOSAL_COUNTS.length - 1];
    const boxes: StudyTable[] = [
      {
        title: 'Boxes, objects of all sizes',
        columns: heads,
        rows: [{ name, values: row('boxes', 'all') }, ...PAPER_COCO],
        note: "The paper's rows are of COCO val2017, FastSAM-x at 1024 pixels (README of CASIA-IVA-Lab/FastSAM).",
      },
      {
        title: `Boxes by size of the object, AR@${limit}`,
        columns: COCO_AREAS.map((area) => area.name),
        rows: [
          { name, values: COCO_AREAS.map((area) => metrics[recallKey('boxes', limit, area.name)]) },
          ...PAPER_LVIS,
        ],
        note: "The paper's rows are of LVIS, whatever this run was on.",
      },
    ];
    if (!(recallKey('masks', limit, 'all') in metrics)) return boxes;
    const masks = {
      title: 'Masks',
      columns: heads,
      rows: COCO_AREAS.map((area) => ({ name: `${name}, ${area.name}`, values: row('masks', area.name) })),
      note: "The paper's figures of masks are not in the README and are not repeated here.",
    };
    return [...boxes, masks];
  },
  quality: ({ boxes }) => recallOf([boxes]).recall[0].at(-1) ?? null,
  caption: ({ key, boxes, proposals }) =>
    `${key}: AR ${(recallOf([boxes]).recall[0].at(-1) ?? 0).toFixed(2)}, ${plural(boxes.objects[0], 'object')}, ${proposals} found`,
};

function summarise(records: readonly ProposalRecord[]): Metrics {
  const metrics: Record<string, number | null> = {};
  for (const kind of KINDS) {
    const counts = records.flatMap((record) => record[kind] ?? []);
    if (counts.length === 0) continue;
    const { recall, auc } = recallOf(counts);
    COCO_AREAS.forEach(({ name }, a) => {
      PROPOSAL_COUNTS.forEach((limit, m) => (metrics[recallKey(kind, limit, name)] = recall[a][m]));
      metrics[aucKey(kind, name)] = auc[a];
    });
  }
  return metrics;
}

const FOUND_IOU = 0.5;
const GREEN = [0, 200, 70] as const;
const RED = [235, 30, 30] as const;

/** The image with the boxes of its objects: green where a proposal covers it with an IoU of one half, else red. */
function drawObjects(item: CocoItem, scene: Results): RgbImage {
  const { truths, width, height } = objectsOf(item, scene);
  const canvas = canvasOf(scene.image);
  const thickness = 2 * lineWidth(canvas.width, canvas.height);
  const proposals = proposalsOf(scene, 'boxes', item.id).map((each) => shapeOfDetection(each, 'boxes', width, height));
  for (const truth of truths) {
    if (truth.iscrowd) continue;
    const ious = iouMatrix(proposals, [shapeOfTruth(truth, 'boxes', width, height, false)]);
    const [x, y, w, h] = truth.bbox.map(Math.round);
    strokeRect(canvas, { x, y, width: w, height: h }, thickness, ious.some((iou) => iou >= FOUND_IOU) ? GREEN : RED);
  }
  return canvas;
}
