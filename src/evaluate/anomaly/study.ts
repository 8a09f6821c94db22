/** `fastsam study anomaly`: segments on MVTec's defects, by themselves and with a hint. */
import { FastSAMError } from '../../errors.js';
import { contactSheet, type SheetCell } from '../../image/draw/sheet.js';
import { drawObjects } from '../../image/draw/drawObjects.js';
import type { RgbImage } from '../../image/rgbImage.js';
import { Mask } from '../../mask/mask.js';
import { boundingBox } from '../../mask/setOps.js';
import { platform } from '../../platform/platform.js';
import type { Results } from '../../results/results.js';
import { askedBy, HINTS } from '../study/hints.js';
import { picturesIn, readMask } from '../study/maskFolder.js';
import type {
  Metrics,
  OpenedStudy,
  Study,
  StudyItem,
  StudyRecord,
  StudyRequest,
  StudyTable,
  TableContext,
} from '../study/study.js';
import { countRegions, figuresOf, FOUND_IOU, type RegionCounts, type RegionFigures } from './counts.js';

/** A picture; `truth` is absent for pictures without a mask file, as those without a defect have none. */
interface AnomalyItem extends StudyItem {
  readonly picture: string;
  readonly truth: string | undefined;
}

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

/** The study. */
export const anomalyStudy: Study<AnomalyRecord, AnomalyItem> = {
  name: 'anomaly',
  summary: "Segments on MVTec AD's defects: pictures as in the paper, IoU and recall where masks are given.",
  help: `DATA is laid out as MVTec AD: test/DEFECT/NAME.png and ground_truth/DEFECT/NAME_mask.png, or folders of such.
FastSAM does not decide what is a defect: a box or a point, here made from the ground truth, chooses a segment.

Example:
  $ fastsam study anomaly mvtec/bottle --model FastSAM-x --pictures out`,
  arguments: [{ name: 'data', description: 'folder of a category of MVTec AD, or of several' }],
  options: [
    {
      flags: '--pictures <folder>',
      description: 'existing folder; for every picture: segments, those chosen by box and by point, the mask',
      cosmetic: true,
    },
  ],
  settings: { conf: 0.4, iou: 0.9, maxDet: 300 },
  metrics: KEYS.map((key) => ({ key, label: LABELS[key], better: 'higher' })),
  open,
  summarise: (records): Metrics => ({ ...figuresOf(records.flatMap(({ regions }) => regions ?? [])) }),
  tables,
  quality: ({ regions }) => (regions ? regions.box.shared / regions.box.union : null),
};

async function open({ args, options, files }: StudyRequest): Promise<OpenedStudy<AnomalyRecord, AnomalyItem>> {
  const pictures = await picturesIn(args[0], files);
  const items = [...pictures].flatMap(([key, picture]) => {
    const parts = /^((?:.*\/)?)test\/([^/]+\/[^/]+)$/.exec(key);
    if (!parts) return [];
    return [{ key, picture, truth: pictures.get(`${parts[1]}ground_truth/${parts[2]}_mask`) }];
  });
  if (items.length === 0) {
    throw new FastSAMError('INVALID_ARGUMENT', `${args[0]}: got no pictures, expected test/DEFECT/NAME.png`);
  }
  const folder = typeof options.pictures === 'string' ? options.pictures : undefined;
  const truthOf = ({ truth }: AnomalyItem, { image }: Results) =>
    truth === undefined ? Promise.resolve(Mask.empty(image.width, image.height)) : readMask(truth, image);
  return {
    items,
    fingerprint: '',
    async measure(item, scene) {
      const truth = await truthOf(item, scene);
      if (folder !== undefined) {
        const { data, width, height } = drawPanels(scene, truth);
        const path = platform().joinPath(folder, `${item.key.replaceAll('/', '_')}.png`);
        await platform().writeFileAtomic(path, await platform().encodePng(data, width, height));
      }
      const regions = countRegions(scene, truth);
      return { key: item.key, objects: scene.length, ...(regions && { regions }) };
    },
    draw: async (item, scene) => drawPanels(scene, await truthOf(item, scene)),
  };
}

/** The paper's three ways from left to right, then what was marked. */
function drawPanels(scene: Results, truth: Mask): RgbImage {
  const draw = (places: readonly number[]) =>
    drawObjects(
      scene.image,
      places.map((i) => ({ id: scene.ids[i], mask: scene.imageMasks[i], box: scene.boxes.at(i), label: '' })),
    );
  const cells: SheetCell[] = [
    { image: scene.image, caption: 'picture' },
    { image: draw([...scene.scores.keys()]), caption: `everything: ${scene.length}` },
  ];
  if (truth.area > 0) {
    for (const hint of HINTS) {
      if (hint !== 'none') cells.push({ image: draw(askedBy(scene, truth, hint)), caption: hint });
    }
    const marked = { id: 0, mask: truth, box: boundingBox(truth), label: '' };
    cells.push({ image: drawObjects(scene.image, [marked]), caption: 'ground truth' });
  }
  return contactSheet(cells, { columns: cells.length, cellSize: 240 });
}

function tables(metrics: Metrics, { model, pictures }: TableContext): StudyTable[] {
  return [
    {
      title: 'Marked regions',
      columns: KEYS.map((key) => LABELS[key]),
      rows: [{ name: `${model}, ${pictures} pictures`, values: KEYS.map((key) => metrics[key]) }],
      note:
        'The paper shows pictures only and gives no figures. Boxes, points and the best segment are chosen with the ' +
        'ground truth: this is segmentation with a hint, not detection of anomalies.',
    },
  ];
}
