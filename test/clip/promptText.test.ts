/** Text prompts on results, with encoders that see colours. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { Mask } from '../../src/mask/mask.js';
import { LazyTextModel } from '../../src/model/lazyTextModel.js';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import type { TextImageModel } from '../../src/prompt/textModel.js';
import type { ResultsData } from '../../src/record/record.js';
import type { Results } from '../../src/results/results.js';
import { rectMask } from '../support/masks.js';
import { idsOf, resultsOf } from '../support/results.js';
import { FakeClip, meanColour } from './fakeClip.js';

usePlatform(nodePlatform);

const [WIDTH, HEIGHT] = [60, 40];
const RED = [255, 0, 0];
const GREEN = [0, 255, 0];
const BLUE = [0, 0, 255];

/** Rectangles of a colour: x, y, width, height. */
type Patch = readonly [number, number, number, number, readonly number[]];

const PATCHES: readonly Patch[] = [
  [2, 2, 20, 10, RED],
  [30, 2, 6, 6, BLUE], // 36 pixels: too small
  [30, 12, 12, 20, GREEN],
  [4, 20, 16, 16, BLUE],
  [44, 5, 14, 14, RED],
];

function scene(patches: readonly Patch[] = PATCHES, changes: Partial<ResultsData> = {}): Results {
  const data = new Uint8Array(WIDTH * HEIGHT * 3).fill(90);
  for (const [x, y, w, h, colour] of patches) {
    for (let r = y; r < y + h; r++) for (let c = x; c < x + w; c++) data.set(colour, (r * WIDTH + c) * 3);
  }
  return resultsOf(
    patches.map(([x, y, w, h]) => rectMask(WIDTH, HEIGHT, [x, y, x + w, y + h])),
    {
      image: { data, width: WIDTH, height: HEIGHT },
      boxes: Float32Array.from(patches.flatMap(([x, y, w, h]) => [x, y, x + w, y + h])),
      ...changes,
    },
  );
}

describe('a text', () => {
  test('chooses the object that it means and says how well every object fits', async () => {
    const found = await scene().promptText('a green thing', { clip: new FakeClip() });
    expect(idsOf(found)).toEqual([2]);
    expect(found.promptRecord).toEqual({ texts: ['a green thing'], topK: 1 });
    const [{ kind, objects, scores = [] }] = found.matches;
    expect({ kind, objects }).toEqual({ kind: 'text', objects: [2] });
    expect(scores.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4]);
    expect(scores[1]).toEqual({ id: 1, cosine: NaN, probability: 0 });
    expect(scores[2].probability).toBeGreaterThan(0.99);
    expect(scores.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 9);
  });

  test('several texts: their union, one match each', async () => {
    const found = await scene().promptText(['blue', 'green'], { clip: new FakeClip() });
    expect(idsOf(found)).toEqual([2, 3]);
    expect(found.matches.map(({ objects }) => objects)).toEqual([[3], [2]]);
  });

  test('all that match: a threshold against negatives', async () => {
    const options = { clip: new FakeClip(), negatives: ['green', 'blue'], threshold: 0.5 };
    expect(idsOf(await scene().promptText('red', options))).toEqual([0, 4]);
    const none = await scene(PATCHES.slice(1, 4)).promptText('red', options);
    expect(none.length).toBe(0);
    expect(none.matches[0]).toMatchObject({ objects: [], reason: 'below the threshold' });
  });

  test('templates are averaged', async () => {
    const clip = new FakeClip();
    await scene().promptText('red', { clip, templates: ['a photo of {}', '{} and {} on green'] });
    expect(clip.textCalls).toEqual([['a photo of red', 'red and red on green']]);
    // The mean of red and green is yellow.
    const yellow: Patch = [46, 22, 12, 12, [255, 255, 0]];
    const mixed = { clip, templates: ['{} of red', 'green {}'] };
    expect(idsOf(await scene([...PATCHES, yellow]).promptText('thing', mixed))).toEqual([5]);
  });

  test('a text may hold $& and other signs that replacements know', async () => {
    const clip = new FakeClip();
    await scene().promptText('$& red', { clip, templates: ['a {}'] });
    expect(clip.textCalls).toEqual([['a $& red']]);
  });

  test('minArea lets small masks in', async () => {
    const small = scene(PATCHES.slice(0, 3));
    expect(idsOf(await small.promptText('blue', { clip: new FakeClip() }))).not.toEqual([1]);
    expect(idsOf(await small.promptText('blue', { clip: new FakeClip(), minArea: 35 }))).toEqual([1]);
  });
});

