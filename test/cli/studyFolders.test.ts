import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { fastsam, fastsamHere } from '../support/cli.js';
import { scene } from '../support/paths.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const folder = temporaryFolder();
const mvtec = join(folder, 'bottle');
const hints = join(folder, 'hints.json');
/** The images are the first 64 x 48 pixels of an example. */
const [width, height] = [64, 48];
const DEVICE = ['--device', 'wasm', '--imgsz', '64', '--conf', '0.01'];

async function writeMask(path: string, box: readonly [number, number, number, number]): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const [x1, y1, x2, y2] = box;
  const pixels = Uint8Array.from({ length: width * height }, (_, p) => {
    const [x, y] = [p % width, Math.floor(p / width)];
    return x >= x1 && x < x2 && y >= y1 && y < y2 ? 255 : 0;
  });
  writeFileSync(
    path,
    await sharp(pixels, { raw: { width, height, channels: 1 } })
      .png()
      .toBuffer(),
  );
}

beforeAll(async () => {
  const image = await sharp(scene('coins.png')).extract({ left: 0, top: 0, width, height }).png().toBuffer();
  for (const name of ['test/broken/000', 'test/broken/001', 'test/good/000', 'train/good/000']) {
    mkdirSync(dirname(join(mvtec, name)), { recursive: true });
    writeFileSync(join(mvtec, `${name}.png`), image);
  }
  for (const name of ['000', '001'])
    await writeMask(join(mvtec, `ground_truth/broken/${name}_mask.png`), [8, 8, 40, 40]);
  writeFileSync(hints, JSON.stringify({ 'test/broken/000.png': { boxes: [[8, 8, 40, 40]], points: [[20, 20]] } }));
});

const anomaly = (...more: string[]) => ['study', 'anomaly', mvtec, ...DEVICE, ...more];

interface Summary {
  readonly images: number;
  readonly metrics: Record<string, number | null>;
}

describe("fastsam study anomaly on MVTec's layout", () => {
  const out = join(folder, 'anomaly');

  test('makes hints of the masks, writes figures, a sheet and an image of each item', async () => {
    const images = join(folder, 'not', 'there', 'yet');
    const run = await fastsam(anomaly('--out', out, '--images', images, '--json'));
    expect([run.code, run.stderr]).toEqual([0, `3 images -> ${out}\n`]);
    const { metrics } = JSON.parse(run.stdout) as Summary;
    for (const name of ['bestIou', 'boxIou', 'boxRecall', 'pointIou', 'pointRecall']) {
      expect(metrics[name], name).toBeGreaterThanOrEqual(0);
      expect(metrics[name], name).toBeLessThanOrEqual(1);
    }
    expect(existsSync(join(out, 'cases.png'))).toBe(true);
    const panels = async (name: string) => (await sharp(join(images, `${name}.png`)).metadata()).width;
    // Image, everything, box, point, ground truth; a good one has the first two only.
    expect([await panels('test/broken/000'), await panels('test/good/000')]).toEqual([5 * 248 + 8, 2 * 248 + 8]);
  });

  test('takes given hints, images without one count in no figure of hints', async () => {
    const given = join(folder, 'given');
    const run = await fastsam(anomaly('--out', given, '--hints', hints, '--cases', '0', '--json'));
    expect(run.code).toBe(0);
    const records = readFileSync(join(given, 'records.jsonl'), 'utf8').trimEnd().split('\n').slice(1);
    const regions = records.map((line) => Object.keys((JSON.parse(line) as { regions?: object }).regions ?? {}));
    expect(regions).toEqual([['best', 'box', 'point'], ['best'], []]);
    writeFileSync(hints, JSON.stringify({ 'test/broken/000': { boxes: [[8, 8, 40, 41]] } }));
    const changed = await fastsam(anomaly('--out', given, '--hints', hints, '--resume'));
    expect([changed.code, changed.stderr]).toEqual([2, expect.stringContaining('got records of another run: inputs')]);
  });

  test('notices masks that were changed', async () => {
    await writeMask(join(mvtec, 'ground_truth/broken/001_mask.png'), [0, 0, 20, 20]);
    const run = await fastsam(anomaly('--out', out, '--resume'));
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('got records of another run: data')]);
  });
});

