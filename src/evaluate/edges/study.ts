/** `fastsam study edges`: boundaries from masks against what people drew (FastSAM paper, zero-shot edge detection). */
import type { RgbImage } from '../../image/rgbImage.js';
import { platform } from '../../platform/platform.js';
import { FastSAMError } from '../../errors.js';
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
import { benchmarkEdges, bestLevel, pointAt, scoreEdges, type EdgeCounts, type HumanMap } from './benchmark.js';
import { edgeMapOf, type EdgeRegion } from './edgeMap.js';
import { readHumanMaps } from './groundTruth.js';

/** A picture with the path of its human maps. */
interface EdgeItem extends StudyItem {
  readonly picture: string;
  readonly truth: string;
}

/** See `EdgeCounts`. */
interface EdgeRecord extends StudyRecord, EdgeCounts {
  readonly objects: number;
}

const REGIONS: readonly EdgeRegion[] = ['box', 'picture'];

/** The README of CASIA's repository, table "BSDS500 edge detection". */
const PAPER: StudyTable['rows'] = [
  { name: 'FastSAM-x (paper)', values: [0.75, 0.79, 0.793, 0.903] },
  { name: 'SAM (paper)', values: [0.768, 0.786, 0.794, 0.928] },
  { name: 'HED, trained on BSDS (paper)', values: [0.788, 0.808, 0.84, 0.923] },
];

/** The study. */
export const edgesStudy: Study<EdgeRecord, EdgeItem> = {
  name: 'edges',
  summary: "Boundaries of all masks against people's on BSDS500: ODS, OIS, AP, R50.",
  help: `DATA holds groundTruth/ with .mat files and images/ with pictures of the same names, both with or without
the folders train, val and test; the paper's figures are of the 200 pictures of test.

Example:
  $ fastsam study edges BSDS500/data --split test --model FastSAM-x`,
  arguments: [{ name: 'data', description: 'folder of BSDS500: images/ and groundTruth/' }],
  options: [
    { flags: '--split <name>', description: 'only this folder below images and groundTruth: train, val, test' },
    {
      flags: '--region <which>',
      description: 'where gradients of a mask count: in its box and two pixels around, or in the whole picture',
      choices: REGIONS,
      default: 'box',
    },
  ],
  settings: { conf: 0.1, iou: 0.9, maxDet: 300, snapFullBoxes: false },
  metrics: [
    { key: 'ODS', label: 'ODS', better: 'higher' },
    { key: 'OIS', label: 'OIS', better: 'higher' },
    { key: 'AP', label: 'AP', better: 'higher' },
    { key: 'R50', label: 'R50', better: 'higher' },
  ],
  open,
  summarise,
  tables,
  quality: (record) => pointAt(record, bestLevel(record)).f,
  caption: (record) => `${record.key}: F ${pointAt(record, bestLevel(record)).f.toFixed(3)}`,
};

async function open({ args, options, files }: StudyRequest): Promise<OpenedStudy<EdgeRecord, EdgeItem>> {
  const here = platform();
  const [data] = args;
  const split = typeof options.split === 'string' ? `${options.split}/` : '';
  const region = REGIONS.find((each) => each === options.region) ?? 'box';
  const images = here.joinPath(data, 'images');
  const truths = here.joinPath(data, 'groundTruth');
  const pictures = new Map(
    (await files.list(images)).filter((name) => /\.(jpe?g|png)$/i.test(name)).map((name) => [stemOf(name), name]),
  );
  const items = (await files.list(truths)).flatMap((name) => {
    const key = stemOf(name);
    const picture = pictures.get(key);
    if (!name.endsWith('.mat') || !name.startsWith(split) || picture === undefined) return [];
    return [{ key, picture: here.joinPath(images, picture), truth: here.joinPath(truths, name) }];
  });
  if (items.length === 0) {
    throw new FastSAMError(
      'INVALID_ARGUMENT',
      `${data}: got no picture with human maps, expected images/${split}NAME.jpg and groundTruth/${split}NAME.mat`,
    );
  }
  const humansOf = async ({ truth }: EdgeItem) => readHumanMaps(await here.readFile(truth), truth);
  return {
    items,
    fingerprint: '',
    async measure(item, scene) {
      const counts = benchmarkEdges(edgeMapOf(scene, region), await humansOf(item));
      return { key: item.key, objects: scene.length, ...counts };
    },
    async draw(item, scene) {
      return sideBySide([
        scene.image,
        drawMap(edgeMapOf(scene, region), scene.image.width, scene.image.height),
        drawHumans(await humansOf(item)),
      ]);
    },
  };
}

function stemOf(name: string): string {
  return name.replace(/\.[^./]+$/, '');
}

function summarise(records: readonly EdgeRecord[]): Metrics {
  if (records.length === 0) return { ODS: null, OIS: null, AP: null, R50: null };
  const { ods, ois, ap, r50 } = scoreEdges(records);
  return { ODS: ods.f, OIS: ois.f, AP: ap, R50: r50 };
}

function tables({ ODS, OIS, AP, R50 }: Metrics, { model, pictures }: TableContext): StudyTable[] {
  return [
    {
      title: 'Edges against people on BSDS500',
      columns: ['ODS', 'OIS', 'AP', 'R50'],
      rows: [{ name: `${model}, ${pictures} pictures`, values: [ODS, OIS, AP, R50] }, ...PAPER],
      note: "The paper's rows are of the 200 test pictures, FastSAM-x at 1024 pixels (README of CASIA-IVA-Lab/FastSAM).",
    },
  ];
}

/** Strength as darkness. */
function drawMap(map: ArrayLike<number>, width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let p = 0; p < width * height; p++) data.fill(Math.round(255 * (1 - map[p])), 3 * p, 3 * p + 3);
  return { data, width, height };
}

/** The share of people that drew an edge at a pixel. */
function drawHumans(humans: readonly HumanMap[]): RgbImage {
  const { width, height } = humans[0];
  const share = new Float32Array(width * height);
  for (const { data } of humans) for (let p = 0; p < share.length; p++) share[p] += data[p] / humans.length;
  return drawMap(share, width, height);
}

/** Pictures of equal height from left to right. */
function sideBySide(pictures: readonly RgbImage[]): RgbImage {
  const width = pictures.reduce((sum, picture) => sum + picture.width, 0);
  const height = Math.max(...pictures.map((picture) => picture.height));
  const data = new Uint8Array(width * height * 3).fill(255);
  let left = 0;
  for (const picture of pictures) {
    for (let y = 0; y < picture.height; y++) {
      const row = picture.data.subarray(3 * y * picture.width, 3 * (y + 1) * picture.width);
      data.set(row, 3 * (y * width + left));
    }
    left += picture.width;
  }
  return { data, width, height };
}
