/** `fastsam study salient`: the object that stands out, against ground-truth maps. */
import { FastSAMError } from '../../errors.js';
import { contactSheet } from '../../image/draw/sheet.js';
import type { RgbImage } from '../../image/rgbImage.js';
import type { Mask } from '../../mask/mask.js';
import type { Results } from '../../results/results.js';
import { askedBy, HINTS, type Hint } from '../study/hints.js';
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
import { fMeasure, levelCurve, meanAbsoluteError, sMeasure, type ByteMap } from './measures.js';
import { mapOf, SALIENCE_RULES, salienceOf, type SalienceRule } from './ranking.js';

interface SalientItem extends StudyItem {
  readonly picture: string;
  readonly truth: string;
}

interface SalientRecord extends StudyRecord {
  readonly objects: number;
  readonly mae: number;
  readonly s: number;
  /** At each of the 256 levels; absent where nothing is marked. */
  readonly precision?: readonly number[];
  readonly recall?: readonly number[];
}

const DIGITS = 1e5;

/** The study. */
export const salientStudy: Study<SalientRecord, SalientItem> = {
  name: 'salient',
  summary: 'Salient objects by a rule or by a hint, against ground-truth maps: MAE, max F, S-measure.',
  help: `IMAGES and MAPS are folders with files of the same names; maps are black and white pictures of the pictures' sizes.
The paper shows pictures only, so there is no row to compare with.

Examples:
  $ fastsam study salient DUTS-TE/Image DUTS-TE/Mask --model FastSAM-x
  $ fastsam study salient DUTS-TE/Image DUTS-TE/Mask --model FastSAM-x --hint box`,
  arguments: [
    { name: 'images', description: 'folder of the pictures' },
    { name: 'maps', description: 'folder of the ground-truth maps' },
  ],
  options: [
    {
      flags: '--rule <which>',
      description: 'what objects are ranked by; product: score, area and centre together',
      choices: SALIENCE_RULES,
      default: 'product',
    },
    {
      flags: '--top <n>',
      description: 'so many objects make the map, weaker ones darker',
      parse: parseTop,
      default: 1,
    },
    {
      flags: '--hint <which>',
      description: 'choose by the box of each marked region, or by a point in it, instead of by rank',
      choices: HINTS,
      default: 'none',
    },
  ],
  settings: { conf: 0.4, iou: 0.9, maxDet: 300 },
  metrics: [
    { key: 'MAE', label: 'MAE', better: 'lower' },
    { key: 'max F', label: 'max F', better: 'higher' },
    { key: 'S', label: 'S', better: 'higher' },
  ],
  open,
  summarise,
  tables,
  quality: ({ s }) => s,
  caption: ({ key, s, mae }) => `${key}: S ${s.toFixed(2)}, MAE ${mae.toFixed(2)}`,
};

function parseTop(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error('Expected a whole number from 1 on.');
  return value;
}

async function open({ args, options, files }: StudyRequest): Promise<OpenedStudy<SalientRecord, SalientItem>> {
  const [pictures, maps] = [await picturesIn(args[0], files), await picturesIn(args[1], files)];
  const items = [...pictures].flatMap(([key, picture]) => {
    const truth = maps.get(key);
    return truth === undefined ? [] : [{ key, picture, truth }];
  });
  if (items.length === 0) {
    throw new FastSAMError('INVALID_ARGUMENT', `${args[1]}: got no map with the name of a picture in ${args[0]}`);
  }
  const rule = SALIENCE_RULES.find((each) => each === options.rule) ?? 'product';
  const hint = HINTS.find((each) => each === options.hint) ?? 'none';
  const top = typeof options.top === 'number' ? options.top : 1;
  return {
    items,
    fingerprint: '',
    async measure({ key, truth }, scene) {
      const marked = await readMask(truth, scene.image);
      return { key, objects: scene.length, ...compareMaps(salientMap(scene, marked, { rule, hint, top }), marked) };
    },
    async draw({ truth }, scene) {
      const marked = await readMask(truth, scene.image);
      const cells = [scene.image, picture(salientMap(scene, marked, { rule, hint, top })), picture(whiteMap(marked))];
      const captions = ['picture', 'map', 'ground truth'];
      return contactSheet(
        cells.map((image, i) => ({ image, caption: captions[i] })),
        { columns: 3, cellSize: 200 },
      );
    },
  };
}

interface MapOptions {
  readonly rule: SalienceRule;
  readonly hint: Hint;
  readonly top: number;
}

/** The map of a picture; all black where nothing was found or chosen. */
export function salientMap(scene: Results, truth: Mask, { rule, hint, top }: MapOptions): ByteMap {
  if (hint === 'none') return mapOf(scene.imageMasks, salienceOf(scene, rule), top, scene.image);
  const chosen = askedBy(scene, truth, hint).map((i) => scene.imageMasks[i]);
  return mapOf(
    chosen,
    chosen.map(() => 1),
    chosen.length,
    scene.image,
  );
}

/** What a record notes of a map. */
export function compareMaps(map: ByteMap, truth: Mask): Omit<SalientRecord, 'key' | 'objects'> {
  const marked = truth.toBitmap();
  const figures = { mae: meanAbsoluteError(map, marked), s: sMeasure(map, marked) };
  if (truth.area === 0) return figures;
  const { precision, recall } = levelCurve(map, marked);
  const round = (values: readonly number[]) => values.map((value) => Math.round(value * DIGITS) / DIGITS);
  return { ...figures, precision: round(precision), recall: round(recall) };
}

/** F is that of the mean precision and mean recall over pictures, largest over the levels, as benchmarks have it. */
function summarise(records: readonly SalientRecord[]): Metrics {
  if (records.length === 0) return { MAE: null, 'max F': null, S: null };
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const curves = records.flatMap(({ precision, recall }) => (precision && recall ? [{ precision, recall }] : []));
  const levels = curves.length === 0 ? [] : [...curves[0].precision.keys()];
  const fs = levels.map((level) =>
    fMeasure(mean(curves.map(({ precision }) => precision[level])), mean(curves.map(({ recall }) => recall[level]))),
  );
  return {
    MAE: mean(records.map(({ mae }) => mae)),
    'max F': fs.length === 0 ? null : Math.max(...fs),
    S: mean(records.map(({ s }) => s)),
  };
}

function tables(metrics: Metrics, { model, pictures, options }: TableContext): StudyTable[] {
  const hint = HINTS.find((each) => each === options.hint) ?? 'none';
  const rule = SALIENCE_RULES.find((each) => each === options.rule) ?? 'product';
  const how = hint === 'none' ? `rule ${rule}` : `hint ${hint}`;
  return [
    {
      title: 'Salient objects',
      columns: ['MAE', 'max F', 'S'],
      rows: [{ name: `${model}, ${pictures} pictures, ${how}`, values: [metrics.MAE, metrics['max F'], metrics.S] }],
      note: 'The paper shows pictures only and gives no figures. The rules are of this project.',
    },
  ];
}

function whiteMap(mask: Mask): ByteMap {
  return { data: mask.toBitmap().map((bit) => 255 * bit), width: mask.gridWidth, height: mask.gridHeight };
}

function picture({ data, width, height }: ByteMap): RgbImage {
  const rgb = new Uint8Array(3 * data.length);
  for (let p = 0; p < data.length; p++) rgb.fill(data[p], 3 * p, 3 * p + 3);
  return { data: rgb, width, height };
}
