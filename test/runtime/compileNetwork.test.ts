import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { createDetector } from '../../src/model/createDetector.js';
import { CompiledDetector } from '../../src/model/compiledDetector.js';
import { encodeDetector } from '../../src/model/detectorGraphs.js';
import type { Detections, DetectorInput } from '../../src/model/detector.js';
import { LayersDetector } from '../../src/model/layersDetector.js';
import { runNetwork, type Network, type RawOutputs } from '../../src/model/network.js';
import { choosePrecision, compile } from '../../src/runtime/compile/compile.js';
import { decodeSavedModel } from '../../src/runtime/compile/graphDef.js';
import { tinyNetwork } from '../support/tinyNetwork.js';
import { expectNoLeaks, later } from '../support/tensors.js';
import type { Tolerance } from '../support/allclose.js';
import { describeOnBackends } from '../support/devices.js';

/** A share of the largest value. */
const share = (rtol: number): Tolerance => ({ rtol, relativeTo: 'largest' });

const later4d = (batch: number, height: number, width: number): tf.Tensor4D =>
  later(tf.randomUniform<tf.Rank.R4>([batch, height, width, 3], 0, 1, 'float32', 11));

/** Images with edges and flat places. */
function images(count: number, width: number, height: number): DetectorInput {
  const image = (k: number) =>
    Uint8Array.from({ length: width * height * 3 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
      return ((x >> 4) * 37 + (y >> 5) * 91 + (i % 3) * 53 + k * 29) & 255;
    });
  return { images: Array.from({ length: count }, (_, k) => image(k)), width, height };
}

/**
 * The detections' own rows hold a few values of each output only, and boxes amplify the network's rounding: within 5e-5 of
 * the largest coefficient and 0.01 pixel. Scores and prototypes within 1e-5 of the largest.
 */
function expectSame(a: Detections, b: Detections): void {
  expect(a.classes).toEqual(b.classes);
  expect(a.scores, 'scores').toBeAllclose(b.scores, share(1e-5));
  expect(a.coefficients, 'coefficients').toBeAllclose(b.coefficients, share(5e-5));
  expect(a.boxes, 'boxes').toBeAllclose(b.boxes, { atol: 0.01 });
  expect({ ...a.prototypes, data: undefined }).toEqual({ ...b.prototypes, data: undefined });
  expect(a.prototypes.data, 'prototypes').toBeAllclose(b.prototypes.data, share(1e-5));
}

