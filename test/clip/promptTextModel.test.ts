/** Text prompts from end to end: the shipped model, an image, small random encoders; nothing is left behind. */
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { Clip } from '../../src/clip/clip.js';
import { FastSAM } from '../../src/fastsam.js';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import { currentDevice } from '../../src/runtime/device.js';
import { seededClip } from '../support/seededClip.js';
import { scene } from '../support/paths.js';

usePlatform(nodePlatform);

const COFFEE = scene('coffee.jpg');

test('a model’s results know its encoders, which it loads once and frees', async () => {
  const first = await FastSAM.load('demo', { textModel: seededClip() });
  const scene = await first.segment(COFFEE);
  first.dispose(); // never asked for a text: nothing was loaded
  expect(currentDevice()).toBeUndefined();
  await expect(scene.promptText('a cup')).rejects.toMatchObject({ code: 'DISPOSED' });

  const before = tf.memory().numTensors;
  const model = await FastSAM.load('demo', { textModel: seededClip() });
  const again = await model.segment(COFFEE);
  const loaded = tf.memory().numTensors;
  const found = await again.promptText(['a cup', 'a spoon'], { topK: 2 });
  expect(found.length).toBeGreaterThan(1);
  const withText = tf.memory().numTensors;
  expect(withText).toBeGreaterThan(loaded);
  for (let i = 0; i < 3; i++) await again.promptText(`text ${i}`);
  expect(tf.memory().numTensors).toBe(withText);
  model.dispose();
  expect(tf.memory().numTensors).toBe(before);
  expect(currentDevice()).toBeUndefined();
});

test('a second text runs the text encoder alone', async () => {
  const clip = await Clip.load(seededClip());
  const model = await FastSAM.load('demo', { textModel: clip });
  let crops = 0;
  const encodeImages = clip.encodeImages.bind(clip);
  clip.encodeImages = (pixels, options) => {
    crops += pixels.length;
    return encodeImages(pixels, options);
  };
  const scene = await model.segment(COFFEE);
  await scene.promptText('a cup');
  const once = crops;
  expect(once).toBeGreaterThan(0);
  const best = await scene.promptText('a spoon');
  expect(best.length).toBe(1);
  expect(crops).toBe(once);
  model.dispose();
  const again = await scene.promptText('a saucer'); // the encoders were handed in: they live on
  expect(again.length).toBe(1);
  clip.dispose();
  await expect(scene.promptText('a plate')).rejects.toMatchObject({ code: 'DISPOSED' });
});

test('wrong encoders are named at the first text; the results stay usable', async () => {
  const model = await FastSAM.load('demo', { textModel: new Uint8Array(64) });
  try {
    const scene = await model.segment(COFFEE);
    await expect(scene.promptText('a cup')).rejects.toMatchObject({ code: 'INVALID_CHECKPOINT' });
    expect(scene.prompt({ points: [300, 200] }).matches).toHaveLength(1);
  } finally {
    model.dispose();
  }
});
