import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { compile, encodeGraph } from '../../src/runtime/compile/compile.js';
import { decodeSavedModel } from '../../src/runtime/compile/graphDef.js';
import { refusal } from '../support/errors.js';
import { expectNoLeaks, later, opsOf, run, vector, zeros } from '../support/tensors.js';
import { describeOnBackends } from '../support/devices.js';

describeOnBackends('compile', ['native'], () => {
  expectNoLeaks();

  describe('a function of fixed sizes', () => {
    test('runs as one graph with the function’s values', async () => {
      const graph = later(
        await compile(({ x }: { x: tf.Tensor }) => ({ y: tf.add(tf.mul(x, 2), 1) }), [{ x: vector(0, 0, 0) }]),
      );
      expect(run(graph, vector(1, 2, -3))).toEqual([3, 5, -5]);
      expect(graph.inputs).toEqual([{ name: 'x', dtype: 'float32', shape: [3] }]);
      expect(graph.outputs).toEqual([{ name: 'y', dtype: 'float32', shape: [null] }]);
    });

    test('takes tensors that it did not make as constants, as they are at that moment', async () => {
      const w = tf.variable(later(tf.tensor1d([10, 20])), false);
      const graph = later(await compile(({ x }: { x: tf.Tensor }) => ({ y: tf.mul(x, w) }), [{ x: vector(0, 0) }]));
      w.assign(later(tf.tensor1d([0, 0])));
      w.dispose();
      expect(run(graph, vector(1, 2))).toEqual([10, 40]);
    });

    test('gives several outputs of several types, an input among them', async () => {
      const graph = later(
        await compile(
          ({ x, n }: { x: tf.Tensor; n: tf.Tensor }) => ({
            same: x,
            larger: tf.greater(x, 1),
            whole: tf.add(n, tf.scalar(1, 'int32')),
            parts: tf.split(x, 2)[1],
            fixed: tf.range(0, 3),
          }),
          [{ x: vector(0, 0), n: later(tf.scalar(0, 'int32')) }],
        ),
      );
      const result = graph.run({ x: vector(1, 2), n: later(tf.scalar(41, 'int32')) });
      const values = Object.entries(result).map(([name, t]) => [name, t.dtype, Array.from(t.dataSync())]);
      tf.dispose(result);
      expect(values).toEqual([
        ['same', 'float32', [1, 2]],
        ['larger', 'bool', [0, 1]],
        ['whole', 'int32', [42]],
        ['parts', 'float32', [2]],
        ['fixed', 'float32', [0, 1, 2]],
      ]);
    });

    test('is fed bytes where asked to', async () => {
      const f = ({ x }: { x: tf.Tensor }) => ({ y: tf.div(tf.cast(x, 'float32'), 255) });
      const at = { x: later(tf.zeros([2], 'int32')) };
      const graph = later(await compile(f, [at], { uint8: ['x'] }));
      expect(run(graph, later(tf.tensor1d([0, 255], 'int32')))).toEqual([0, 1]);
      expect(decodeSavedModel(encodeGraph(f, [at], { uint8: ['x'] }))?.inputs.x.dtype).toBe(4);
    });

    test('leaves out operations that no output needs', () => {
      const bytes = encodeGraph(
        ({ x }: { x: tf.Tensor }) => {
          tf.exp(x);
          return { y: tf.neg(x) };
        },
        [{ x: vector(1) }],
      );
      expect(opsOf(bytes)).toEqual(['Placeholder', 'Neg', 'Identity']);
    });

    test('records tfjs layers and models as they are', async () => {
      const model = tf.sequential({
        layers: [
          tf.layers.conv2d({ inputShape: [6, 6, 2], filters: 3, kernelSize: 3, activation: 'relu', name: 'c' }),
          tf.layers.batchNormalization({ name: 'b' }),
          tf.layers.flatten({ name: 'f' }),
          tf.layers.dense({ units: 4, activation: 'softmax', name: 'd' }),
        ],
      });
      const x = later(tf.randomNormal([2, 6, 6, 2], 0, 1, 'float32', 7));
      const graph = later(await compile((i: { x: tf.Tensor }) => ({ y: model.apply(i.x) as tf.Tensor }), [{ x }]));
      expect(run(graph, x)).toBeAllclose(later(model.predict(x) as tf.Tensor), { atol: 5e-7 });
      model.dispose();
    });

    test('adds a bias so that TensorFlow can fuse it, and everything else with AddV2', () => {
      const x = later(tf.zeros([1, 4, 4, 2]));
      const bias = vector(1, 2);
      const bytes = encodeGraph((i: { x: tf.Tensor }) => ({ y: tf.add(tf.add(i.x, bias), i.x) }), [{ x }]);
      expect(opsOf(bytes)).toEqual(['Placeholder', 'Const', 'BiasAdd', 'AddV2', 'Identity']);
    });

    test('writes the type that tfjs-node leaves out of ExpandDims, in half precision too', async () => {
      const f = ({ x }: { x: tf.Tensor }) => ({ y: tf.expandDims(tf.neg(x), 0) });
      const graph = later(await compile(f, [{ x: vector(1) }], { precision: 'fp16' }));
      expect(run(graph, vector(3))).toEqual([-3]);
    });
  });

  describe('what cannot be written as a graph', () => {
    const x = () => [{ x: vector(1, 2) }] as const;
    const refused = (f: (i: { x: tf.Tensor }) => Record<string, tf.Tensor>) => refusal(() => compile(f, x()));

    test.each<[string, (t: tf.Tensor) => unknown]>([
      ['dataSync', (t) => t.dataSync()],
      ['arraySync', (t) => t.arraySync()],
      ['dataSync of a result', (t) => tf.neg(t).dataSync()],
    ])('%s of a value that depends on an input', async (_, read) => {
      const [code, text] = await refused((i) => {
        read(i.x);
        return { y: i.x };
      });
      expect(code).toBe('NOT_COMPILABLE');
      expect(text).toContain('frozen');
    });

    test('but not of one that is the same at each run', async () => {
      const graph = later(
        await compile((i: { x: tf.Tensor }) => ({ y: tf.mul(i.x, tf.range(0, 4).dataSync()[3]) }), x()),
      );
      expect(run(graph, vector(1, 2))).toEqual([3, 6]);
    });

    test('a promise, nothing, or something that is no tensor', async () => {
      const results: unknown[] = [Promise.resolve({}), {}, undefined, { y: 3 }];
      for (const result of results) {
        expect((await refused(() => result as Record<string, tf.Tensor>))[0]).toBe('NOT_COMPILABLE');
      }
    });

    test('texts and complex numbers', async () => {
      expect((await refused((i) => ({ y: tf.complex(i.x, i.x) })))[0]).toBe('NOT_COMPILABLE');
      const text = later(tf.tensor1d(['a']));
      expect((await refusal(() => compile(() => ({ y: vector(1) }), [{ text }])))[0]).toBe('NOT_COMPILABLE');
    });

    test('a compilation inside a compilation', async () => {
      const [code, text] = await refused((i) => {
        encodeGraph((j: { x: tf.Tensor }) => j, [i]);
        return i;
      });
      expect([code, text.includes('one at a time')]).toEqual(['NOT_COMPILABLE', true]);
    });

    test('errors of the function come through, and the backend works on', async () => {
      await expect(
        compile(() => {
          throw new RangeError('mine');
        }, x()),
      ).rejects.toThrow(RangeError);
      expect(Array.from(later(tf.neg(vector(1))).dataSync())).toEqual([-1]);
      expect(Object.hasOwn(tf.backend(), 'executeSingleOutput')).toBe(false);
    });
  });

  test('checks the examples', async () => {
    const same = (i: { x: tf.Tensor }) => ({ y: i.x });
    const cases = [
      () => compile(same, [{ x: zeros(2) }, { x: zeros(2, 2) }]),
      () => compile(same, [{ x: zeros(2) }, { x: later(tf.zeros([3], 'int32')) }]),
      () => compile(same, [{ x: zeros(2) }], { uint8: ['x'] }),
      () => compile(same, [{ x: zeros(2) }], { uint8: ['z' as 'x'] }),
      () => compile((i: { 'fed/x': tf.Tensor }) => i, [{ 'fed/x': zeros(2) }]),
    ];
    for (const action of cases) expect((await refusal(action))[0]).toBe('INVALID_ARGUMENT');
  });

  test('needs TensorFlow’s backend', async () => {
    await tf.setBackend('cpu');
    const [code] = await refusal(() => compile((i: { x: tf.Tensor }) => i, [{ x: zeros(1) }]));
    await tf.setBackend('tensorflow');
    expect(code).toBe('DEVICE_UNAVAILABLE');
  });
});