describeOnBackends('the compiled network', ['native'], () => {
  expectNoLeaks();

  const network = (name: 'tiny' | 'tiny-3-classes' = 'tiny'): Network => {
    const made = tinyNetwork(name);
    later(made.model);
    return made;
  };

  test('traced at 64x64 and 96x128 gives the layers’ outputs at every size and batch', async () => {
    const net = network();
    const f = ({ x }: { x: tf.Tensor4D }): RawOutputs => runNetwork(net, x);
    const graph = later(await compile(f, [{ x: later4d(1, 64, 64) }, { x: later4d(2, 96, 128) }]));
    for (const [batch, height, width] of [
      [1, 640, 640],
      [1, 384, 640],
      [1, 640, 480],
      [3, 96, 64],
      [1, 32, 32],
    ]) {
      const x = later4d(batch, height, width);
      const [got, eager] = [graph.run({ x }), f({ x })];
      for (const name of ['boxes', 'classes', 'coefficients', 'prototypes'] as const) {
        expect(got[name], name).toBeAllclose(eager[name], share(1e-5));
      }
      tf.dispose([{ ...got }, { ...eager }]);
    }
  });

  test.each(['embedded', 'external'] as const)('with %s weights detects what the layers detect', async (weights) => {
    const net = network('tiny-3-classes');
    const layers = new LayersDetector(net);
    const compiled = later(await CompiledDetector.create(net, { weights }));
    expect(compiled.precision).toBe('fp32');
    for (const [input, thresholds] of [
      [images(1, 128, 96), { conf: 0.01, iou: 0.7, maxDet: 300 }],
      [images(1, 320, 192), { conf: 0.01, iou: 0.5, maxDet: 20 }],
      [images(2, 64, 96), { conf: 0.01, iou: 0.3, maxDet: 300 }],
      [images(1, 64, 64), { conf: 1, iou: 0.9, maxDet: 300 }],
    ] as const) {
      const [got, expected] = [await compiled.detect(input, thresholds), await layers.detect(input, thresholds)];
      expect(got.length).toBe(input.images.length);
      got.forEach((detections, i) => {
        expectSame(detections, expected[i]);
      });
      if (thresholds.conf < 1) expect(got[0].scores.length).toBeGreaterThan(5);
      else expect(got[0].boxes.length).toBe(0);
    }
  });

  test.each(['embedded', 'external'] as const)(
    'takes floats by a graph of its own, with %s weights',
    async (weights) => {
      const net = network('tiny-3-classes');
      const compiled = later(await CompiledDetector.create(net, { weights }));
      const bytes = images(2, 96, 64);
      const floats = { ...bytes, images: bytes.images.map((image) => Float32Array.from(image, (byte) => byte / 255)) };
      const thresholds = { conf: 0.01, iou: 0.5, maxDet: 50 };
      const [got, expected] = [await compiled.detect(floats, thresholds), await compiled.detect(bytes, thresholds)];
      got.forEach((detections, i) => {
        expect(detections.scores.length).toBeGreaterThan(5);
        expectSame(detections, expected[i]);
      });
      // Both ask for the graph at once; it is made once.
      await Promise.all([compiled.raw(floats), compiled.raw(floats)]);
    },
  );

  test('gives each image of a batch what it gives it alone', async () => {
    const compiled = later(await CompiledDetector.create(network()));
    const thresholds = { conf: 0.001, iou: 0.5, maxDet: 50 };
    const three = images(3, 96, 64);
    const together = await compiled.detect(three, thresholds);
    for (const [i, image] of three.images.entries()) {
      const [alone] = await compiled.detect({ ...three, images: [image] }, thresholds);
      expectSame(together[i], alone);
    }
  });

  test('starts from bytes that an earlier process kept', async () => {
    const net = network();
    const encoded = Uint8Array.from(encodeDetector(net, { precision: 'fp32' }));
    const compiled = later(await CompiledDetector.create(net, { encoded }));
    const [input, thresholds] = [images(1, 64, 64), { conf: 0.001, iou: 0.5, maxDet: 50 }];
    const expected = await new LayersDetector(net).detect(input, thresholds);
    expectSame((await compiled.detect(input, thresholds))[0], expected[0]);
  });

  test('keeps boxes in float32 whatever the network computes in', () => {
    const file = decodeSavedModel(encodeDetector(network(), { precision: 'bf16' }));
    const types = new Map(file?.nodes.map(({ name, attr }) => [name, 'T' in attr && 'type' in attr.T && attr.T.type]));
    const of = (op: string) => [...types].filter(([name]) => name.startsWith(`${op}_`)).map(([, type]) => type);
    expect(new Set(of('Conv2D'))).toEqual(new Set([14]));
    expect(new Set([...of('Softmax'), ...of('BatchMatMulV2'), ...of('Sub')])).toEqual(new Set([1]));
  });

  test('in bfloat16 stays near float32', async (context) => {
    if ((await choosePrecision('auto')) !== 'bf16') return context.skip('this CPU has no bfloat16');
    const net = network();
    const half = later(await CompiledDetector.create(net, { precision: 'auto' }));
    expect(half.precision).toBe('bf16');
    const [input, thresholds] = [images(1, 128, 96), { conf: 0, iou: 1, maxDet: 1000 }];
    const [[a], [b]] = [await half.detect(input, thresholds), await new LayersDetector(net).detect(input, thresholds)];
    // eight significant bits, rounded in each of some sixty layers
    expect(a.prototypes.data).toBeAllclose(b.prototypes.data, share(0.15));
    expect(a.scores).toBeAllclose(b.scores, share(0.15));
    expect(a.prototypes.data).not.toBeAllclose(b.prototypes.data, share(1e-5));
  });

  test('is not compiled for a caller who has gone', async () => {
    const options = { signal: AbortSignal.abort() };
    await expect(createDetector(network(), 'native-cpu', options)).rejects.toMatchObject({ code: 'ABORTED' });
  });
});
