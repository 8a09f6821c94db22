/** Exact inputs: float tensors are never rounded, and the letterbox is public in both directions. */
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FastSAM, readImage } from '../../../src/index.js';
import { letterbox, letterboxGeometry } from '../../../src/image/letterbox.js';
import { describeOnDevices } from '../../support/devices.js';
import { rejectionOf } from '../../support/errors.js';
import { scene } from '../../support/paths.js';
import { expectNoLeaks, later } from '../../support/tensors.js';
import { atSamples, expectSameResults, floatImage, golden } from './support.js';

const tensorOf = (height: number, width: number): tf.Tensor3D =>
  later(tf.tensor3d(floatImage(height, width), [height, width, 3]));

describeOnDevices('exact inputs', ['wasm', 'native'], ({ choice }) => {
  let model: FastSAM;

  beforeAll(async () => {
    model = await FastSAM.load('demo', { device: choice });
    const values = Promise.resolve(new Float32Array(32 * 32 * 3));
    // The graph for floats is made here, so that its constants do not count as leaks.
    await model.detect({ shape: [32, 32, 3], dtype: 'float32', data: () => values });
  });
  afterAll(() => {
    model.dispose();
  });
  expectNoLeaks();

  describe('letterbox', () => {
    test.each(golden.letterboxes)(
      '$height x $width into $imgsz, stretch $stretch, as OpenCV in float32',
      async (wanted) => {
        const { height, width, shape, values, ...options } = wanted;
        const input = later(await model.letterbox(tensorOf(height, width), options));
        expect(input.tensor.shape).toEqual([1, ...shape, 3]);
        const { got, expected } = atSamples(input.tensor.dataSync(), [...shape, 3], values);
        expect(got).toBeAllclose(expected, { atol: 1e-6 });
      },
    );

    test('changes no bit where the size fits', async () => {
      const tensor = tensorOf(64, 96);
      const input = later(await model.letterbox(tensor, { imgsz: 96 }));
      expect(input.tensor.dataSync()).toEqual(tensor.dataSync());
    });

    test('of bytes is what segment feeds: OpenCV, then divided by 255 in float32', async () => {
      const image = await readImage(scene('coins.png'));
      const bytes = letterbox(image, letterboxGeometry(image.width, image.height, 320));
      const input = later(await model.letterbox(scene('coins.png'), { imgsz: 320 }));
      expect(input.tensor.dataSync()).toEqual(Float32Array.from(bytes, (byte) => byte / 255));
      const red = later(await model.letterbox(image, { imgsz: 320, padding: [255, 0, 0] }));
      expect([...red.tensor.dataSync().slice(0, 3)]).toEqual([1, 0, 0]);
    });

    test('points and boxes go both ways', async () => {
      const input = later(await model.letterbox(scene('coins.png'), { imgsz: 320 })); // 384 x 303 -> 320 x 252 of 256
      expect([...input.toNetwork([0, 0, 384, 303])]).toEqual([0, 2, 320, 254]);
      expect([...input.toImage([0, 2, 320, 254])]).toEqual([0, 0, 384, 303]);
      const there = input.toNetwork([10.5, 20.25, -7, 400]);
      expect([...input.toImage(there)]).toBeAllclose([10.5, 20.25, -7, 400], { atol: 1e-9 });
      expect(() => input.toImage([1])).toThrow(/pairs x, y/);
      const wide = later(await model.letterbox(scene('coins.png'), { imgsz: [96, 320], stretch: true }));
      expect([...wide.toNetwork([192, 151.5])]).toEqual([160, 48]);
    });
  });

  describe('float tensors', () => {
    test('a change of a thousandth of a grey level is seen by every layer', async () => {
      const tensor = tensorOf(64, 96);
      const moved = later(tf.add<tf.Tensor3D>(tensor, 4e-6));
      const [a, b] = [await model.detect(tensor), await model.detect(moved)];
      expect(b.prototypes.data).not.toEqual(a.prototypes.data);
      const layer = async (x: tf.Tensor3D) =>
        later((await model.activations(x, ['model.0'], { imgsz: 96 }))['model.0']).dataSync();
      expect(await layer(moved)).not.toEqual(await layer(tensor));
    });

    test('a batch is its images', async () => {
      const [a, b] = [tensorOf(64, 96), later(tf.sub<tf.Tensor3D>(1, tensorOf(64, 96)))];
      const found = await model.detect(later(tf.stack([a, b]) as tf.Tensor4D), { logits: true });
      expect(found).toHaveLength(2);
      for (const [i, tensor] of [a, b].entries()) {
        const alone = await model.detect(tensor, { logits: true });
        expect(found[i].boxes).toBeAllclose(alone.boxes, { atol: 0.01 });
        expect(found[i].prototypes.data).toBeAllclose(alone.prototypes.data, { rtol: 1e-5, relativeTo: 'largest' });
        expect(found[i].image.floats).toEqual(tensor.dataSync());
      }
    });

    test('segment is detect and toResults, for one and for a batch', async () => {
      const input = later(await model.letterbox(scene('coins.png'), { imgsz: 320 }));
      const floats = later(tf.squeeze<tf.Tensor3D>(input.tensor, [0]));
      const options = { conf: 0.3, iou: 0.7 };
      const raw = await model.detect(floats);
      const made = await raw.toResults(options);
      expect(made.length).toBeGreaterThan(10);
      const segmented = await model.segment(floats, { imgsz: [256, 320], ...options });
      expectSameResults(segmented, made);
      const [inBatch, ...others] = await model.segment(input.tensor, { imgsz: [256, 320], ...options });
      expectSameResults(inBatch, made);
      expect(others).toEqual([]);
    });

    test('values of bytes give what the bytes give, but for rounding', async () => {
      const input = later(await model.letterbox(scene('coins.png'), { imgsz: 320 }));
      const bytes = await model.detect(input);
      const floats = await model.detect(later(input.with(input.tensor)));
      expect(floats.prototypes.data).toBeAllclose(bytes.prototypes.data, { rtol: 1e-5, relativeTo: 'largest' });
      expect(floats.letterbox).toEqual(bytes.letterbox);
    });

    test('int32 tensors and batches are images as before', async () => {
      const image = await readImage(scene('coffee.jpg'));
      const ints = later(tf.tensor3d(Int32Array.from(image.data), [image.height, image.width, 3], 'int32'));
      const expected = await model.segment(image, { conf: 0.3 });
      expectSameResults(await model.segment(ints, { conf: 0.3 }), expected);
      const [first] = await model.segment(later(tf.expandDims<tf.Tensor4D>(ints)), { conf: 0.3 });
      expectSameResults(first, expected);
      const [raw] = await model.detect(later(tf.expandDims<tf.Tensor4D>(ints)));
      expectSameResults(await raw.toResults({ conf: 0.3 }), expected);
    });

    test('up to -1 and 2 values pass, unclipped', async () => {
      const tensor = tensorOf(64, 64);
      const wild = later(tf.tidy(() => tf.sub<tf.Tensor3D>(tf.mul(tensor, 2.9), 0.95)));
      const clipped = later(tf.clipByValue(wild, 0, 1));
      expect((await model.detect(wild)).scores).not.toEqual((await model.detect(clipped)).scores);
      expect((await model.detect(wild)).image.data).toEqual((await model.detect(clipped)).image.data);
    });
  });

  describe('refused are', () => {
    test('sides that do not fit; letterbox and segment, which the message names, take them', async () => {
      const tensor = tensorOf(50, 70);
      const { code, message } = await rejectionOf(() => model.detect(tensor));
      expect(code).toBe('INVALID_ARGUMENT');
      expect(message).toMatch(/\[50, 70, 3\].*multiples of 32.*letterbox first, or to segment/);
      expect((await model.detect(later(await model.letterbox(tensor)))).length).toBeGreaterThan(0);
      expect((await model.segment(tensor)).image.width).toBe(70);
    });

    test('NaN, and 0…255 in floats, until they are divided', async () => {
      const bytes = later(tf.mul<tf.Tensor3D>(tensorOf(32, 32), 255));
      for (const call of [(x: tf.Tensor3D) => model.detect(x), (x: tf.Tensor3D) => model.segment(x)]) {
        expect((await rejectionOf(() => call(bytes))).message).toMatch(/expected 0…1 .*divide by 255, or clip/);
        await call(later(tf.div<tf.Tensor3D>(bytes, 255)));
        const broken = later(tf.mul<tf.Tensor3D>(tensorOf(32, 32), NaN));
        expect((await rejectionOf(() => call(broken))).message).toMatch(/got the value NaN/);
      }
    });

    test.each([
      ['alpha', () => zerosOf([32, 32, 4])],
      ['five dimensions', () => zerosOf([1, 1, 32, 32, 3])],
      ['an empty batch', () => zerosOf([0, 32, 32, 3])],
    ])('tensors with %s', async (_, make) => {
      expect((await rejectionOf(() => model.detect(later(make()) as tf.Tensor3D))).code).toBe('INVALID_ARGUMENT');
    });

    test('letterboxing of what goes in as it is; letterbox takes the option', async () => {
      const tensor = tensorOf(32, 64);
      const { message } = await rejectionOf(() => model.detect(tensor, { imgsz: 64 }));
      expect(message).toMatch(/^imgsz: .*leave it out, or give it to letterbox$/);
      const input = later(await model.letterbox(tensor, { imgsz: 64 }));
      expect((await rejectionOf(() => model.detect(input, { square: true }))).message).toMatch(/^square: /);
      await model.detect(input);
    });

    test('disposed tensors, letterboxed ones of another shape, other options', async () => {
      const gone = tf.zeros<tf.Rank.R3>([32, 32, 3]);
      gone.dispose();
      for (const call of [() => model.detect(gone), () => model.segment(gone)]) {
        expect((await rejectionOf(call)).message).toMatch(/disposed/);
      }
      const input = later(await model.letterbox(tensorOf(32, 32), { imgsz: 32 }));
      expect(() => input.with(tensorOf(32, 32))).toThrow(
        /got float32 \[32, 32, 3\], expected float32 \[1, 32, 32, 3\]/,
      );
      expect((await rejectionOf(() => model.letterbox(tensorOf(32, 32), { padding: 256 }))).message).toMatch(
        /^padding: /,
      );
    });
  });
});

const zerosOf = (shape: number[]): tf.Tensor => tf.zeros(shape);

test('a model that was disposed has no stages', async () => {
  const model = await FastSAM.load('demo');
  model.dispose();
  for (const call of [() => model.letterbox(scene('coins.png')), () => model.detect(scene('coins.png'))]) {
    expect((await rejectionOf(call)).code).toBe('DISPOSED');
  }
});
