/** `fastsam study salient`: the object that stands out, against ground-truth maps. */
import { invalidArgument } from '../../errors.js';
import type { Mask } from '../../mask/mask.js';
import { integer, oneOf } from '../../options/kinds.js';
import { MAX_DET } from '../../options/limits.js';
import type { Results } from '../../results/results.js';
import { drawScene, greyImage, panels } from '../shared/drawing.js';
import { fingerprintOf, inputsOf } from '../shared/fingerprint.js';
import { chosenBy, hintFrom, HINT_KINDS, readHints, type Hint } from '../shared/hints.js';
import { filesIn, readMask, type MaskItem } from '../shared/maskFolder.js';
import { meanOf } from '../../evaluate/statistics/lists.js';
import { AUTHORS } from '../shared/options.js';
import type { Metrics, Study, StudyOptions, StudyRecord } from '../study.js';
import { rowName } from '../table.js';
import { levelCurve, meanAbsoluteError, saliencyF, sMeasure, type ByteMap } from '../../evaluate/salient/measures.js';
import { HINTS_ROW } from '../shared/hints.js';
import { studyValues } from '../shared/options.js';
import type { StudyRows } from '../study.js';
import { mapOf, SALIENCE_RULES, salienceOf, type SalienceRule } from './ranking.js';

