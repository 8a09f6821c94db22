/** `<fastsam-image>` in a page of headless Chromium: with a model in a worker, and with objects that were found before. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bundle, workerFiles } from '../../tools/browser/workerFiles.js';
import { FastSAM } from '../../src/index.js';
import { chromium, chromiumNote, resultOfPage } from '../support/chromium.js';
import { scene, TRAINED } from '../support/paths.js';

const HEAD = `
  import { FastSAMImage, setWorker } from './src/entry/element.ts';
  import { Results } from './src/results/results.ts';
  import { Mask } from './src/mask/mask.ts';
  setWorker(() => new Worker('/worker.js', { type: 'module' }));
  const report = (value) => fetch('/result', { method: 'POST', body: JSON.stringify(value) });
  const heard = (element, name) => new Promise((resolve) => element.addEventListener(name, ({ detail }) => resolve(detail), { once: true }));
  const part = (element, name) => element.shadowRoot.querySelector('[part=' + name + ']');
  const frame = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  /** An event of a pointer at a pixel of the image. */
  const point = (element, type, x, y, more = {}) => {
    const overlay = part(element, 'overlay');
    const box = overlay.getBoundingClientRect();
    const { width, height } = element.scene.image;
    overlay.dispatchEvent(new PointerEvent(type, { clientX: box.x + (x * box.width) / width, clientY: box.y + (y * box.height) / height,
      isPrimary: true, bubbles: true, cancelable: true, ...more }));
  };
  const click = (element, x, y, more = {}) => {
    point(element, 'pointerdown', x, y, { buttons: 1, ...more });
    point(element, 'pointerup', x, y, more);
  };
  const press = (element, code, more = {}) => {
    const event = new KeyboardEvent('keydown', { code, cancelable: true, ...more });
    part(element, 'overlay').dispatchEvent(event);
    return event.defaultPrevented;
  };
  const objectsOf = (element) => element.interaction.state.items.map(({ objects }) => objects);
  /** Colour of the overlay at a pixel of the image. */
  const colourAt = (element, x, y) => {
    const overlay = part(element, 'overlay');
    const { width, height } = element.scene.image;
    return [...overlay.getContext('2d').getImageData(Math.floor((x * overlay.width) / width), Math.floor((y * overlay.height) / height), 1, 1).data];
  };
  const rectangle = (width, height, x, y, w, h) => {
    const bitmap = new Uint8Array(width * height);
    for (let r = y; r < y + h; r++) bitmap.fill(1, r * width + x, r * width + x + w);
    return Mask.fromBitmap(bitmap, width, height);
  };
  /** Objects of a picture, made by hand: the left half, a square in it, the right third. */
  const byHand = (width, height) => new Results({
    image: { data: new Uint8Array(0), width, height }, boxes: new Float32Array(12), scores: new Float32Array(3).fill(0.5),
    masks: [rectangle(width, height, 0, 0, width / 2, height), rectangle(width, height, 40, 40, 60, 60), rectangle(width, height, 2 * width / 3, 0, width / 3, height)],
    speed: { preprocess: 0, inference: 0, postprocess: 0 }, model: 'hand', imgsz: 64, device: 'none', precision: 'fp32',
    letterbox: { imageWidth: width, imageHeight: height, netWidth: 64, netHeight: 64, width: 64, height: 64, top: 0, bottom: 0, left: 0, right: 0 },
  });
  const show = async (html) => {
    document.body.innerHTML = html;
    const element = document.querySelector('fastsam-image');
    await part(element, 'image').decode();
    return element;
  };`;

/** Runs a script in a page; what it hands to `report` comes back. */
async function inPage(script: string): Promise<unknown> {
  const files = await workerFiles('', { weights: TRAINED });
  const page = await bundle(
    `${HEAD} (async () => { ${script} })().catch((error) => report({ error: String(error?.stack ?? error) }));`,
  );
  return resultOfPage(
    { ...files, 'page.js': page, 'photo.png': readFileSync(scene('coins.png')) },
    { flags: ['--disable-gpu', '--window-size=1200,900'] },
  );
}

test.skipIf(chromium === undefined)(
  `a picture and a model: objects are found in a worker, then clicked${chromiumNote}`,
  { timeout: 300_000 },
  async () => {
    const found = await inPage(`
      const element = document.createElement('fastsam-image');
      element.setAttribute('src', 'photo.png');
      element.setAttribute('model', './demo.safetensors');
      element.loadOptions = { device: 'wasm' };
      element.segmentOptions = { imgsz: 320 };
      const steps = new Set();
      element.addEventListener('progress', ({ detail }) => steps.add(detail.type));
      document.body.append(element);
      const { scene } = await heard(element, 'ready');
      const object = scene.at(0);
      const [x, y] = [(object.box[0] + object.box[2]) / 2, (object.box[1] + object.box[3]) / 2];
      click(element, x, y);
      const area = element.selection.at(0).area;
      const second = await show('<fastsam-image src="photo.png" model="./demo.safetensors"></fastsam-image>');
      second.setAttribute('src', 'nothing.png');
      const { error } = await heard(second, 'error');
      await report({ json: { ...scene.toJSON(), image: null, speed: null, device: null, model: null }, steps: [...steps], area,
        stack: scene.imageMasks.filter((mask) => mask.has(Math.floor(x), Math.floor(y))).map((mask) => mask.area),
        failure: [error.code, error.message.replace(/http[^ ]*[/]/, ''), part(second, 'status').textContent !== ''] });`);
    const model = await FastSAM.load(TRAINED, { device: 'wasm' });
    const expected = await model.segment(scene('coins.png'), { imgsz: 320 });
    model.dispose();
    const { json, steps, area, stack, failure } = found as Record<
      'json' | 'steps' | 'area' | 'stack' | 'failure',
      unknown
    >;
    expect(json).toEqual(
      JSON.parse(JSON.stringify({ ...expected.toJSON(), image: null, speed: null, device: null, model: null })),
    );
    expect(steps).toEqual(expect.arrayContaining(['compile', 'preprocess', 'inference', 'postprocess']));
    expect(area).toBe(Math.min(...(stack as number[])));
    expect(failure).toEqual([
      'INVALID_IMAGE',
      'picture: nothing.png cannot be shown; give the address of an image',
      true,
    ]);
  },
);

test.skipIf(chromium === undefined)(`pointer, keys, tools and parts${chromiumNote}`, { timeout: 120_000 }, async () => {
  const found = await inPage(`
    const element = await show('<fastsam-image src="photo.png" alt="Coins" style="width: 300px" stretch></fastsam-image>');
    const { naturalWidth: width, naturalHeight: height } = part(element, 'image');
    const events = [];
    for (const name of ['ready', 'hover', 'select', 'nothing', 'action', 'change']) element.addEventListener(name, () => events.push(name));
    element.scene = byHand(width, height);
    const overlay = part(element, 'overlay');
    point(element, 'pointermove', 60, 60);
    await frame();
    const hovered = [element.interaction.state.hovered, element.interaction.state.stack, colourAt(element, 70, 70)[3] > 0, colourAt(element, 110, 110)[3], overlay.hasAttribute('data-hit')];
    click(element, 60, 60);
    click(element, width - 20, 20);
    click(element, 60, 60, { button: 2, buttons: 2 });
    const clicks = objectsOf(element);
    click(element, 10, 10, { shiftKey: true });
    const shift = objectsOf(element);
    click(element, width / 2 + 12, 20);
    const live = part(element, 'live').textContent;
    const used = [press(element, 'KeyM'), press(element, 'KeyQ'), press(element, 'KeyZ', { ctrlKey: true }), press(element, 'ArrowRight'), press(element, 'Escape')];
    const wheel = new WheelEvent('wheel', { altKey: true, deltaY: -1, cancelable: true });
    point(element, 'pointermove', 61, 61);
    overlay.dispatchEvent(wheel);
    const wheeled = [element.interaction.state.hovered, wheel.defaultPrevented];
    element.setAttribute('tool', 'brush');
    element.interaction.clear();
    point(element, 'pointerdown', 100, 150, { buttons: 1 });
    point(element, 'pointermove', 140, 150, { buttons: 1, button: -1 });
    await frame();
    const running = [element.interaction.state.gesture.kind, colourAt(element, 120, 150)[3] > 0, overlay.hasAttribute('data-draws')];
    point(element, 'pointerup', 140, 150);
    const stroke = element.selection.at(0).mask.bbox;
    point(element, 'pointerleave', 0, 0);
    element.style.width = '150px';
    await frame();
    await frame();
    const parts = [...element.shadowRoot.children].map((each) => each.getAttribute('part'));
    const resized = overlay.width === Math.round(overlay.clientWidth * devicePixelRatio);
    element.remove();
    await report({ hovered, clicks, shift, live, used, wheeled, running, stroke, parts, resized, label: overlay.getAttribute('aria-label'),
      events: [...new Set(events)].sort(), defined: customElements.get('fastsam-image') === FastSAMImage });`);
  expect(found).toEqual({
    hovered: [1, [1, 0], true, 0, true],
    clicks: [[2]],
    shift: [[2], [0]],
    live: 'No object here',
    used: [true, false, true, true, true],
    wheeled: [0, true],
    running: ['stroke', true, true],
    stroke: [88, 138, 152, 162],
    parts: ['image', 'overlay', 'status', 'live'],
    resized: true,
    label: 'Coins',
    events: ['action', 'change', 'hover', 'nothing', 'ready', 'select'],
    defined: true,
  });
});