describe('together with other prompts', () => {
  test('within a box', async () => {
    const clip = new FakeClip();
    expect(idsOf(await scene().promptText('red', { clip, within: [40, 0, 60, 40] }))).toEqual([4]);
    expect(idsOf(await scene().promptText('green', { clip, within: [[40, 0, 60, 40]] }))).toEqual([4]);
    const empty = await scene().promptText('red', { clip, within: [0, 38, 3, 40] });
    expect(empty.matches[0].reason).toBe('no mask to look at');
  });

  test('on the answer of a prompt, by id', async () => {
    const clip = new FakeClip();
    const right = scene().filter(({ box }) => box[0] > 25);
    const found = await right.promptText('red', { clip });
    expect(idsOf(found)).toEqual([4]);
    expect(found.matches[0].scores?.map(({ id }) => id)).toEqual([1, 2, 4]);
    expect(idsOf((await scene().promptText(['red', 'blue'], { clip })).prompt({ points: [5, 25] }))).toEqual([3]);
  });

  test('or: boxes and points choose as well', async () => {
    const options = { clip: new FakeClip(), or: { points: [35, 20] } };
    const found = await scene().promptText('blue', options);
    expect(idsOf(found)).toEqual([2, 3]);
    expect(found.matches.map(({ kind }) => kind)).toEqual(['point', 'text']);
    expect(found.promptRecord).toMatchObject({ points: [[35, 20]], labels: [1], texts: ['blue'] });
  });
});

describe('features are made once', () => {
  test('for a second text, a filtered scene and a sorted one', async () => {
    const clip = new FakeClip();
    const first = scene();
    await first.promptText('red', { clip });
    expect(clip.seen).toBe(4);
    await first.promptText(['green', 'blue'], { clip });
    await first.filter(({ id }) => id > 1).promptText('green', { clip });
    await first.sort((a, b) => a.area - b.area).promptText('red', { clip });
    await first.prompt({ points: [5, 25] }).promptText('red', { clip });
    expect(clip.seen).toBe(4);
    expect(clip.textCalls).toEqual([['red'], ['green', 'blue']]);
  });

  test('calls at the same time do not make them twice', async () => {
    const clip = new FakeClip();
    const one = scene();
    await Promise.all(['red', 'green', 'blue'].map((text) => one.promptText(text, { clip })));
    expect(clip.seen).toBe(4);
  });

  test('but again for changed masks, other crops, other encoders, another image', async () => {
    const clip = new FakeClip();
    const one = scene();
    await one.promptText('red', { clip });
    await one.refine({ clean: true }).promptText('red', { clip });
    expect(clip.seen).toBe(8);
    await one.promptText('red', { clip, crop: 'box' });
    expect(clip.seen).toBe(12);
    await one.promptText('red', { clip, background: 'white' });
    expect(clip.seen).toBe(16);
    await one.with({ image: { ...one.image } }).promptText('red', { clip });
    expect(clip.seen).toBe(20);
    const other = new FakeClip();
    await one.promptText('red', { clip: other });
    expect(other.seen).toBe(4);
  });

  test('a failed call spoils nothing', async () => {
    const clip = new FakeClip();
    const good = clip.encodeImages.bind(clip);
    clip.encodeImages = () => Promise.reject(new Error('device lost'));
    const one = scene();
    await expect(one.promptText('red', { clip })).rejects.toThrow('device lost');
    clip.encodeImages = good;
    expect(idsOf(await one.promptText('green', { clip }))).toEqual([2]);
  });
});

describe('crops', () => {
  test('the box shows what is around the mask, masked crops do not', async () => {
    // Red above green, with a mask of red and the column of green that makes its box a square.
    const bitmap = Uint8Array.from({ length: 40 * 40 }, (_, p) => {
      const [x, y] = [p % 40, Math.floor(p / 40)];
      return x >= 10 && x < 30 && y >= 10 && y < (x === 10 ? 30 : 20) ? 1 : 0;
    });
    const data = new Uint8Array(40 * 40 * 3);
    for (let p = 0; p < 40 * 40; p++) data.set(p < 20 * 40 ? RED : GREEN, 3 * p);
    const one = resultsOf([Mask.fromBitmap(bitmap, 40, 40)], { image: { data, width: 40, height: 40 } });
    const clip = new FakeClip();
    await one.promptText('red', { clip, crop: 'box' });
    await one.promptText('red', { clip, background: 'black' });
    const [box, masked] = clip.imageCalls.map(([crop]) => meanColour(crop));
    expect(box[0]).toBeGreaterThan(120);
    expect(box[1]).toBeGreaterThan(120);
    expect(masked[0]).toBeGreaterThan(120);
    expect(masked[1]).toBeLessThan(15);
  });

  test.each([
    ['mean', [123, 117, 104]],
    ['black', [0, 0, 0]],
    ['white', [255, 255, 255]],
  ] as const)('background %s stands above and below an object that is wide', async (background, colour) => {
    const clip = new FakeClip();
    await scene([[0, 10, 60, 20, RED]]).promptText('red', { clip, background });
    const [[crop]] = clip.imageCalls;
    const pixel = (x: number, y: number) => [...crop.subarray((y * 8 + x) * 3, (y * 8 + x) * 3 + 3)];
    expect(pixel(0, 0)).toEqual([...colour]);
    expect(pixel(7, 7)).toEqual([...colour]);
    expect(pixel(0, 4)).toEqual(RED); // the ends are there
    expect(pixel(7, 4)).toEqual(RED);
  });
});

