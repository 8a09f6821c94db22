/** `fastsam study anomaly`: segments on MVTec's defects, by themselves and with a hint. */
import { invalidArgument } from '../../errors.js';
import { drawObjects } from '../../draw/drawObjects.js';
import type { SheetCell } from '../../draw/sheet.js';
import type { RgbImage } from '../../image/rgbImage.js';
import { Mask } from '../../mask/mask.js';
import { boundingBox } from '../../mask/setOps.js';
import type { Results } from '../../results/results.js';
import { drawScene, maskImage, panels } from '../shared/drawing.js';
import { cocoObjects } from '../../evaluate/coco/objects.js';
import { fingerprintOf, inputsOf } from '../shared/fingerprint.js';
import { chosenBy, hintFrom, hintOfKind, HINT_KINDS, readHints, unionOf, type Hint } from '../shared/hints.js';
import { filesIn, readMask, type MaskItem } from '../shared/maskFolder.js';
import { meanOf } from '../../evaluate/statistics/lists.js';
import { AUTHORS } from '../shared/options.js';
import { HINTS_ROW } from '../shared/hints.js';
import { studyValues } from '../shared/options.js';
import {
  countRegions,
  figuresOf,
  FOUND_IOU,
  type HintsByKind,
  type RegionCounts,
  type RegionFigures,
} from '../shared/regionCounts.js';
import type { Study, StudyRecord, StudyRows } from '../study.js';
import { rowName } from '../table.js';

interface AnomalyRecord extends StudyRecord {
  readonly objects: number;
  readonly regions?: RegionCounts;
}

const LABELS: Readonly<Record<keyof RegionFigures, string>> = {
  bestIou: 'best segment: IoU',
  recall: `best segment: IoU >= ${FOUND_IOU}`,
  boxIou: 'box: IoU',
  boxRecall: 'box: recall of pixels',
  pointIou: 'point: IoU',
  pointRecall: 'point: recall of pixels',
};
const KEYS = Object.keys(LABELS) as (keyof RegionFigures)[];

const OPTIONS = {
  hints: HINTS_ROW,
} satisfies StudyRows;

/** The study. */
export const anomalyStudy: Study<AnomalyRecord, MaskItem> = {
  name: 'anomaly',
  summary: "Segments on MVTec AD's defects: images as in the paper, IoU and recall where masks are given.",
  help: `DATA is laid out as MVTec AD: test/DEFECT/NAME.png and ground_truth/DEFECT/NAME_mask.png, or folders of such.
FastSAM does not decide what is a defect: a box or a point, given by --hints or made from the mask, chooses a segment.

Examples:
  $ fastsam study anomaly mvtec/bottle --model FastSAM-x --images out
  $ fastsam study anomaly mvtec/bottle --model FastSAM-x --images out --hints hints.json
with hints.json: { "test/broken_large/000.png": { "boxes": [[310, 90, 560, 240]], "points": [[420, 160]] } }`,
  arguments: [{ name: 'data', description: 'folder of a category of MVTec AD, or of several' }],
  options: OPTIONS,
  settings: AUTHORS,
  metrics: KEYS.map((key) => ({ key, label: LABELS[key], better: 'higher' })),
  async open({ args, options, files, signal }) {
    const items = itemsIn(args[0], await filesIn(args[0], files));
    const { hints: path } = studyValues(OPTIONS, options);
    const given = path === undefined ? undefined : await readHints(path, new Set(items.map(({ key }) => key)));
    const lookAt = async ({ key, truth: file }: MaskItem, { image }: Results) => {
      const truth = file === undefined ? Mask.empty(image.width, image.height) : await readMask(file, image);
      return { truth, hints: given ? splitHint(given.get(key)) : hintsFrom(truth) };
    };
    return {
      items,
      fingerprint: await fingerprintOf(items, signal),
      ...(await inputsOf({ hints: path })),
      async measure(item, scene) {
        const { truth, hints } = await lookAt(item, scene);
        const regions = countRegions(scene, truth, hints);
        return { key: item.key, objects: scene.length, ...(regions && { regions }) };
      },
      async predict(item, scene, imageId) {
        const { hints } = await lookAt(item, scene);
        const images = HINT_KINDS.flatMap((kind) => {
          const chosen = hints[kind] && unionOf(scene, chosenBy(scene, hints[kind]));
          return chosen ? [[`masks-${kind}`, maskImage(chosen)] as const] : [];
        });
        return { objects: cocoObjects(scene, imageId), images: Object.fromEntries(images) };
      },
      async draw(item, scene) {
        const { truth, hints } = await lookAt(item, scene);
        return drawPanels(scene, truth, hints);
      },
    };
  },
  summarise: (records) => ({ ...figuresOf(records.flatMap(({ regions }) => regions ?? [])) }),
  tables: (metrics, context) => [
    {
      title: 'Marked regions',
      columns: KEYS.map((key) => LABELS[key]),
      rows: [{ name: rowName(context), values: KEYS.map((key) => metrics[key]) }],
      note:
        'The paper shows images only and gives no figures. The best segment is chosen with the ground truth, and so are ' +
        'boxes and points without --hints: this is segmentation with a hint, not detection of anomalies.',
    },
  ],
  quality: ({ regions }) => (regions ? qualityOf(regions) : null),
};

function itemsIn(folder: string, images: ReadonlyMap<string, string>): MaskItem[] {
  const items = [...images].flatMap(([key, image]) => {
    const parts = /^((?:.*\/)?)test\/([^/]+\/[^/]+)$/.exec(key);
    if (!parts) return [];
    return [{ key, image, truth: images.get(`${parts[1]}ground_truth/${parts[2]}_mask`) }];
  });
  if (items.length === 0) {
    throw invalidArgument(`${folder}: got no images, expected test/DEFECT/NAME.png`);
  }
  return items;
}

/** IoU of the segment that the box chose; else of the point's; else the mean of the regions' best. */
function qualityOf({ box, point, best }: RegionCounts): number | null {
  const counts = box ?? point;
  return counts ? counts.shared / counts.union : meanOf(best);
}

/** Boxes and points of a marked image; none where nothing is marked. */
function hintsFrom(truth: Mask): HintsByKind {
  if (truth.area === 0) return {};
  return { box: hintFrom(truth, 'box'), point: hintFrom(truth, 'point') };
}

/** Boxes and points are separate hints, as in the paper's rows. */
function splitHint(hint: Hint | undefined): HintsByKind {
  if (!hint) return {};
  const box = hintOfKind(hint, 'box');
  const point = hintOfKind(hint, 'point');
  const foreground = [hint.labels].flat().includes(1);
  return { ...(box && { box }), ...(point && foreground && { point }) };
}

/** The paper's three ways from left to right, then what was marked. */
function drawPanels(scene: Results, truth: Mask, hints: HintsByKind): RgbImage {
  const cells: SheetCell[] = [
    { image: scene.image, caption: 'image' },
    { image: drawScene(scene), caption: `everything: ${scene.length}` },
  ];
  for (const kind of HINT_KINDS) {
    const hint = hints[kind];
    if (hint) cells.push({ image: drawScene(scene, chosenBy(scene, hint), hint), caption: kind });
  }
  if (truth.area > 0) {
    const marked = { id: 0, mask: truth, box: boundingBox(truth), label: '' };
    cells.push({ image: drawObjects(scene.image, [marked]), caption: 'ground truth' });
  }
  return panels(cells);
}
