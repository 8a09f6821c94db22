/** The study of text prompts: known choices on made-up scenes give known figures. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import '../../src/index.js';
import { Clip } from '../../src/clip/clip.js';
import { STUDIES } from '../../src/cli/study/registry.js';
import { studyFiles } from '../../src/studies/files.js';
import { truthOf } from '../../src/evaluate/coco/check.js';
import { objectsOf } from '../../src/studies/shared/cocoData.js';
import { chooseObjects, phraseIous, withPhrase, type PhraseTruth } from '../../src/studies/text/phrases.js';
import { textStudy } from '../../src/studies/text/study.js';
import { encodeCounts } from '../../src/mask/rle.js';
import { Mask } from '../../src/mask/mask.js';
import type { TextImageModel } from '../../src/prompt/textModel.js';
import { seededClip, seededImage } from '../support/seededClip.js';
import { rectMask } from '../support/masks.js';
import { sceneOf } from '../support/scenes.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const [WIDTH, HEIGHT] = [60, 40];
const RED = [2, 2, 22, 22];
const GREEN = [30, 10, 50, 30];
const WORDS = ['red', 'green', 'blue'];

/** Encoders that know three colours: a crop's feature is its middle pixel, a text's the colour that it names. */
const colours: TextImageModel = {
  config: { imageSize: 4, embedDim: 3 },
  logitScale: 100,
  tokenizer: { encode: (text) => Int32Array.of(WORDS.indexOf(text)) },
  encodeImages: (pixels) =>
    Promise.resolve(
      Float32Array.from(
        pixels.flatMap((image) => {
          const middle = [...image.subarray(3 * 10, 3 * 11)];
          const length = Math.hypot(...middle);
          return middle.map((value) => value / length);
        }),
      ),
    ),
  encodeTokens: (tokens) =>
    Promise.resolve(Float32Array.from(tokens.flatMap(([word]) => WORDS.map((_, i) => (i === word ? 1 : 0))))),
};

const masks = [RED, GREEN].map((rect) => rectMask(WIDTH, HEIGHT, rect));

/** A red and a green square, the blue one was not found. */
function scene() {
  const data = new Uint8Array(WIDTH * HEIGHT * 3).fill(10);
  masks.forEach((mask, channel) => {
    mask.toBitmap().forEach((bit, p) => {
      if (bit === 1) data[3 * p + channel] = 250;
    });
  });
  return sceneOf(masks, [0.9, 0.8], { image: { data, width: WIDTH, height: HEIGHT } });
}

function truth(phrase: string, [x1, y1, x2, y2]: readonly number[], masked = true) {
  const bbox = [x1, y1, x2 - x1, y2 - y1];
  const mask = rectMask(WIDTH, HEIGHT, [x1, y1, x2, y2]);
  const segmentation = masked ? { segmentation: encodeCounts(mask) } : {};
  return { image_id: 7, category_id: 1, bbox, area: mask.area, phrase, ...segmentation };
}

const size = { width: WIDTH, height: HEIGHT };

