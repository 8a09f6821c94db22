/** Features against transformers and OpenCLIP, and the model as callers see it, on WebAssembly and TensorFlow's library. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Clip } from '../../src/clip/clip.js';
import { cpuHasBfloat16 } from '../../src/runtime/compile/cpuFeatures.js';
import { acquireDevice, currentDevice, releaseDevice } from '../../src/runtime/device.js';
import { clipReference, TINY_FILES, TINY_HEADS, tinyBytes } from './tiny.js';
import type { Tolerance } from '../support/allclose.js';
import { repository } from '../support/paths.js';
import { describeOnDevices } from '../support/devices.js';

const tiny = clipReference('tiny');
const load = (file = 'tiny.pt', options = {}): Promise<Clip> =>
  Clip.load(tinyBytes(file), { ...TINY_HEADS, ...options });

/** A share of the largest value. */
const share = (rtol: number): Tolerance => ({ rtol, relativeTo: 'largest' });

describeOnDevices('features', ['wasm', 'native'], ({ choice, device }) => {
  let tensors = 0;
  beforeAll(async () => {
    await acquireDevice(choice);
    tensors = tf.memory().numTensors;
  });
  afterAll(() => {
    releaseDevice();
  });

  test.each(TINY_FILES)('of %s are those of transformers and OpenCLIP', async (file) => {
    const clip = await load(file);
    const expected = tiny[clip.config.activation];
    expect(clip.device).toBe(device);
    expect(await clip.encodeImages(tiny.pixels)).toBeAllclose(expected?.images ?? [], share(1e-5));
    expect(await clip.encodeTokens(tiny.tokens)).toBeAllclose(expected?.texts ?? [], share(1e-5));
    clip.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  test('depend on the activation, which can be told', async () => {
    const clip = await load('tiny.safetensors', { activation: 'gelu' });
    expect(await clip.encodeImages(tiny.pixels)).toBeAllclose(tiny.gelu?.images ?? [], share(1e-5));
    expect(await clip.encodeImages(tiny.pixels)).not.toBeAllclose(tiny.quick_gelu?.images ?? [], share(1e-3));
    clip.dispose();
  });

  test('of an image or text do not depend on what else is encoded with it', async () => {
    const clip = await load();
    const { embedDim } = clip.config;
    const many = Array.from({ length: 333 }, (_, i) => i % tiny.pixels.length); // two batches of images
    const images = await clip.encodeImages(many.map((i) => tiny.pixels[i]));
    const texts = await clip.encodeTokens(many.map((i) => tiny.tokens[i]));
    for (const [all, alone] of [
      [images, await clip.encodeImages(tiny.pixels)],
      [texts, await clip.encodeTokens(tiny.tokens)],
    ]) {
      const repeated = many.map((i) => Array.from(alone.subarray(i * embedDim, (i + 1) * embedDim)));
      expect(all).toBeAllclose(repeated, share(1e-5));
    }
    clip.dispose();
  });

  test('are unit vectors; of nothing, nothing', async () => {
    const clip = await load();
    const features = await clip.encodeImages(tiny.pixels.slice(0, 1));
    expect(features.length).toBe(clip.config.embedDim);
    expect(features.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 6);
    expect(await clip.encodeImages([])).toEqual(new Float32Array());
    expect(await clip.encodeTokens([])).toEqual(new Float32Array());
    clip.dispose();
  });

  test('of a text do not depend on what follows its end', async () => {
    const clip = await load();
    const [text] = tiny.tokens;
    const padded = Int32Array.from(text);
    padded.fill(7, text.indexOf(clip.config.vocabSize - 1) + 1);
    expect(await clip.encodeTokens([padded])).toEqual(await clip.encodeTokens([text]));
    clip.dispose();
  });

  test('nothing stays behind when a call is aborted, refused, or the model is disposed meanwhile', async () => {
    const clip = await load();
    const aborted = AbortSignal.abort();
    await expect(clip.encodeImages(tiny.pixels, { signal: aborted })).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(clip.encodeImages([new Uint8Array(5)])).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'CLIP, image: got 5 bytes, expected 1728 (24 x 24 RGB)',
    });
    await expect(clip.encodeTokens([new Int32Array(15)])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(clip.encodeTokens([new Int32Array(16).fill(48)])).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    const running = clip.encodeImages(tiny.pixels);
    clip.dispose();
    clip.dispose();
    await expect(running).rejects.toMatchObject({ code: 'DISPOSED' });
    await expect(clip.encodeTokens(tiny.tokens)).rejects.toMatchObject({ code: 'DISPOSED' });
    expect(tf.memory().numTensors).toBe(tensors);
  });

  test('at full size are those of transformers and OpenCLIP, in every published layout', async (context) => {
    const folder = repository('out/clip');
    const files = ['ViT-B-32.pt', 'ViT-B-32.bin', 'ViT-B-16.safetensors', 'ViT-L-14.safetensors'].filter((f) =>
      existsSync(join(folder, f)),
    );
    context.skip(files.length === 0, 'no out/clip: run python tools/golden/clip.py --model ViT-B-32 --out out/clip');
    for (const file of files) {
      const { pixels, tokens, quick_gelu: expected } = clipReference(file.replace(/\.\w+$/, ''), folder);
      const clip = await Clip.load(new Uint8Array(readFileSync(join(folder, file))));
      expect(await clip.encodeImages(pixels)).toBeAllclose(expected?.images ?? [], share(1e-4));
      expect(await clip.encodeTokens(tokens)).toBeAllclose(expected?.texts ?? [], share(1e-4));
      clip.dispose();
    }
    expect(tf.memory().numTensors).toBe(tensors);
  }, 300_000);
});

describe('the device', () => {
  test('is the one that other models hold, and is free again after the last of them', async () => {
    await acquireDevice('wasm');
    const clip = await load();
    expect(clip.device).toBe('wasm');
    releaseDevice();
    expect(currentDevice()).toBe('wasm');
    clip.dispose();
    expect(currentDevice()).toBeUndefined();
  });

  test('is not held after a failed load', async () => {
    await acquireDevice('wasm');
    const tensors = tf.memory().numTensors;
    await expect(load('tiny.pt', { precision: 'bf16' })).rejects.toMatchObject({ code: 'DEVICE_UNAVAILABLE' });
    await expect(load('tiny.pt', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
    releaseDevice();
    expect(currentDevice()).toBeUndefined();
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

describeOnDevices('compiled graphs', ['native'], () => {
  beforeAll(async () => {
    await acquireDevice('cpu');
  });
  afterAll(() => {
    releaseDevice();
  });

  test('give the same with the weights inside and beside', async () => {
    const fed = await load();
    const inside = await load('tiny.pt', { graphWeights: 'embedded' });
    const [a, b] = [await fed.encodeTokens(tiny.tokens), await inside.encodeTokens(tiny.tokens)];
    expect(a).toBeAllclose(b, share(1e-6));
    fed.dispose();
    inside.dispose();
  });

  test('in bfloat16 keep the directions', async (context) => {
    context.skip(!(await cpuHasBfloat16()), 'this CPU does not compute in bfloat16');
    const clip = await load('tiny.pt', { precision: 'bf16' });
    const features = await clip.encodeImages(tiny.pixels);
    tiny.quick_gelu?.images.forEach((row, i) => {
      const cosine = row.reduce((sum, value, j) => sum + value * features[i * row.length + j], 0);
      expect(cosine).toBeGreaterThan(0.999);
    });
    clip.dispose();
  });
});

test.each([
  ['precision', { precision: 'int8' }],
  ['graphWeights', { graphWeights: 'disk' }],
  ['activation', { activation: 'relu' }],
  ['visionHeads', { visionHeads: 0 }],
  ['option "heads"', { heads: 3 }],
])('%s is checked before anything is loaded', async (name, options) => {
  await expect(Clip.load('/no/such/file.pt', options as object)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining(name) as string,
  });
});