describe('what can go wrong', () => {
  test('no objects: an empty answer, and nothing is loaded', async () => {
    const textModel = new LazyTextModel('none', () => Promise.reject(new Error('not to be loaded')));
    const found = await scene([], { textModel }).promptText('red');
    expect(found.length).toBe(0);
    expect(found.matches).toEqual([{ kind: 'text', index: 0, objects: [], scores: [], reason: 'no mask to look at' }]);
    for (const compat of ['ultralytics', 'casia'] as const) {
      expect((await scene([], { textModel, compat }).promptText('red')).length).toBe(0);
    }
    await expect(scene([]).promptText('')).rejects.toMatchObject({ code: 'INVALID_PROMPT' });
  });

  test('no encoders', async () => {
    await expect(scene().promptText('red')).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('Clip.load') as string,
    });
  });

  test('a text that is too long is an error, cut off under ultralytics', async () => {
    const long = 'dog '.repeat(80);
    const fake = new FakeClip();
    const clip: TextImageModel = {
      config: fake.config,
      logitScale: fake.logitScale,
      encodeImages: (pixels) => fake.encodeImages(pixels),
      encodeTokens: (tokens) => fake.encodeTokens(tokens),
    };
    await expect(scene().promptText(long, { clip })).rejects.toMatchObject({ code: 'INVALID_PROMPT' });
    await expect(scene(PATCHES, { compat: 'casia' }).promptText(long, { clip })).rejects.toThrow(/at most 75/);
    expect((await scene(PATCHES, { compat: 'ultralytics' }).promptText(long, { clip })).length).toBe(1);
  });

  test('abort', async () => {
    const clip = new FakeClip();
    const controller = new AbortController();
    const encodeTokens = clip.encodeTokens.bind(clip);
    clip.encodeTokens = (tokens) => {
      controller.abort();
      return encodeTokens(tokens);
    };
    const { signal } = controller;
    await expect(scene().promptText('red', { clip, signal })).rejects.toMatchObject({ code: 'ABORTED' });
    expect(clip.seen).toBe(0);
    expect(idsOf(await scene().promptText('green', { clip }))).toEqual([2]);
  });
});

describe('encoders of the model that made the results', () => {
  test('are loaded once, at the first text', async () => {
    const clip = new FakeClip();
    const loads: unknown[] = [];
    const textModel = new LazyTextModel('ViT-X', (source) => Promise.resolve((loads.push(source), clip)));
    const one = scene(PATCHES, { textModel });
    expect(loads).toEqual([]);
    await Promise.all([one.promptText('red'), one.filter(({ id }) => id > 0).promptText('green')]);
    expect(loads).toEqual(['ViT-X']);
    textModel.dispose();
    textModel.dispose();
    expect(clip.disposed).toBe(1);
    await expect(one.promptText('red')).rejects.toMatchObject({ code: 'DISPOSED' });
    expect(idsOf(await one.promptText('green', { clip: new FakeClip() }))).toEqual([2]);
  });

  test('a load that fails or is cancelled is tried again', async () => {
    let loads = 0;
    const textModel = new LazyTextModel('ViT-X', () =>
      ++loads === 1 ? Promise.reject(new Error('offline')) : Promise.resolve(new FakeClip()),
    );
    const one = scene(PATCHES, { textModel });
    await expect(one.promptText('red')).rejects.toThrow('offline');
    const signal = AbortSignal.abort();
    await expect(one.promptText('red', { signal })).rejects.toMatchObject({ code: 'ABORTED' });
    expect(loads).toBe(1);
    expect(idsOf(await one.promptText('green'))).toEqual([2]);
  });

  test('disposal waits for those who use them', async () => {
    const clip = new FakeClip();
    const textModel = new LazyTextModel('ViT-X', () => Promise.resolve(clip));
    let finish: (() => void) | undefined;
    const use = textModel.use(() => new Promise<void>((resolve) => (finish = resolve)));
    while (!finish) await new Promise((resolve) => setTimeout(resolve));
    textModel.dispose();
    expect(clip.disposed).toBe(0);
    finish();
    await use;
    expect(clip.disposed).toBe(1);
  });

  test('encoders that were handed in stay the caller’s', async () => {
    const clip = new FakeClip();
    const textModel = new LazyTextModel(clip, () => Promise.reject(new Error('not to be loaded')));
    expect(idsOf(await scene(PATCHES, { textModel }).promptText('green'))).toEqual([2]);
    textModel.dispose();
    expect(clip.disposed).toBe(0);
  });
});

test('JSON holds the texts and how well they fit', async () => {
  const found = await scene().promptText(['green', 'blue'], { clip: new FakeClip(), topK: 2, background: 'black' });
  const json = found.toJSON();
  expect(json.prompt).toEqual({ texts: ['green', 'blue'], topK: 2 });
  const green = json.masks.find(({ id }) => id === 2);
  expect(green?.texts?.[0]).toEqual({ cosine: 1, probability: 1 });
  expect(green?.texts?.[1].probability).toBe(0);
});

test('no tensor is left', async () => {
  const before = tf.memory().numTensors;
  await scene().promptText('red', { clip: new FakeClip() });
  expect(tf.memory().numTensors).toBe(before);
});
