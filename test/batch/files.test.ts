/** The files of a batch beside those of pycocotools and torch (tools/golden/batch.py). */
import { expect, test } from 'vitest';
import { coco } from '../../src/formats/coco.js';
import type { RunPart } from '../../src/formats/format.js';
import { resultsToSa1b, type Sa1bAnnotation, type Sa1bFile } from '../../src/formats/sa1b.js';
import { mergeCoco, usePlatform, type CocoFile } from '../../src/index.js';
import { decodeRle } from '../../src/mask/rle.js';
import { Mask } from '../../src/mask/mask.js';
import { nodePlatform } from '../../src/platform/node.js';
import { goldenCases, goldenResults, resultsOf } from '../support/results.js';
import { readGolden } from '../support/golden.js';

usePlatform(nodePlatform);

const golden = readGolden<{
  readonly merged: CocoFile;
  readonly sa1b: { readonly image: Sa1bFile['image']; readonly annotations: readonly Partial<Sa1bAnnotation>[] };
}>('batch/files.json.gz');

async function merge(parts: ReadonlyMap<string, CocoFile>): Promise<CocoFile> {
  const shares = [...parts].map(([name, file]): RunPart => {
    const [{ width, height }] = file.images;
    return { name, width, height, read: () => Promise.resolve(new TextEncoder().encode(JSON.stringify(file))) };
  });
  const texts = ['', ''];
  for await (const piece of coco.merge(shares, { compact: false })) texts[0] += piece;
  for await (const piece of coco.merge(shares, { compact: true })) texts[1] += piece;
  expect(JSON.parse(texts[1])).toEqual(JSON.parse(texts[0]));
  expect(texts[1].split('\n')).toHaveLength(2);
  return JSON.parse(texts[0]) as CocoFile;
}

test('the merged COCO file is what pycocotools read back', async () => {
  const parts = goldenCases().map(
    (each) => [each.name, mergeCoco([goldenResults(each)], { names: [each.name] })] as const,
  );
  const { images, annotations, categories } = await merge(new Map(parts.sort(([a], [b]) => (a < b ? -1 : 1))));
  const { merged } = golden;
  expect([images, categories]).toEqual([merged.images, merged.categories]);
  expect(annotations).toHaveLength(merged.annotations.length);
  for (const [i, { bbox, score, ...rest }] of annotations.entries()) {
    const { bbox: box, score: confidence, ...others } = merged.annotations[i];
    expect(rest).toEqual(others);
    expect(bbox).toBeAllclose(box, { atol: 0.005 });
    expect(score).toBeCloseTo(confidence, 5);
  }
});

test('images without objects, and none at all', async () => {
  const empty = mergeCoco([resultsOf([])], { names: ['a'] });
  expect(await merge(new Map([['a', empty]]))).toEqual({
    images: [{ id: 1, file_name: 'a', width: 4, height: 4 }],
    annotations: [],
    categories: [{ id: 1, name: 'object' }],
  });
  expect(await merge(new Map())).toEqual({ images: [], annotations: [], categories: [] });
});

test('SA-1B: fields, masks, boxes, stability', async () => {
  const { prototypes, coefficients, boxes } = readGolden<{
    stability: Record<string, number[]> & { boxes: number[][] };
  }>('studies/quality.json').stability;
  const { image, annotations } = golden.sa1b;
  const masks = boxes.map((_, i) => {
    const rle = annotations.find(({ id }) => id === i + 1)?.segmentation;
    return rle ? decodeRle(rle) : Mask.fromBitmap(new Uint8Array(64 * 64), 64, 64);
  });
  const scene = resultsOf(masks, {
    boxes: Float32Array.from(boxes.flat()),
    scores: Float32Array.from(masks, (_, i) => 1 / (i + 2)),
    letterbox: {
      ...{ imageWidth: 64, imageHeight: 64, netWidth: 64, netHeight: 64, width: 64, height: 64 },
      ...{ top: 0, bottom: 0, left: 0, right: 0 },
    },
    maskInputs: {
      ...{ prototypes: Float32Array.from(prototypes), coefficients: Float32Array.from(coefficients) },
      ...{ width: 16, height: 16 },
    },
  });
  const file = await resultsToSa1b(scene, 'scene.png');
  expect(file.image).toEqual(image);
  expect(file.annotations).toHaveLength(annotations.length);
  for (const [i, { point_coords, predicted_iou, stability_score, ...rest }] of file.annotations.entries()) {
    const { predicted_iou: iou, stability_score: stability, ...others } = annotations[i];
    expect(rest).toEqual(others);
    expect(predicted_iou).toBeCloseTo(iou ?? NaN, 5);
    expect(stability_score).toBeCloseTo(stability ?? NaN, 4);
    const [[x, y]] = point_coords;
    expect(masks[rest.id - 1].has(Math.floor(x), Math.floor(y))).toBe(true);
  }
  const empty = resultsOf(
    masks.slice(0, 1).map(() => Mask.fromBitmap(new Uint8Array(64 * 64), 64, 64)),
    {
      letterbox: scene.letterbox,
      maskInputs: {
        ...{ prototypes: new Float32Array(1024), coefficients: new Float32Array(4) },
        ...{ width: 16, height: 16 },
      },
    },
  );
  expect((await resultsToSa1b(empty, 'x')).annotations).toEqual([]);
});
