/** `fastsam study buildings`: roofs of aerial images by tiles, as polygons, against masks where they are given. */
import { integer, number, text } from '../../options/kinds.js';
import { invalidArgument } from '../../errors.js';
import { readImage } from '../../source/readImage.js';
import { readText } from '../../platform/textFiles.js';
import type { Results } from '../../results/results.js';
import { drawScene, maskImage } from '../shared/drawing.js';
import { Mask } from '../../mask/mask.js';
import { cocoObjects } from '../../evaluate/coco/objects.js';
import { fingerprintOf } from '../shared/fingerprint.js';
import { unionOf } from '../shared/hints.js';
import { filesIn, readMask, type MaskItem } from '../shared/maskFolder.js';
import { bestIous, countPixels, FOUND_IOU, type PixelCounts } from '../shared/regionCounts.js';
import type { Metrics, Study, StudyOptions, StudyRecord } from '../study.js';
import { AUTHORS, studyValues } from '../shared/options.js';
import { rowName } from '../table.js';
import type { StudyRows } from '../study.js';
import { outlineOf, parseWorldFile, type MultiPolygon, type WorldFile } from './geojson.js';
import { checkTiles, cropImage, joinTiles, tileGrid } from './tiles.js';

interface BuildingItem extends MaskItem {
  readonly world: string | undefined;
}

interface BuildingRecord extends StudyRecord {
  readonly objects: readonly { readonly score: number; readonly area: number; readonly outline: MultiPolygon }[];
  /** Pixels of all objects and of the mask, and for each marked region the IoU of the object that fits it best. */
  readonly truth?: PixelCounts & { readonly best: readonly number[] };
}

/** Sides of tiles, areas: an image has at most 100 million pixels. */
const LARGEST = 100_000_000;
const DEFAULTS = { tile: 1024, overlap: 128, minArea: 64, tolerance: 1 };
const WORLD_FILE = /\.(pgw|jgw|tfw|wld)$/i;
const KEYS = ['IoU', 'recall of pixels', `regions with IoU >= ${FOUND_IOU}`] as const;

const PIXELS = { value: '<pixels>' };
const MOST_WORLD_BYTES = 2 ** 16;

const OPTIONS = {
  masks: text({ text: 'masks of the same names: buildings white', inIdentity: false, cli: { value: '<folder>' } }),
  tile: integer(32, LARGEST, { text: 'side of a tile', default: DEFAULTS.tile, cli: PIXELS }),
  overlap: integer(0, LARGEST, {
    text: 'that neighbouring tiles share, less than a tile',
    default: DEFAULTS.overlap,
    cli: PIXELS,
  }),
  minArea: integer(0, LARGEST, { text: 'smaller objects are left out', default: DEFAULTS.minArea, cli: PIXELS }),
  maxArea: integer(1, LARGEST, { text: 'larger objects are left out', cli: PIXELS }),
  tolerance: number(0, 1000, { text: 'that outlines may be off', default: DEFAULTS.tolerance, cli: PIXELS }),
} satisfies StudyRows;