describe('what is refused before a model is loaded', () => {
  const salient = ['study', 'salient', join(mvtec, 'test/broken'), join(mvtec, 'test/broken')];
  test.each([
    [['--tile', '0'], /--tile.*from 32 to/],
    [['--tile', '64', '--overlap', '64'], /overlap: got 64, expected 0 up to less than the tile's 64/],
    [['--overlap', '-1'], /--overlap.*from 0 to/],
    [['--min-area', '9', '--max-area', '3'], /--max-area: got 3, expected at least --min-area 9/],
    [['--tolerance', ''], /--tolerance.*from 0 to/],
    [['--masks', join(mvtec, 'train')], /got no mask with the name of an image/],
  ])('buildings %j', async (options, message) => {
    const run = await fastsamHere(['study', 'buildings', join(mvtec, 'test/broken'), ...options], folder);
    expect([run.code, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toMatch(message);
  });

  test.each([
    [['--top', '0'], /--top.*from 1 to/],
    [['--hint', 'box', '--hints', hints], /--hint box: got --hints as well/],
    [['--hints', hints], /got a hint for "test\/broken\/000".*expected the name of an image, as "000"/],
    [['--hints', join(mvtec, 'test/broken/000.png')], /000\.png: got no JSON/],
  ])('salient %j', async (options, message) => {
    const run = await fastsamHere([...salient, ...options], folder);
    expect([run.code, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toMatch(message);
  });

  test('two files of one name', async () => {
    copyFileSync(join(mvtec, 'train/good/000.png'), join(mvtec, 'train/good/000.bmp'));
    const run = await fastsamHere(['study', 'buildings', join(mvtec, 'train')], folder);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('two files "good/000" with different endings')]);
  });
});

describe("LVIS's form", () => {
  test('names images by coco_url, has no iscrowd, and names categories that were looked for', async () => {
    const folderOfImages = join(folder, 'coco');
    mkdirSync(join(folderOfImages, 'val2017'), { recursive: true });
    copyFileSync(join(mvtec, 'test/good/000.png'), join(folderOfImages, 'val2017/000000000007.png'));
    const data = {
      info: { version: 'v1' },
      licenses: [],
      images: [
        {
          id: 7,
          width,
          height,
          coco_url: 'http://images.cocodataset.org/val2017/000000000007.png',
          flickr_url: '',
          license: 1,
          date_captured: '',
          neg_category_ids: [4],
          not_exhaustive_category_ids: [2],
        },
      ],
      annotations: [
        {
          id: 1,
          image_id: 7,
          category_id: 2,
          area: 1024,
          bbox: [8, 8, 32, 32],
          segmentation: [[8, 8, 40, 8, 40, 40, 8, 40]],
        },
      ],
      categories: [
        {
          id: 2,
          name: 'coin',
          synset: 'coin.n.01',
          synonyms: ['coin'],
          def: '',
          frequency: 'c',
          image_count: 1,
          instance_count: 1,
        },
      ],
    };
    const annotations = join(folder, 'lvis.json');
    writeFileSync(annotations, JSON.stringify(data));
    const run = await fastsam([
      'study',
      'proposals',
      annotations,
      folderOfImages,
      ...DEVICE,
      '--out',
      join(folder, 'lvis'),
      '--json',
    ]);
    expect(run.code).toBe(0);
    const { images, metrics } = JSON.parse(run.stdout) as Summary;
    expect(images).toBe(1);
    // One object of 1024 pixels: medium, as 32 x 32 and more is.
    expect(metrics['boxes AR@1000 medium']).toBe(metrics['boxes AR@1000 all']);
    expect(metrics['masks AR@1000 all']).toBeGreaterThanOrEqual(0);
    expect(metrics['boxes AR@1000 large']).toBeNull();
  });
});
