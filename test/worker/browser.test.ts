/** A worker in a browser (headless Chromium): the same results as on the page, whatever the page gives it. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { chromium, openPage } from '../../tools/browser/openPage.js';
import { workerFiles } from '../../tools/browser/workerFiles.js';
import { scene, TRAINED } from '../support/paths.js';

/** What the page finds out: for each input whether both sides gave the same objects, and how many. */
interface Found {
  readonly same: Readonly<Record<string, readonly [same: boolean, objects: number]>>;
  readonly path: string;
  readonly kept: readonly number[];
  readonly restarted: number;
  readonly stages: readonly string[];
  readonly unloaded: string;
}

const SCRIPT = `
  const options = { imgsz: 320 };
  const load = { device: 'wasm' };
  const [model, main] = [await FastSAM.load('./demo.safetensors', load), await Main.load('./demo.safetensors', load)];
  const blob = await (await fetch('coins.png')).blob();
  const image = new Image();
  image.src = 'coins.png';
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  canvas.getContext('2d').drawImage(image, 0, 0);
  const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const offscreen = new OffscreenCanvas(canvas.width, canvas.height);
  offscreen.getContext('2d').drawImage(image, 0, 0);
  const inputs = {
    address: 'coins.png', URL: new URL('coins.png', location.href), Blob: blob, File: new File([blob], 'mine.png'),
    ArrayBuffer: await blob.arrayBuffer(), img: image, canvas, OffscreenCanvas: offscreen, ImageData: pixels,
    ImageBitmap: await createImageBitmap(blob),
  };
  const text = (scene) => JSON.stringify({ ...scene.toJSON(), speed: undefined, image: scene.image.path, pixels: [...scene.image.data.slice(0, 3000)] });
  const same = {};
  for (const [name, input] of Object.entries(inputs)) {
    const [there, here] = [await model.segment(input, options), await main.segment(input, options)];
    same[name] = [text(there) === text(here), there.length];
  }
  const stages = [];
  const found = [];
  for await (const { results } of model.stream([image, blob], { ...options, onStage: ({ type }) => stages.push(type) })) found.push(results.length);
  same.stream = [found.every((count) => count === same.img[1]), found.length];
  const [given, kept] = [await createImageBitmap(blob), await createImageBitmap(blob)];
  await model.segment(given, { ...options, transfer: true });
  await model.segment(kept, options);
  model.restart();
  const restarted = (await model.segment('coins.png', options)).length;
  const { path } = (await model.segment('coins.png', options)).image;
  const unloaded = await model.segment(new Image()).catch(({ code }) => code);
  model.dispose();
  await report({ same, path, kept: [given.width, kept.width], restarted, stages, unloaded });`;

test.skipIf(chromium === undefined)(
  `a Web Worker gives what the page gives${chromium === undefined ? ' (skipped: no Chromium here)' : ''}`,
  { timeout: 300_000 },
  async () => {
    const files = await workerFiles(SCRIPT, { weights: TRAINED, main: true });
    files.set('coins.png', readFileSync(scene('coins.png')));
    const found = (await openPage(chromium ?? '', files)) as Found;
    for (const [name, [same, objects]] of Object.entries(found.same)) {
      expect([name, same]).toEqual([name, true]);
      expect(objects).toBeGreaterThan(1);
    }
    expect(Object.keys(found.same)).toHaveLength(11);
    expect(found).toMatchObject({ path: 'coins.png', unloaded: 'INVALID_IMAGE', kept: [0, 384] });
    expect(found.restarted).toBe(found.same.address[1]);
    expect(found.stages.filter((stage) => stage === 'inference')).toHaveLength(2);
  },
);