/** The study. */
export const buildingsStudy: Study<BuildingRecord, BuildingItem> = {
  name: 'buildings',
  summary: 'Roofs in aerial images: tiles with overlap, GeoJSON, IoU and recall where masks are given.',
  help: `IMAGES is a folder of images; a world file (.pgw, .jgw, .tfw, .wld) beside one places its polygons. Writes
polygons.geojson, too. FastSAM does not know what a roof is: all objects in the range of sizes are taken.

Example:
  $ fastsam study buildings aerial --masks labels --model FastSAM-x --tile 1024 --max-area 20000`,
  arguments: [{ name: 'images', description: 'folder of the images' }],
  options: OPTIONS,
  settings: { conf: AUTHORS.conf, iou: AUTHORS.iou, maxDet: 1000, snapFullBoxes: false },
  metrics: KEYS.map((key) => ({ key, label: key, better: 'higher' })),
  async open({ args, options, files, signal }) {
    const { masks, tile, overlap, least, most, tolerance } = sizesOf(options);
    const items = await itemsIn(args[0], masks, (folder, pattern) => filesIn(folder, files, pattern));
    return {
      items,
      fingerprint: await fingerprintOf(items, signal, ({ truth, world }) => [truth, world]),
      async segment({ image: file }, model, settings, stop) {
        const image = await readImage(file, { signal: stop });
        const tiles = [];
        for (const each of tileGrid(image, tile, overlap)) {
          const scene = await model.segment(cropImage(image, each), { ...settings, ...(stop && { signal: stop }) });
          tiles.push({ tile: each, scene });
        }
        return joinTiles(image, tiles).filter(({ area }) => area >= least && area <= most);
      },
      async measure({ key, truth, world }, scene) {
        const placed = world === undefined ? undefined : await readWorld(world);
        const objects = scene.imageMasks.map((mask, i) => ({
          score: scene.scores[i],
          area: mask.area,
          outline: outlineOf(mask, tolerance, placed),
        }));
        return { key, objects, ...(truth !== undefined && { truth: await compare(scene, truth) }) };
      },
      draw: (_, scene) => drawScene(scene),
      predict(_, scene, imageId) {
        const { width, height } = scene.image;
        const all = unionOf(scene, [...scene.scores.keys()]) ?? Mask.empty(width, height);
        return { objects: cocoObjects(scene, imageId), images: { masks: maskImage(all) } };
      },
      files: (records) => [{ name: 'polygons.geojson', bytes: new TextEncoder().encode(featuresOf(records)) }],
    };
  },
  summarise,
  tables: (metrics, context) => [
    {
      title: 'Buildings',
      columns: [...KEYS],
      rows: [{ name: rowName(context), values: KEYS.map((key) => metrics[key]) }],
      note: 'The paper shows images only and gives no figures. Without --masks nothing is compared.',
    },
  ],
  quality: ({ truth }) => (truth && truth.union > 0 ? truth.shared / truth.union : null),
};

/** @throws FastSAMError `INVALID_ARGUMENT` for sizes that exclude each other. */
function sizesOf(options: StudyOptions) {
  const { minArea: least, maxArea: most = Infinity, ...others } = studyValues(OPTIONS, options);
  checkTiles(others.tile, others.overlap);
  if (least > most) throw invalidArgument(`--max-area: got ${most}, expected at least --min-area ${least}`);
  return { least, most, ...others };
}

async function itemsIn(
  folder: string,
  maskFolder: string | undefined,
  list: (folder: string, pattern?: RegExp) => Promise<ReadonlyMap<string, string>>,
): Promise<BuildingItem[]> {
  const images = await list(folder);
  if (images.size === 0) throw invalidArgument(`${folder}: got no images, expected some`);
  const worlds = await list(folder, WORLD_FILE);
  const masks = maskFolder === undefined ? undefined : await list(maskFolder);
  if (masks && ![...images.keys()].some((key) => masks.has(key))) {
    throw invalidArgument(`${maskFolder}: got no mask with the name of an image in ${folder}`);
  }
  return [...images].map(([key, image]) => ({ key, image, truth: masks?.get(key), world: worlds.get(key) }));
}

async function readWorld(path: string): Promise<WorldFile> {
  return parseWorldFile(await readText(path, MOST_WORLD_BYTES), path);
}

async function compare(scene: Results, path: string): Promise<BuildingRecord['truth']> {
  const truth = await readMask(path, scene.image);
  const all = unionOf(scene, [...scene.scores.keys()]);
  return { ...countPixels(all, truth), best: bestIous(scene, truth) };
}

function featuresOf(records: readonly BuildingRecord[]): string {
  const features = records.flatMap(({ key, objects }) =>
    objects.map(({ score, area, outline }) => ({
      type: 'Feature',
      properties: { image: key, score, pixels: area },
      geometry: outline,
    })),
  );
  return `${JSON.stringify({ type: 'FeatureCollection', features })}\n`;
}

/** Pixels are summed over images, as is usual for aerial data. */
function summarise(records: readonly BuildingRecord[]): Metrics {
  const truths = records.flatMap(({ truth }) => truth ?? []);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const quotient = (a: number, b: number) => (b === 0 ? null : a / b);
  const shared = sum(truths.map((each) => each.shared));
  const best = truths.flatMap((each) => each.best);
  return {
    [KEYS[0]]: quotient(shared, sum(truths.map((each) => each.union))),
    [KEYS[1]]: quotient(shared, sum(truths.map((each) => each.marked))),
    [KEYS[2]]: quotient(best.filter((value) => value >= FOUND_IOU).length, best.length),
  };
}
