/** The model as callers see it: what goes in, what comes out, what is refused. */
import * as tf from '@tensorflow/tfjs';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  FastSAM,
  readImage,
  type ImageInput,
  type Results,
  type RgbImage,
  type SegmentOptions,
} from '../../src/index.js';
import { iou } from '../../src/mask/setOps.js';
import { describeOnDevices } from '../support/devices.js';
import { FileServer } from '../support/fileServer.js';
import { goldenPath } from '../support/golden.js';
import { greyImage } from '../support/images.js';
import { repository, scene, TRAINED } from '../support/paths.js';

const COINS = scene('coins.png');
const COFFEE = scene('coffee.jpg');
const TINY = goldenPath('layers/tiny.safetensors');

const coins = await readImage(COINS);

/** What tells two results apart. */
function content(results: Results): unknown {
  return {
    scores: [...results.scores],
    boxes: [...results.boxes.xyxy],
    masks: results.masks.list.map((mask) => [mask.x, mask.y, mask.width, mask.height, ...mask.words]),
  };
}

/** An image of the grey of padding. */
const grey = (width: number, height: number, value = 114): RgbImage => greyImage(width, height, value);

/** A part of an image. */
function crop({ data, width }: RgbImage, x: number, y: number, w: number, h: number): RgbImage {
  const out = new Uint8Array(w * h * 3);
  for (let r = 0; r < h; r++) {
    const from = ((y + r) * width + x) * 3;
    out.set(data.subarray(from, from + w * 3), r * w * 3);
  }
  return { data: out, width: w, height: h };
}

