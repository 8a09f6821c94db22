/** `fastsam study edges`: boundaries from masks against what people drew (FastSAM paper, zero-shot edge detection). */
import { MAX_DET } from '../../options/limits.js';
import { oneOf, text } from '../../options/kinds.js';
import type { RgbImage } from '../../image/rgbImage.js';
import { platform } from '../../platform/platform.js';
import { readBounded } from '../../platform/textFiles.js';
import { invalidArgument } from '../../errors.js';
import { greyImage, panels } from '../shared/drawing.js';
import { fingerprintOf } from '../shared/fingerprint.js';
import { filesIn, type MaskItem } from '../shared/maskFolder.js';
import { studyValues } from '../shared/options.js';
import { rowName } from '../table.js';
import type { Metrics, Study, StudyRecord, StudyTable } from '../study.js';
import {
  benchmarkEdges,
  bestLevel,
  pointAt,
  scoreEdges,
  type EdgeCounts,
  type HumanMap,
} from '../../evaluate/edges/benchmark.js';
import type { StudyRows } from '../study.js';
import { edgeMapOf, type EdgeRegion } from './edgeMap.js';
import { readHumanMaps } from './groundTruth.js';

/** An image with the path of its human maps. */
interface EdgeItem extends MaskItem {
  readonly truth: string;
}

/** See `EdgeCounts`. */
interface EdgeRecord extends StudyRecord, EdgeCounts {
  readonly objects: number;
}

const REGIONS: readonly EdgeRegion[] = ['box', 'image'];

/** The README of CASIA's repository, table "BSDS500 edge detection". */
const PAPER: StudyTable['rows'] = [
  { name: 'FastSAM-x (paper)', values: [0.75, 0.79, 0.793, 0.903] },
  { name: 'SAM (paper)', values: [0.768, 0.786, 0.794, 0.928] },
  { name: 'HED, trained on BSDS (paper)', values: [0.788, 0.808, 0.84, 0.923] },
];

const MOST_MAT_BYTES = 64 * 2 ** 20;

const OPTIONS = {
  split: text({
    text: 'only this folder below images and groundTruth: train, val, test',
    cli: { value: '<name>' },
  }),
  region: oneOf(REGIONS, {
    text: 'where gradients of a mask count: in its box and two pixels around, or in the whole image',
    default: 'box',
    cli: { value: '<which>' },
  }),
} satisfies StudyRows;

/** The study. */
export const edgesStudy: Study<EdgeRecord, EdgeItem> = {
  name: 'edges',
  summary: "Boundaries of all masks against people's on BSDS500: ODS, OIS, AP, R50.",
  help: `DATA holds groundTruth/ with .mat files and images/ with images of the same names, both with or without
the folders train, val and test; the paper's figures are of the 200 images of test.

Example:
  $ fastsam study edges BSDS500/data --split test --model FastSAM-x`,
  arguments: [{ name: 'data', description: 'folder of BSDS500: images/ and groundTruth/' }],
  options: OPTIONS,
  settings: { conf: 0.1, iou: 0.9, maxDet: MAX_DET.default, snapFullBoxes: false },
  metrics: [
    { key: 'ODS', label: 'ODS', better: 'higher' },
    { key: 'OIS', label: 'OIS', better: 'higher' },
    { key: 'AP', label: 'AP', better: 'higher' },
    { key: 'R50', label: 'R50', better: 'higher' },
  ],
  async open({ args, options, files, signal }) {
    const [data] = args;
    const { split, region } = studyValues(OPTIONS, options);
    const prefix = split === undefined ? '' : `${split}/`;
    const images = await filesIn(platform().joinPath(data, 'images'), files);
    const truths = await filesIn(platform().joinPath(data, 'groundTruth'), files, /\.mat$/);
    const items = [...truths].flatMap(([key, truth]): EdgeItem[] => {
      const image = images.get(key);
      return image === undefined || !key.startsWith(prefix) ? [] : [{ key, image, truth }];
    });
    if (items.length === 0) {
      throw invalidArgument(
        `${data}: got no image with human maps, expected images/${prefix}NAME.jpg and groundTruth/${prefix}NAME.mat`,
      );
    }
    const humansOf = async ({ truth }: EdgeItem) => readHumanMaps(await readBounded(truth, MOST_MAT_BYTES), truth);
    return {
      items,
      fingerprint: await fingerprintOf(items, signal),
      async measure(item, scene) {
        const counts = benchmarkEdges(edgeMapOf(scene, region), await humansOf(item));
        return { key: item.key, objects: scene.length, ...counts };
      },
      predict(_, scene) {
        const { width, height } = scene.image;
        const strength = edgeMapOf(scene, region).map((value) => Math.round(255 * value));
        return { images: { edges: greyImage(strength, width, height) } };
      },
      async draw(item, scene) {
        const { width, height } = scene.image;
        return panels([
          { image: scene.image, caption: item.key },
          { image: darkOnWhite(edgeMapOf(scene, region), width, height), caption: 'edges of masks' },
          { image: drawHumans(await humansOf(item)), caption: 'share of people' },
        ]);
      },
    };
  },
  summarise,
  tables({ ODS, OIS, AP, R50 }, context) {
    return [
      {
        title: 'Edges against people on BSDS500',
        columns: ['ODS', 'OIS', 'AP', 'R50'],
        rows: [{ name: rowName(context), values: [ODS, OIS, AP, R50] }, ...PAPER],
        note: "The paper's rows are of the 200 test images, FastSAM-x at 1024 pixels (README of CASIA-IVA-Lab/FastSAM).",
      },
    ];
  },
  quality: (record) => pointAt(record, bestLevel(record)).f,
  caption: (record) => `${record.key}: F ${pointAt(record, bestLevel(record)).f.toFixed(3)}`,
};

function summarise(records: readonly EdgeRecord[]): Metrics {
  if (records.length === 0) return { ODS: null, OIS: null, AP: null, R50: null };
  const { ods, ois, ap, r50 } = scoreEdges(records);
  return { ODS: ods.f, OIS: ois.f, AP: ap, R50: r50 };
}

/** Strength 0 … 1 as darkness. */
function darkOnWhite(map: Float32Array, width: number, height: number): RgbImage {
  return greyImage(
    map.map((value) => Math.round(255 * (1 - value))),
    width,
    height,
  );
}

/** The share of people that drew an edge at a pixel. */
function drawHumans(humans: readonly HumanMap[]): RgbImage {
  const { width, height } = humans[0];
  const share = new Float32Array(width * height);
  for (const { data } of humans) for (let p = 0; p < share.length; p++) share[p] += data[p] / humans.length;
  return darkOnWhite(share, width, height);
}
