/** The examples with Annotorious and OpenSeadragon, in a page: masks go there as web annotations, are edited and come back. */
import { existsSync, readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { chromium, resultOfPage } from '../support/chromium.js';
import { repository, scene } from '../support/paths.js';

const folder = repository('examples/annotorious');
const missing =
  chromium === undefined
    ? ' (skipped: no Chromium here)'
    : existsSync(`${folder}/node_modules/openseadragon`)
      ? ''
      : ' (skipped: run npm ci in examples/annotorious)';

const HEAD = `
  import { Results } from '../../src/results/results.ts';
  import { Mask } from '../../src/mask/mask.ts';
  import { equals } from '../../src/mask/setOps.ts';
  const rectangle = (width, height, x, y, w, h) => {
    const bitmap = new Uint8Array(width * height);
    for (let r = y; r < y + h; r++) bitmap.fill(1, r * width + x, r * width + x + w);
    return Mask.fromBitmap(bitmap, width, height);
  };
  const sceneOf = ({ width, height }) => new Results({
    image: { data: new Uint8Array(0), width, height }, boxes: new Float32Array(8), scores: new Float32Array(2).fill(0.5),
    masks: [rectangle(width, height, 40, 40, 100, 60), rectangle(width, height, 200, 30, 50, 50)],
    speed: { preprocess: 0, inference: 0, postprocess: 0 }, model: 'hand', imgsz: 64, device: 'none', precision: 'fp32',
    letterbox: { imageWidth: width, imageHeight: height, netWidth: 64, netHeight: 64, width: 64, height: 64, top: 0, bottom: 0, left: 0, right: 0 },
  });
  const image = new Image();
  image.src = 'photo.png';
  await image.decode();
  const scene = sceneOf({ width: image.naturalWidth, height: image.naturalHeight });
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  /** Follows the way of a drag over elements. */
  const drag = (element, from, to) => {
    const at = ([x, y], buttons) => ({ clientX: x, clientY: y, buttons, button: 0, bubbles: true, composed: true, pointerId: 1, isPrimary: true, pointerType: 'mouse' });
    element.setPointerCapture = () => undefined;
    element.releasePointerCapture = () => undefined;
    element.dispatchEvent(new PointerEvent('pointerdown', at(from, 1)));
    element.dispatchEvent(new PointerEvent('pointermove', at(to, 1)));
    element.dispatchEvent(new PointerEvent('pointerup', at(to, 0)));
  };`;

/** Runs a module beside the examples. */
async function inPage(script: string): Promise<Record<string, unknown>> {
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir: folder, loader: 'ts' },
    ...{ bundle: true, format: 'esm', platform: 'browser', conditions: ['browser'], write: false, logLevel: 'silent' },
    loader: { '.css': 'text' },
    absWorkingDir: repository('.'),
    alias: Object.fromEntries(
      ['mask', 'interact'].map((name) => [`fastsam-tfjs/${name}`, repository(`src/entry/${name}.ts`)]),
    ),
  });
  const page =
    '<!doctype html><meta charset="utf-8"><body style="margin:0"><script type="module" src="page.js"></script>';
  return resultOfPage({ '': page, 'page.js': outputFiles[0].text, 'photo.png': readFileSync(scene('coins.png')) });
}

const script = (imports: string, body: string): string => `${imports}${HEAD}
  (async () => { ${body} })().then(
    (value) => fetch('/result', { method: 'POST', body: JSON.stringify(value) }),
    (error) => fetch('/result', { method: 'POST', body: JSON.stringify({ error: String(error?.stack ?? error) }) }));`;

test.skipIf(chromium === undefined)(`masks as web annotations${chromium === undefined ? missing : ''}`, async () => {
  const found = await inPage(
    script(
      `import { annotationOf, maskOf } from './annotation.js';`,
      `
      const rows = ['.#####..', '.#...#.#', '.#.#.#.#', '.#...#..', '.#####..'];
      const mask = Mask.fromBitmap([...rows.join('')].map((cell) => Number(cell === '#')), 8, 5);
      const back = maskOf(annotationOf({ id: 1, mask }, 'a.jpg', 0), 8, 5);
      return { same: equals(mask, back), annotation: annotationOf({ id: 4, mask: rectangle(9, 9, 1, 2, 4, 4) }, 'a.jpg') };`,
    ),
  );
  expect(found).toMatchObject({
    same: true,
    annotation: {
      id: 'item-4',
      target: {
        source: 'a.jpg',
        selector: { value: '<svg><path fill-rule="evenodd" d="M5 2 L5 6 L1 6 L1 2 Z"/></svg>' },
      },
    },
  });
});