describe('phrases', () => {
  test('choose the object that they name', async () => {
    expect(await chooseObjects(scene(), ['green', 'red', 'green'], colours)).toEqual([1, 0, 1]);
    expect(await chooseObjects(sceneOf([], []), ['red'], colours)).toEqual([undefined]);
  });

  test('give the accuracy, and that of the choice apart from what was found', async () => {
    const truths = [
      truth('red', RED),
      truth('red', GREEN), // the object is there, the choice is wrong
      truth('green', [30, 10, 50, 26]), // IoU 320 / 400
      truth('green', [0, 30, 10, 40]), // not found
    ];
    const chosen = await chooseObjects(
      scene(),
      truths.map(({ phrase }) => phrase),
      colours,
    );
    const phrases = phraseIous(scene(), truths, chosen);
    expect(phrases).toEqual([
      [1, 1],
      [0, 1],
      [0.8, 0.8],
      [0, 0],
    ]);
    const metrics = textStudy.summarise([{ key: '7', phrases }], {});
    expect(metrics.accuracy).toBe(0.5);
    expect(metrics.meanIou).toBeCloseTo(0.45, 12);
    expect(metrics.reachable).toBe(0.75);
    expect(metrics.accuracyReachable).toBeCloseTo(2 / 3, 12);
    expect(metrics.bestIou).toBeCloseTo(0.7, 12);
  });

  test('are compared by boxes where there is no segmentation', () => {
    // An L: its mask covers half of its box.
    const corner = rectMask(WIDTH, HEIGHT, [2, 2, 12, 22]).toBitmap();
    rectMask(WIDTH, HEIGHT, [2, 2, 22, 4])
      .toBitmap()
      .forEach((bit, p) => (corner[p] |= bit));

    const found = sceneOf([Mask.fromBitmap(corner, WIDTH, HEIGHT)], [0.9]);
    const empty = truthOf({ ...truth('a', RED), segmentation: [] }, 'annotation') as PhraseTruth;
    const both = [truth('a', RED), truth('a', RED, false), empty];
    expect(phraseIous(found, both, [0, 0, undefined])).toEqual([
      [220 / 400, 220 / 400],
      [1, 1],
      [0, 1],
    ]);
  });

  test('without any, and images of another size, are refused or left out', () => {
    expect(withPhrase([truth(' ', RED), { ...truth('red', RED) }]).map(({ phrase }) => phrase)).toEqual(['red']);
    expect(() => objectsOf({ width: 1, height: 1, truths: [] }, scene())).toThrow(/expected 1 x 1/);
    expect(textStudy.summarise([], {})).toMatchObject({ accuracy: null, accuracyReachable: null });
  });
});

describe('study text', () => {
  const folder = temporaryFolder();
  beforeAll(() => {
    writeFileSync(join(folder, 'clip.safetensors'), seededClip());
    writeFileSync(join(folder, 'a.jpg'), '');
    const images = [7, 8].map((id) => ({ id, file_name: 'a.jpg', ...size }));
    writeFileSync(
      join(folder, 'phrases.json'),
      JSON.stringify({ images, annotations: [truth('a cup', RED), truth('a spoon', GREEN)] }),
    );
    writeFileSync(join(folder, 'none.json'), JSON.stringify({ images, annotations: [truth(' ', RED)] }));
  });

  const open = (annotations: string, textModel: string) =>
    textStudy.open({
      args: [join(folder, annotations), folder],
      options: { textModel: join(folder, textModel) },
      files: studyFiles,
      signal: undefined,
    });

  test('is one of the command', () => {
    expect(STUDIES.map(({ name }) => name)).toContain('text');
  });

  test('takes the choices of the encoders that were named, and frees them', async () => {
    const before = tf.memory().numTensors;
    const opened = await open('phrases.json', 'clip.safetensors');
    expect(opened.items.map(({ key }) => key)).toEqual(['7']);
    const [item] = opened.items;
    const image = sceneOf(masks, [0.9, 0.8], { image: seededImage(WIDTH, HEIGHT, 3) });
    const { phrases } = await opened.measure(item, image);
    expect(phrases.map(([, best]) => best)).toEqual([1, 1]);
    const clip = await Clip.load(seededClip());
    const { matches } = await image.promptText(['a cup', 'a spoon'], { clip });
    clip.dispose();
    expect(phrases.map(([chosen]) => chosen)).toEqual(matches.map(({ objects: [place], index }) => +(place === index)));
    const record = JSON.parse(JSON.stringify({ key: '7', phrases })) as { key: string; phrases: typeof phrases };
    const drawn = await opened.draw?.(item, image, record);
    expect([drawn?.width, drawn?.height]).toEqual([WIDTH, HEIGHT]);
    opened.dispose?.();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('ends before the first image without weights or phrases', async () => {
    await expect(open('phrases.json', 'missing.pt')).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    await expect(open('none.json', 'clip.safetensors')).rejects.toThrow(/no annotation with a phrase/);
  });
});
