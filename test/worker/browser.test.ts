/** A worker in a browser (headless Chromium): the same results as on the page, whatever the page gives it. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { workerFiles } from '../../tools/browser/workerFiles.js';
import { chromium, chromiumNote, resultOfPage } from '../support/chromium.js';
import { scene, TRAINED } from '../support/paths.js';

/** What the page finds out: for each input whether both sides gave the same objects, and how many. */
interface Found {
  readonly same: Readonly<Record<string, readonly [same: boolean, objects: number]>>;
  /** How an input goes to the worker, and what is handed over with it. */
  readonly posted: Readonly<Record<string, readonly [kind: string, handed: readonly string[]]>>;
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
  // More pixels than are copied at once, half of them translucent.
  const large = new OffscreenCanvas(1300, 1100);
  const brush = large.getContext('2d');
  brush.drawImage(image, 0, 0, 1300, 1100);
  brush.clearRect(300, 200, 400, 700);
  brush.globalAlpha = 0.3;
  brush.drawImage(image, 300, 200, 400, 700);
  const png = await large.convertToBlob();
  inputs['large canvas'] = large;
  inputs['large ImageData'] = brush.getImageData(0, 0, 1300, 1100);
  inputs['large ImageBitmap'] = await createImageBitmap(png);
  inputs['large ImageBitmap, not premultiplied'] = await createImageBitmap(png, { premultiplyAlpha: 'none' });
  const posted = {};
  let current = '';
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (message, handed) {
    if (message.op === 'segment') posted[current] ??= [message.input.image.kind, handed.map((each) => each.constructor.name)];
    return postMessage.call(this, message, handed);
  };
  const sum = (data) => data.reduce((hash, value) => (Math.imul(hash, 31) + value) | 0, data.length);
  const text = (scene) => JSON.stringify({ ...scene.toJSON(), speed: undefined, image: scene.image.path, pixels: sum(scene.image.data) });
  const same = {};
  for (const [name, input] of Object.entries(inputs)) {
    current = name;
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
  await report({ same, posted, path, kept: [given.width, kept.width], restarted, stages, unloaded });`;

test.skipIf(chromium === undefined)(
  `a Web Worker gives what the page gives${chromiumNote}`,
  { timeout: 300_000 },
  async () => {
    const files = await workerFiles(SCRIPT, { weights: TRAINED, main: true });
    const found = await resultOfPage<Found>({ ...files, 'coins.png': readFileSync(scene('coins.png')) });
    for (const [name, [same, objects]] of Object.entries(found.same)) {
      expect([name, same]).toEqual([name, true]);
      expect(objects).toBeGreaterThan(1);
    }
    expect(Object.keys(found.same)).toHaveLength(15);
    // Nothing that takes long is copied by a message.
    const bitmaps = (count: number) => new Array<string>(count).fill('ImageBitmap');
    expect(found.posted).toMatchObject({
      address: ['address', []],
      Blob: ['value', []],
      img: ['value', bitmaps(1)],
      canvas: ['value', bitmaps(1)],
      ImageBitmap: ['value', bitmaps(1)],
      ImageData: ['value', []],
      'large ImageData': ['value', ['ArrayBuffer']],
      'large canvas': ['strips', bitmaps(2)],
      'large ImageBitmap': ['strips', bitmaps(2)],
      'large ImageBitmap, not premultiplied': ['strips', bitmaps(2)],
    });
    expect(found).toMatchObject({ path: 'coins.png', unloaded: 'INVALID_IMAGE', kept: [0, 384] });
    expect(found.restarted).toBe(found.same.address[1]);
    expect(found.stages.filter((stage) => stage === 'inference')).toHaveLength(2);
  },
);