describeOnDevices('a model', ['wasm', 'native'], ({ choice, device }) => {
  let model: FastSAM;

  beforeAll(async () => {
    model = await FastSAM.load('demo', { device: choice });
  });
  afterAll(() => {
    model.dispose();
  });

  describe('loading', () => {
    test('by name: the defaults of the file, and facts', () => {
      expect(model.info).toMatchObject({
        name: 'demo',
        defaults: { imgsz: 320, conf: 0.25, iou: 0.7 },
        classNames: { 0: 'object' },
        precision: 'fp32',
        architecture: { scale: 'n', classes: 1, regMax: 16 },
      });
      expect(model.info.device).toBe(device);
    });

    test('by path, file URL, http URL and bytes gives the same network', async () => {
      const bytes = readFileSync(TRAINED);
      const server = new FileServer(bytes);
      await server.start();
      const home = mkdtempSync(join(tmpdir(), 'fastsam-home-'));
      vi.stubEnv('FASTSAM_HOME', home);
      const named = await FastSAM.load('demo', { compile: false });
      const expected = content(await named.segment(coins));
      named.dispose();
      try {
        const url = server.url.replace('file.pt', 'other.safetensors');
        for (const source of [TRAINED, pathToFileURL(TRAINED), url, new Uint8Array(bytes), bytes]) {
          const again = await FastSAM.load(source, { compile: false });
          expect(content(await again.segment(coins))).toEqual(expected);
          again.dispose();
        }
      } finally {
        await server.stop();
        vi.unstubAllEnvs();
        rmSync(home, { recursive: true });
      }
    });

    test('a checkpoint that the catalogue does not know gets its own defaults, else those of the method', async () => {
      const other = await FastSAM.load(TRAINED);
      expect(other.info).toMatchObject({ name: 'demo.safetensors', path: TRAINED });
      expect(other.info.defaults).toEqual({ imgsz: 320, conf: 0.25, iou: 0.7 });
      const bytes = await FastSAM.load(readFileSync(TINY));
      expect(bytes.info).toMatchObject({ name: 'bytes', path: '' });
      expect(bytes.info.defaults).toEqual({ imgsz: 1024, conf: 0.4, iou: 0.9 });
      other.dispose();
      bytes.dispose();
    });

    test.each<[string, string, unknown, unknown]>([
      ['UNKNOWN_NAME', 'FastSAM-xxl', 'FastSAM-xxl', {}],
      ['FILE_UNREADABLE', 'none.pt', 'none.pt', {}],
      ['INVALID_CHECKPOINT', 'checkpoint', new Uint8Array(100), {}],
      ['INVALID_ARGUMENT', 'device', 'demo', { device: 'tpu' }],
      ['INVALID_ARGUMENT', 'precision', 'demo', { precision: 'int8' }],
      ['INVALID_ARGUMENT', 'compile', 'demo', { compile: 'yes' }],
      ['INVALID_ARGUMENT', 'keepBatchNorm', 'demo', { keepBatchNorm: 1 }],
      ['INVALID_ARGUMENT', 'weightsUrl', 'demo', { weightsUrl: '' }],
      ['INVALID_ARGUMENT', 'wasmPaths', 'demo', { wasmPaths: { 'tfjs-backend-wasm.wasm': '/a.wasm' } }],
      ['INVALID_ARGUMENT', 'onProgress', 'demo', { onProgress: 'x' }],
      ['INVALID_ARGUMENT', 'signal', 'demo', { signal: {} }],
      ['INVALID_ARGUMENT', 'devices', 'demo', { devices: 'cpu' }],
      ['INVALID_ARGUMENT', 'options', 'demo', null],
      ['ABORTED', 'aborted', 'demo', { signal: AbortSignal.abort() }],
      ['ABORTED', 'aborted', readFileSync(TRAINED), { signal: AbortSignal.abort() }],
    ])('%s names %s', async (code, what, source, options) => {
      const failure = FastSAM.load(source as string, options as object);
      await expect(failure).rejects.toMatchObject({ name: 'FastSAMError', code });
      await expect(failure).rejects.toThrow(what);
    });

    test('two models at once, loaded at the same time, each with its own weights', async () => {
      const [a, b] = await Promise.all([FastSAM.load('demo'), FastSAM.load(TINY)]);
      expect(a.info.device).toBe(b.info.device);
      const expected = content(await model.segment(coins));
      const [first, , second] = await Promise.all([
        a.segment(coins),
        b.segment(coins, { imgsz: 64 }),
        model.segment(coins),
      ]);
      expect(content(first)).toEqual(expected);
      expect(content(second)).toEqual(expected);
      a.dispose();
      b.dispose();
      expect(content(await model.segment(coins))).toEqual(expected);
    });

    test('another device while a model is loaded is refused', async () => {
      const other = model.info.device === 'wasm' ? 'gpu' : 'wasm';
      await expect(FastSAM.load('demo', { device: other })).rejects.toMatchObject({ code: 'DEVICE_UNAVAILABLE' });
      expect((await model.segment(coins)).length).toBe(25);
    });

    test('batch norm kept or folded, compiled or not: the same objects', async () => {
      const expected = await model.segment(coins);
      for (const options of [{ keepBatchNorm: true }, { compile: false }]) {
        const variant = await FastSAM.load('demo', options);
        const results = await variant.segment(coins);
        expect(results.boxes.xyxy).toBeAllclose(expected.boxes.xyxy, { atol: 0.005 });
        expect(results.map(({ mask }, i) => iou(mask.mask, expected.masks.list[i])).every((v) => v > 0.99)).toBe(true);
        variant.dispose();
      }
    });
  });

  describe('images', () => {
    const width = 384;
    const height = 303;
    const kinds: [string, () => ImageInput | Promise<ImageInput>][] = [
      ['path', () => COINS],
      ['file URL', () => pathToFileURL(COINS)],
      ['data URL', () => `data:image/png;base64,${readFileSync(COINS).toString('base64')}`],
      ['Buffer', () => readFileSync(COINS)],
      ['RgbImage', () => coins],
      ['RGB pixels', () => ({ data: coins.data, width, height, channels: 3 })],
      ['grey pixels', () => ({ data: coins.data.filter((_, i) => i % 3 === 0), width, height, channels: 1 })],
      ['RGBA pixels', () => ({ data: rgba(coins), width, height, channels: 4 })],
      ['int32 tensor', () => tf.tensor3d(Int32Array.from(coins.data), [height, width, 3], 'int32')],
    ];

    test.each(kinds)('%s', async (_name, make) => {
      const input = await make();
      const results = await model.segment(input);
      expect(content(results)).toEqual(content(await model.segment(coins)));
      if (input instanceof tf.Tensor) {
        expect(input.isDisposed).toBe(false);
        input.dispose();
      }
    });

    function rgba({ data }: RgbImage): Uint8Array {
      return Uint8Array.from({ length: (data.length / 3) * 4 }, (_, i) =>
        i % 4 === 3 ? 128 : data[Math.floor(i / 4) * 3 + (i % 4)],
      );
    }

    test('a list gives a list, in its order, as one by one', async () => {
      const images: ImageInput[] = [
        COFFEE,
        coins,
        crop(coins, 10, 20, 300, 100),
        crop(coins, 5, 5, 100, 290),
        grey(64, 64),
      ];
      const oneByOne: Results[] = [];
      for (const image of images) oneByOne.push(await model.segment(image));
      const list = await model.segment(images);
      expect(list.map(content)).toEqual(oneByOne.map(content));
      expect(list.map(({ image }) => image.width)).toEqual([600, 384, 300, 100, 64]);
      expect(list[0].image.path).toBe(COFFEE);
      for (const batch of [2, 8]) {
        const batched = await model.segment(images, { batch });
        batched.forEach((results, i) => {
          expectAlike(results, oneByOne[i]);
        });
      }
    });

    test('images of one size together in the network, as one by one', async () => {
      const parts = [0, 20, 40, 60, 80].map((x) => crop(coins, x, x, 220, 200));
      const oneByOne = await model.segment(parts);
      const together = await model.segment(parts, { batch: 3 });
      expect(together).toHaveLength(5);
      together.forEach((results, i) => {
        expectAlike(results, oneByOne[i]);
      });
    });

    /** The same objects; larger batches may add up in another order. */
    function expectAlike(results: Results, expected: Results): void {
      expect(results.boxes.xyxy).toBeAllclose(expected.boxes.xyxy, { atol: 0.01 });
      expect(results.map(({ mask }, i) => iou(mask.mask, expected.masks.list[i])).every((v) => v > 0.99)).toBe(true);
    }

    test('an empty list gives an empty list', async () => {
      expect(await model.segment([])).toEqual([]);
    });

    test('one unreadable image of a list fails the call', async () => {
      await expect(model.segment([coins, repository('package.json')])).rejects.toMatchObject({ code: 'INVALID_IMAGE' });
      await expect(model.segment([repository('none.png'), coins])).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
      await expect(model.segment(undefined as unknown as string)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    });

    test.each([
      [1, 1],
      [1, 3000],
      [3000, 1],
      [2, 7],
      [33, 31],
    ])('%i x %i pixels', async (w, h) => {
      for (const retinaMasks of [true, false]) {
        const results = await model.segment(grey(w, h), { conf: 0.001, iou: 1, maxDet: 20, retinaMasks });
        for (const { box, mask } of results) {
          expect([mask.width, mask.height]).toEqual([w, h]);
          expect(mask.area).toBeGreaterThan(0);
          expect(box[0]).toBeGreaterThanOrEqual(0);
          expect(box[2]).toBeLessThanOrEqual(w);
          expect(box[3]).toBeLessThanOrEqual(h);
        }
      }
    });

    test('results repeat bit for bit, also when calls overlap', async () => {
      const expected = content(await model.segment(COFFEE));
      expect(content(await model.segment(COFFEE))).toEqual(expected);
      const [a, b, c] = await Promise.all([model.segment(COFFEE), model.segment(coins), model.segment(COFFEE)]);
      expect(content(a)).toEqual(expected);
      expect(content(c)).toEqual(expected);
      expect(b.length).toBe(25);
    });
  });

  describe('an image without objects', () => {
    test('gives results that take every call', async () => {
      const results = await model.segment(grey(120, 80), { conf: 1 });
      expect(results.length).toBe(0);
      expect([...results]).toEqual([]);
      expect(results.plot()).toEqual(grey(120, 80));
      expect(results.toJSON()).toMatchObject({ image: { path: null, width: 120, height: 80 }, masks: [] });
      expect(results.toCoco()).toEqual([]);
      expect(results.toYolo()).toBe('');
      expect(results.labelMap()).toEqual(new Uint16Array(120 * 80));
      expect(results.refine({ clean: true, largest: true }).length).toBe(0);
      expect(
        results
          .filter(() => true)
          .sort(() => 0)
          .select([]).length,
      ).toBe(0);
      expect(results.prompt({ boxes: [[1, 1, 50, 50]] }).length).toBe(0);
      for (const pick of ['all', 'smallest', 'best', 'merge'] as const) {
        expect(results.prompt({ points: [[5, 5]], pick }).length).toBe(0);
      }
      expect(() => results.at(0)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error);
      expect(() => results.cutout(0)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error);
      expect(Object.values(results.speed).every((ms) => ms >= 0)).toBe(true);
    });

    test.each(['ultralytics', 'casia'] as const)('under %s as well', async (compat) => {
      const results = await model.segment([grey(120, 80), grey(80, 120)], { conf: 1, compat });
      expect(results.map(({ length }) => length)).toEqual([0, 0]);
      expect(results[0].prompt({ boxes: [[1, 1, 50, 50]] }).length).toBe(0);
      expect(results[0].prompt({ points: [[5, 5]] }).length).toBe(0);
    });
  });

  describe('options', () => {
    test.each<[string, unknown]>([
      ...[0, -1, 1.5, NaN, Infinity, '320', 8193, true].map((value) => ['imgsz', value] as [string, unknown]),
      ['imgsz', [320]],
      ['imgsz', [320, 320, 3]],
      ['imgsz', [320, -1]],
      ['imgsz', {}],
      ...['conf', 'iou'].flatMap((name) =>
        [-0.1, 1.1, NaN, '0.5', Infinity, [0.5]].map((value) => [name, value] as [string, unknown]),
      ),
      ...['maxDet', 'batch'].flatMap((name) =>
        [0, -1, 2.5, NaN, '3', 1e9].map((value) => [name, value] as [string, unknown]),
      ),
      ...['retinaMasks', 'snapFullBoxes', 'square'].flatMap((name) =>
        [0, 1, 'true', {}].map((value) => [name, value] as [string, unknown]),
      ),
      ['compat', 'Ultralytics'],
      ['compat', null],
      ['signal', {}],
      ['signal', 'abort'],
      ['retina_masks', true],
      ['maxdet', 3],
    ])('%s: %j is refused by name', async (name, value) => {
      const failure = model.segment(coins, { [name]: value });
      await expect(failure).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      await expect(failure).rejects.toThrow(name);
    });

    test('undefined means the default, null and text are no options', async () => {
      const given = { conf: undefined, imgsz: undefined, compat: undefined } as unknown as SegmentOptions;
      expect((await model.segment(coins, given)).length).toBe(25);
      for (const options of [null, 'conf=0.1']) {
        await expect(model.segment(coins, options as SegmentOptions)).rejects.toMatchObject({
          code: 'INVALID_ARGUMENT',
        });
      }
    });

    test('conf, iou and maxDet choose as they say', async () => {
      const all = await model.segment(coins);
      const sure = await model.segment(coins, { conf: 0.6 });
      expect([...sure.scores]).toEqual([...all.scores].filter((score) => score > 0.6));
      expect(sure.length).toBeGreaterThan(0);
      expect([...(await model.segment(coins, { maxDet: 4 })).scores]).toEqual([...all.scores].slice(0, 4));
      expect((await model.segment(coins, { iou: 1 })).length).toBeGreaterThan(all.length);
      expect([...all.scores]).toEqual([...all.scores].sort((a, b) => b - a));
    });

    test('imgsz as [height, width] and square set the size of the network input', async () => {
      const size = async (options: SegmentOptions) => {
        const { netWidth, netHeight } = (await model.segment(coins, options)).letterbox;
        return [netWidth, netHeight];
      };
      expect(await size({})).toEqual([320, 256]);
      expect(await size({ square: true })).toEqual([320, 320]);
      expect(await size({ imgsz: 200 })).toEqual([224, 192]);
      expect(await size({ imgsz: [160, 320], square: true })).toEqual([320, 160]);
    });

    test('plain masks agree with retina masks', async () => {
      for (const image of [COINS, COFFEE]) {
        const retina = await model.segment(image);
        const plain = await model.segment(image, { retinaMasks: false });
        expect([...plain.scores]).toEqual([...retina.scores]);
        const large = retina.map(({ area }, i) => (area > 1000 ? i : -1)).filter((i) => i >= 0);
        expect(large.length).toBeGreaterThan(2);
        for (const i of large) expect(iou(plain.masks.list[i], retina.masks.list[i])).toBeGreaterThan(0.95);
      }
    });

    test('an object that nearly fills the image gets the whole of it, box and mask', async () => {
      const close = crop(coins, 246, 97, 50, 46); // one coin, cut at its edges
      const loose = await model.segment(close, { conf: 0.1, snapFullBoxes: false });
      const snapped = await model.segment(close, { conf: 0.1 });
      const full = snapped.boxes.at(0);
      expect(full).toEqual([0, 0, 50, 46]);
      expect(loose.boxes.at(0)).not.toEqual(full);
      expect(snapped.at(0).area).toBeGreaterThanOrEqual(loose.at(0).area);
      expect(iou(snapped.masks.list[0], loose.masks.list[0])).toBeGreaterThan(0.9);
    });

    test('compat changes what the peers do otherwise', async () => {
      const plain = { retinaMasks: false } as const;
      const own = await model.segment(coins, plain);
      const peer = await model.segment(coins, { ...plain, compat: 'ultralytics' });
      expect(own.masks.list[0].gridWidth).toBe(384);
      expect(peer.masks.list[0].gridWidth).toBe(320);
      expect(peer.imageMasks[0].gridWidth).toBe(384);
      const unequal = [coins, crop(coins, 0, 0, 300, 100)];
      const heights = async (options: SegmentOptions) =>
        (await model.segment(unequal, options)).map(({ letterbox }) => letterbox.netHeight);
      expect(await heights({})).toEqual([256, 128]);
      expect(await heights({ compat: 'ultralytics' })).toEqual([320, 320]);
      const casia = await model.segment(coins, { compat: 'casia' });
      expect(casia.compat).toBe('casia');
      expect(casia.length).toBe(25);
    });
  });

  describe('aborting', () => {
    test('before the call', async () => {
      const signal = AbortSignal.abort(new Error('enough'));
      const failure = model.segment(coins, { signal });
      await expect(failure).rejects.toMatchObject({ code: 'ABORTED', cause: { message: 'enough' } });
      await expect(model.segment([coins, coins], { signal })).rejects.toMatchObject({ code: 'ABORTED' });
      await expect(model.activations(coins, ['model.0'], { signal })).rejects.toMatchObject({ code: 'ABORTED' });
    });

    test('during the call, which then leaves the model as it was', async () => {
      const controller = new AbortController();
      const many = Array.from({ length: 50 }, () => coins);
      const failure = model.segment(many, { signal: controller.signal });
      setTimeout(() => {
        controller.abort();
      }, 5);
      await expect(failure).rejects.toMatchObject({ code: 'ABORTED' });
      expect((await model.segment(coins)).length).toBe(25);
    });
  });

  describe('activations', () => {
    test('have the shapes of the layers', async () => {
      const names = ['model.0', 'model.9', 'model.2.m.0.cv1', 'model.22.proto', 'model.22', 'model.22.dfl'];
      const found = await model.activations(coins, names);
      expect(Object.fromEntries(Object.entries(found).map(([name, { shape }]) => [name, shape]))).toEqual({
        'model.0': [1, 128, 160, 16],
        'model.9': [1, 8, 10, 256],
        'model.2.m.0.cv1': [1, 64, 80, 16],
        'model.22.proto': [1, 64, 80, 32],
        'model.22': [1, 37, 1680],
        'model.22.dfl': [1, 1680, 4],
      });
      tf.dispose(found);
      const square = await model.activations(coins, ['model.0'], { imgsz: 64, square: true });
      expect(square['model.0'].shape).toEqual([1, 32, 32, 16]);
      tf.dispose(square);
    });

    test('a wrong name is answered with the nearest', async () => {
      const failure = model.activations(coins, ['model.0', 'model.22.prot']);
      await expect(failure).rejects.toMatchObject({ code: 'UNKNOWN_NAME' });
      await expect(failure).rejects.toThrow(/'model.22.prot'.*model\.22\.proto/);
    });

    test('unknown options are refused', async () => {
      const options = { size: 64 } as object;
      await expect(model.activations(coins, ['model.0'], options)).rejects.toThrow(/option "size"/);
    });
  });

  describe('disposing', () => {
    test('twice is once; every later call throws; results stay', async () => {
      const brief = await FastSAM.load('demo');
      const results = await brief.segment(coins);
      brief.dispose();
      brief.dispose();
      await expect(brief.segment(coins)).rejects.toMatchObject({ code: 'DISPOSED' });
      await expect(brief.segment([])).rejects.toMatchObject({ code: 'DISPOSED' });
      await expect(brief.activations(coins, ['model.0'])).rejects.toMatchObject({ code: 'DISPOSED' });
      await expect(brief.stream([coins]).next()).rejects.toMatchObject({ code: 'DISPOSED' });
      expect(results.prompt({ points: [[270, 120]] }).length).toBeGreaterThan(0);
      expect(results.plot().width).toBe(384);
      expect(results.probabilities(0).width).toBe(80);
      expect(JSON.parse(JSON.stringify(results))).toMatchObject({ model: 'demo' });
      expect((await model.segment(coins)).length).toBe(25);
    });

    test('during a call ends it at its next image, and the weights go', async () => {
      const before = tf.memory().numTensors;
      const brief = await FastSAM.load('demo');
      const many = brief.segment(Array.from({ length: 50 }, () => coins));
      setTimeout(() => {
        brief.dispose();
      }, 5);
      await expect(many).rejects.toMatchObject({ code: 'DISPOSED' });
      expect(tf.memory().numTensors).toBe(before);
    });
  });
});
