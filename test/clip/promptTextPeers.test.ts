/** Text prompts of both peers, against tools/golden/textPrompts.py: ten images, seeded random weights. */
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Clip } from '../../src/clip/clip.js';
import { letterboxGeometry } from '../../src/image/letterbox.js';
import { readImage } from '../../src/source/readImage.js';
import type { RgbImage } from '../../src/image/rgbImage.js';
import { decodeRle } from '../../src/mask/rle.js';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import type { Compat } from '../../src/compat/reference.js';
import type { Results } from '../../src/results/results.js';
import { resultsOf } from '../support/results.js';
import { seededClip, seededImage } from '../support/seededClip.js';
import { readGolden } from '../support/golden.js';
import { scene } from '../support/paths.js';

usePlatform(nodePlatform);

interface Case {
  readonly example?: string;
  readonly size: [number, number];
  readonly seed?: number;
  /** Size of the masks where they lie on the network's grid. */
  readonly grid?: [number, number];
  readonly masks: string[];
  readonly boxes: number[][];
  readonly texts: string[];
  /** For each text the cosines of the objects looked at; the places chosen for all texts together. */
  readonly ultralytics: { readonly cosines: number[][]; readonly chosen: number[] };
  /** For each text that is not too long. */
  readonly casia: { readonly shares: number[]; readonly chosen: number }[];
}

const CASES = readGolden<readonly Case[]>('textPrompts/cases.json');

function makeImage({ example, size, seed = 0 }: Case): Promise<RgbImage> {
  if (example === undefined) return Promise.resolve(seededImage(...size, seed));
  return readImage(scene(example));
}

async function sceneOf(golden: Case, compat: Compat): Promise<Results> {
  const image = await makeImage(golden);
  const [width, height] = golden.grid ?? golden.size;
  return resultsOf(
    golden.masks.map((counts) => decodeRle({ size: [height, width], counts })),
    { image, boxes: Float32Array.from(golden.boxes.flat()), compat, letterbox: letterboxGeometry(...golden.size, 224) },
  );
}

let clip: Clip;
let before: number;

beforeAll(async () => {
  before = tf.memory().numTensors;
  clip = await Clip.load(seededClip());
});

afterAll(() => {
  clip.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

describe.each(CASES.map((golden, i) => ({ golden, name: golden.example ?? `image ${i}` })))('$name', ({ golden }) => {
  test('Ultralytics: cosines and choice', async () => {
    const found = await (await sceneOf(golden, 'ultralytics')).promptText(golden.texts, { clip });
    expect([...found.ids]).toEqual(golden.ultralytics.chosen);
    found.matches.forEach(({ scores = [] }, i) => {
      const cosines = scores.map(({ cosine }) => cosine).filter((cosine) => !Number.isNaN(cosine));
      expect(cosines).toBeAllclose(golden.ultralytics.cosines[i], { atol: 1e-3 });
    });
  });

  test('CASIA: shares and choice', async () => {
    const scene = await sceneOf(golden, 'casia');
    for (const [i, { shares, chosen }] of golden.casia.entries()) {
      const found = await scene.promptText(golden.texts[i], { clip });
      expect([...found.ids], golden.texts[i]).toEqual([chosen]);
      const looked = (found.matches[0].scores ?? []).filter(({ cosine }) => !Number.isNaN(cosine));
      expect(looked.map(({ probability }) => probability)).toBeAllclose(shares, { atol: 1e-3 });
    }
  });
});

test('the cases are ten, and in some of them CASIA returns another object than the one that fits best', () => {
  const wrong = CASES.filter(({ masks, size, grid, casia }) => {
    const [width, height] = grid ?? size;
    const looked = masks.flatMap((counts, i) => (decodeRle({ size: [height, width], counts }).area > 100 ? [i] : []));
    return casia.some(({ shares, chosen }) => looked[shares.indexOf(Math.max(...shares))] !== chosen);
  });
  expect(CASES).toHaveLength(10);
  expect(wrong.length).toBeGreaterThan(1);
});
