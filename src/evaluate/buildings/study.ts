/** `fastsam study buildings`: roofs of aerial pictures by tiles, as polygons, against masks where they are given. */
import { FastSAMError } from '../../errors.js';
import { drawObjects } from '../../image/draw/drawObjects.js';
import { readImage } from '../../image/read.js';
import type { RgbImage } from '../../image/rgbImage.js';
import { connectedComponents } from '../../mask/regions.js';
import { intersectionArea, iou } from '../../mask/setOps.js';
import { platform } from '../../platform/platform.js';
import type { Results } from '../../results/results.js';
import { unionOf } from '../study/hints.js';
import { picturesIn, readMask } from '../study/maskFolder.js';
import type { Metrics, OpenedStudy, Study, StudyItem, StudyRecord, StudyRequest, StudyTable } from '../study/study.js';
import { outlineOf, parseWorldFile, type MultiPolygon, type WorldFile } from './geojson.js';
import { cropImage, joinTiles, tilesOf } from './tiles.js';

interface BuildingItem extends StudyItem {
  readonly picture: string;
  readonly truth: string | undefined;
  readonly world: string | undefined;
}

interface BuildingRecord extends StudyRecord {
  readonly objects: readonly { readonly score: number; readonly area: number; readonly outline: MultiPolygon }[];
  /** Pixels of all objects and of the mask, and for each marked region the IoU of the object that fits it best. */
  readonly truth?: {
    readonly shared: number;
    readonly union: number;
    readonly marked: number;
    readonly best: number[];
  };
}

const FOUND_IOU = 0.5;
const KEYS = ['IoU', 'recall of pixels', `regions with IoU >= ${FOUND_IOU}`] as const;

/** The study. */
export const buildingsStudy: Study<BuildingRecord, BuildingItem> = {
  name: 'buildings',
  summary: 'Roofs in aerial pictures: tiles with overlap, GeoJSON, IoU and recall where masks are given.',
  help: `IMAGES is a folder of pictures; a world file (.pgw, .jgw, .tfw, .wld) beside one places its polygons. Writes
polygons.geojson, too. FastSAM does not know what a roof is: all objects of the sizes asked for are taken.

Example:
  $ fastsam study buildings aerial --masks labels --model FastSAM-x --tile 1024 --max-area 20000`,
  arguments: [{ name: 'images', description: 'folder of the pictures' }],
  options: [
    { flags: '--pictures <folder>', description: 'existing folder; every picture with its objects', cosmetic: true },
    { flags: '--masks <folder>', description: 'masks of the same names: buildings white' },
    { flags: '--tile <pixels>', description: 'side of a tile', parse: parseCount, default: 1024 },
    { flags: '--overlap <pixels>', description: 'that neighbouring tiles share', parse: parseCount, default: 128 },
    { flags: '--min-area <pixels>', description: 'smaller objects are left out', parse: parseCount, default: 64 },
    { flags: '--max-area <pixels>', description: 'larger objects are left out', parse: parseCount },
    { flags: '--tolerance <pixels>', description: 'that outlines may be off', parse: parseCount, default: 1 },
  ],
  settings: { conf: 0.4, iou: 0.9, maxDet: 1000, snapFullBoxes: false },
  metrics: KEYS.map((key) => ({ key, label: key, better: 'higher' })),
  open,
  summarise,
  tables: (metrics, { model, pictures }): StudyTable[] => [
    {
      title: 'Buildings',
      columns: [...KEYS],
      rows: [{ name: `${model}, ${pictures} pictures`, values: KEYS.map((key) => metrics[key]) }],
      note: 'The paper shows pictures only and gives no figures. Without --masks nothing is compared.',
    },
  ],
  quality: ({ truth }) => (truth && truth.union > 0 ? truth.shared / truth.union : null),
};

function parseCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error('Expected a whole number from 0 on.');
  return value;
}

async function open({ args, options, files }: StudyRequest): Promise<OpenedStudy<BuildingRecord, BuildingItem>> {
  const pictures = await picturesIn(args[0], files);
  if (pictures.size === 0) throw new FastSAMError('INVALID_ARGUMENT', `${args[0]}: got no pictures, expected some`);
  const masks = typeof options.masks === 'string' ? await picturesIn(options.masks, files) : undefined;
  const worlds = new Map(
    (await files.list(args[0]))
      .filter((name) => /\.(pgw|jgw|tfw|wld)$/i.test(name))
      .map((name) => [name.replace(/\.[^./]+$/, ''), platform().joinPath(args[0], name)]),
  );
  const number = (name: string, fallback: number) => (typeof options[name] === 'number' ? options[name] : fallback);
  const [tile, overlap, tolerance] = [number('tile', 1024), number('overlap', 128), number('tolerance', 1)];
  const [least, most] = [number('minArea', 64), number('maxArea', Infinity)];
  return {
    items: [...pictures].map(([key, picture]) => ({ key, picture, truth: masks?.get(key), world: worlds.get(key) })),
    fingerprint: '',
    async segment({ picture }, model, settings, signal) {
      const image = await readImage(picture, { signal });
      const tiles = [];
      for (const each of tilesOf(image, tile, overlap)) {
        tiles.push({
          tile: each,
          scene: await model.segment(cropImage(image, each), { ...settings, ...(signal && { signal }) }),
        });
      }
      return joinTiles(image, tiles).filter(({ area }) => area >= least && area <= most);
    },
    async measure({ key, truth, world }, scene) {
      if (typeof options.pictures === 'string') await writePicture(options.pictures, key, scene);
      const placed = world === undefined ? undefined : await readWorld(world);
      const objects = scene.imageMasks.map((mask, i) => ({
        score: scene.scores[i],
        area: mask.area,
        outline: outlineOf(mask, tolerance, placed),
      }));
      return { key, objects, ...(truth !== undefined && { truth: await compare(scene, truth) }) };
    },
    draw: (_, scene) => drawScene(scene),
    files: (records) => [{ name: 'polygons.geojson', bytes: new TextEncoder().encode(featuresOf(records)) }],
  };
}

function drawScene(scene: Results): RgbImage {
  return drawObjects(
    scene.image,
    scene.map(({ id, box }, i) => ({ id, mask: scene.imageMasks[i], box, label: '' })),
  );
}

async function writePicture(folder: string, key: string, scene: Results): Promise<void> {
  const { data, width, height } = drawScene(scene);
  const path = platform().joinPath(folder, `${key.replaceAll('/', '_')}.png`);
  await platform().writeFileAtomic(path, await platform().encodePng(data, width, height));
}

async function readWorld(path: string): Promise<WorldFile> {
  return parseWorldFile(new TextDecoder().decode(await platform().readFile(path)), path);
}

async function compare(scene: Results, path: string): Promise<BuildingRecord['truth']> {
  const truth = await readMask(path, scene.image);
  const all = unionOf(scene, [...scene.scores.keys()]);
  const shared = all ? intersectionArea(all, truth) : 0;
  const best = connectedComponents(truth).map((region) =>
    Math.max(0, ...scene.imageMasks.map((mask) => iou(mask, region))),
  );
  return { shared, union: (all?.area ?? 0) + truth.area - shared, marked: truth.area, best };
}

function featuresOf(records: readonly BuildingRecord[]): string {
  const features = records.flatMap(({ key, objects }) =>
    objects.map(({ score, area, outline }) => ({
      type: 'Feature',
      properties: { picture: key, score, pixels: area },
      geometry: outline,
    })),
  );
  return `${JSON.stringify({ type: 'FeatureCollection', features })}\n`;
}

/** Pixels are summed over pictures, as is usual for aerial data. */
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