test.skipIf(missing !== '')(`Annotorious on a picture${missing}`, { timeout: 120_000 }, async () => {
  const found = await inPage(
    script(
      `import { annotateImage } from './image.js'; import css from '@annotorious/annotorious/annotorious.css';`,
      `
      document.head.append(Object.assign(document.createElement('style'), { textContent: css }));
      document.body.append(image);
      const { annotator, interaction } = annotateImage(image, scene);
      interaction.choose(0);
      interaction.choose(1, 'new');
      const there = annotator.getAnnotations().map(({ id, target }) => [id, target.selector.type, target.source.endsWith('photo.png')]);
      annotator.setSelected('item-1');
      await pause(300);
      const corner = [...document.querySelectorAll('.a9s-annotationlayer .a9s-handle-buffer')].find((each) => {
        const { x, y, width, height } = each.getBoundingClientRect();
        return Math.abs(x + width / 2 - 140) < 1 && Math.abs(y + height / 2 - 100) < 1;
      });
      drag(corner, [140, 100], [160, 130]);
      await pause(100);
      annotator.cancelSelected();
      await pause(300);
      return { there, box: interaction.selection().at(0).mask.bbox, area: interaction.selection().at(0).area, history: interaction.history.map(({ name }) => name), undone: interaction.undo() && interaction.selection().at(0).area };`,
    ),
  );
  expect(found).toEqual({
    there: [
      ['item-1', 'SvgSelector', true],
      ['item-2', 'SvgSelector', true],
    ],
    box: [40, 40, 160, 130],
    area: 8100, // of the corners (40, 40), (140, 40), (160, 130), (40, 100)
    history: ['choose', 'choose', 'set mask'],
    undone: 6000,
  });
});

test.skipIf(missing !== '')(`Annotorious in OpenSeadragon${missing}`, { timeout: 120_000 }, async () => {
  const found = await inPage(
    script(
      `import OpenSeadragon from 'openseadragon'; import { annotateViewer } from './deepZoom.js'; import css from '@annotorious/openseadragon/annotorious-openseadragon.css';`,
      `
      document.head.append(Object.assign(document.createElement('style'), { textContent: css }));
      document.body.innerHTML = '<div id="viewer" style="width:600px;height:400px"></div>';
      const viewer = OpenSeadragon({ id: 'viewer', tileSources: { type: 'image', url: 'photo.png' }, drawer: 'canvas', showNavigationControl: false });
      await new Promise((resolve) => viewer.addOnceHandler('open', resolve));
      const { annotator, interaction } = annotateViewer(viewer, image.src, scene);
      interaction.choose(0);
      await pause(300);
      const [{ id, target }] = annotator.getAnnotations();
      annotator.setSelected(id);
      await pause(500);
      const place = (x, y) => {
        const point = viewer.viewport.imageToViewerElementCoordinates(new OpenSeadragon.Point(x, y));
        return [point.x, point.y];
      };
      const from = place(140, 100);
      const corner = [...document.querySelectorAll('.a9s-handle-buffer')].find((each) => {
        const { x, y, width, height } = each.getBoundingClientRect();
        return Math.abs(x + width / 2 - from[0]) < 1 && Math.abs(y + height / 2 - from[1]) < 1;
      });
      drag(corner, from, place(160, 130));
      await pause(100);
      annotator.cancelSelected();
      await pause(300);
      const { mask, area } = interaction.selection().at(0);
      return { id, selector: target.selector.type, box: mask.bbox, area, last: interaction.history.at(-1).name };`,
    ),
  );
  expect(found).toEqual({ id: 'item-1', selector: 'SvgSelector', box: [40, 40, 160, 130], area: 8100, last: 'set mask' });
});
