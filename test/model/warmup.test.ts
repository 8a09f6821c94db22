/** The warm-up where nothing is compiled, and what it refuses; shaders are counted in test/platform/browserGpu.test.ts. */
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { FastSAM, type ImageSize } from '../../src/index.js';
import { describeOnDevices } from '../support/devices.js';
import { scene } from '../support/paths.js';

describeOnDevices('a warm-up', ['wasm', 'native'], ({ choice }) => {
  test('runs each size of the network once, changes no result and leaves no tensor', async () => {
    const model = await FastSAM.load('demo', { device: choice });
    const before = tf.memory().numTensors;
    const image = scene('coins.png');
    const areas = async () => Array.from(await model.segment(image, { imgsz: 64 }), ({ mask }) => mask.area);
    const heard: number[] = [];
    const warm = await model.warmup(
      [
        { width: 400, height: 300 },
        { width: 800, height: 600 },
        { width: 300, height: 400 },
      ],
      { imgsz: 64, onProgress: (done) => heard.push(done) },
    );
    expect(warm).toEqual({
      shaders: 0,
      inputs: [{ width: 64, height: 64 }],
    });
    expect(heard).toEqual([]);
    const wide = await model.warmup([{ width: 1000, height: 250 }], { imgsz: [32, 96], batch: 2 });
    expect(wide.inputs).toEqual([{ width: 96, height: 32 }]);
    expect((await model.warmup()).inputs).toEqual([{ width: 320, height: 320 }]);
    expect((await model.warmup([{ width: 10, height: 10 }], { imgsz: 64, square: true })).inputs).toEqual([
      { width: 64, height: 64 },
    ]);
    expect(tf.memory().numTensors).toBe(before);
    expect(await areas()).toEqual(await areas());
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
    await expect(model.warmup()).rejects.toMatchObject({ code: 'DISPOSED' });
  });

  test('refuses what is no list of sizes, and stops when it is told to', async () => {
    const model = await FastSAM.load('demo', { device: choice });
    for (const sizes of [7, [7], [null], [{ width: 10 }], [{ width: 10, height: 0 }], [{ width: 1.5, height: 2 }]]) {
      await expect(model.warmup(sizes as unknown as ImageSize[])).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(
          /^sizes: got .*expected a list of sizes \{ width, height \} of images/,
        ) as string,
      });
    }
    expect(await model.warmup([])).toEqual({ shaders: 0, inputs: [] });
    await expect(model.warmup([{ width: 9, height: 9 }], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    });
    model.dispose();
  });
});