interface SalientItem extends MaskItem {
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
const HINTS = ['none', ...HINT_KINDS] as const;

const OPTIONS = {
  rule: oneOf(SALIENCE_RULES, {
    text: 'what objects are ranked by; product: score, area and centre together',
    default: 'product',
    cli: { value: '<which>' },
  }),
  top: integer(MAX_DET.low, MAX_DET.high, {
    text: 'so many objects make the map, weaker ones darker',
    default: 1,
    cli: { value: '<n>' },
  }),
  hint: oneOf(HINTS, {
    text: 'choose by the box of each marked region, or by a point in it, instead of by rank',
    default: 'none',
    cli: { value: '<which>' },
  }),
  hints: HINTS_ROW,
} satisfies StudyRows;

/** The study. */
export const salientStudy: Study<SalientRecord, SalientItem> = {
  name: 'salient',
  summary: 'Salient objects by a rule or by a hint, against ground-truth maps: MAE, max F, S-measure.',
  help: `IMAGES and MAPS are folders with files of the same names; maps are black and white images of the images' sizes.
The paper shows images only, so there is no row to compare with.

Examples:
  $ fastsam study salient DUTS-TE/Image DUTS-TE/Mask --model FastSAM-x
  $ fastsam study salient DUTS-TE/Image DUTS-TE/Mask --model FastSAM-x --hint box
  $ fastsam study salient DUTS-TE/Image DUTS-TE/Mask --model FastSAM-x --hints hints.json
with hints.json: { "0001.jpg": { "boxes": [[40, 30, 210, 180]] }, "0002.jpg": { "points": [[99, 80]] } }`,
  arguments: [
    { name: 'images', description: 'folder of the images' },
    { name: 'maps', description: 'folder of the ground-truth maps' },
  ],
  options: OPTIONS,
  settings: AUTHORS,
  metrics: [
    { key: 'MAE', label: 'MAE', better: 'lower' },
    { key: 'max F', label: 'max F', better: 'higher' },
    { key: 'S', label: 'S', better: 'higher' },
  ],
  async open({ args, options, files, signal }) {
    const { rule, top, hint: kind, hints: path } = studyValues(OPTIONS, options);
    if (path !== undefined && kind !== 'none') {
      throw invalidArgument(`--hint ${kind}: got --hints as well; give one of them`);
    }
    const paired = pair(await filesIn(args[0], files), await filesIn(args[1], files), args);
    const given = path === undefined ? undefined : await readHints(path, new Set(paired.map(({ key }) => key)));
    const items = given ? paired.filter(({ key }) => given.has(key)) : paired;
    const hintFor = (key: string, truth: Mask) =>
      given?.get(key) ?? (kind === 'none' ? undefined : hintFrom(truth, kind));
    const rank = { rule, top };
    return {
      items,
      fingerprint: await fingerprintOf(items, signal),
      ...(await inputsOf({ hints: path })),
      async measure({ key, truth }, scene) {
        const marked = await readMask(truth, scene.image);
        return { key, objects: scene.length, ...compareMaps(salientMap(scene, hintFor(key, marked), rank), marked) };
      },
      async predict({ key, truth }, scene) {
        const { data, width, height } = salientMap(scene, hintFor(key, await readMask(truth, scene.image)), rank);
        return { images: { maps: greyImage(data, width, height) } };
      },
      async draw({ key, truth }, scene) {
        const marked = await readMask(truth, scene.image);
        const hint = hintFor(key, marked);
        const map = salientMap(scene, hint, rank);
        return panels([
          { image: hint ? drawScene(scene, [], hint) : scene.image, caption: key },
          { image: drawScene(scene), caption: `everything: ${scene.length}` },
          { image: greyImage(map.data, map.width, map.height), caption: 'map' },
          {
            image: greyImage(
              marked.toBitmap().map((bit) => 255 * bit),
              map.width,
              map.height,
            ),
            caption: 'ground truth',
          },
        ]);
      },
    };
  },
  summarise,
  tables: (metrics, context) => [
    {
      title: 'Salient objects',
      columns: ['MAE', 'max F', 'S'],
      rows: [
        { name: rowName(context, choiceName(context.options)), values: [metrics.MAE, metrics['max F'], metrics.S] },
      ],
      note: 'The paper shows images only and gives no figures. The rules are of this project.',
    },
  ],
  quality: ({ s }) => s,
  caption: ({ key, s, mae }) => `${key}: S ${s.toFixed(2)}, MAE ${mae.toFixed(2)}`,
};

/** Images that have a map. */
function pair(
  images: ReadonlyMap<string, string>,
  maps: ReadonlyMap<string, string>,
  [folder, mapFolder]: readonly string[],
): SalientItem[] {
  const items = [...images].flatMap(([key, image]) => {
    const truth = maps.get(key);
    return truth === undefined ? [] : [{ key, image, truth }];
  });
  if (items.length > 0) return items;
  throw invalidArgument(`${mapFolder}: got no map with the name of an image in ${folder}`);
}

/** How objects were chosen, for the row's name. */
function choiceName(options: StudyOptions): string {
  const { rule, hint, hints } = studyValues(OPTIONS, options);
  if (hints !== undefined) return 'given hints';
  return hint === 'none' ? `rule ${rule}` : `hint ${hint}`;
}

/** The map of an image: what the hint chooses, else the first by rank; all black where nothing was found or chosen. */
export function salientMap(
  scene: Results,
  hint: Hint | undefined,
  { rule, top }: { readonly rule: SalienceRule; readonly top: number },
): ByteMap {
  if (!hint) return mapOf(scene.imageMasks, salienceOf(scene, rule), top, scene.image);
  const chosen = chosenBy(scene, hint).map((i) => scene.imageMasks[i]);
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

/** F of the mean precision and mean recall over images, the largest over the levels, as in benchmarks. */
function summarise(records: readonly SalientRecord[]): Metrics {
  const curves = records.flatMap(({ precision, recall }) => (precision && recall ? [{ precision, recall }] : []));
  const levels = curves.length === 0 ? [] : [...curves[0].precision.keys()];
  const fs = levels.map((level) => {
    const precision = meanOf(curves.map((curve) => curve.precision[level])) ?? 0;
    const recall = meanOf(curves.map((curve) => curve.recall[level])) ?? 0;
    return saliencyF(precision, recall);
  });
  return {
    MAE: meanOf(records.map(({ mae }) => mae)),
    'max F': fs.length === 0 ? null : Math.max(...fs),
    S: meanOf(records.map(({ s }) => s)),
  };
}
