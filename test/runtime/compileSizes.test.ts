import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/runtime/compile/compile.js';
import { nonMaxSuppressionV3, resizeBilinear } from '../../src/runtime/compile/tensorOps.js';
import { refusal } from '../support/errors.js';
import { expectNoLeaks, later, zeros } from '../support/tensors.js';
import { describeOnBackends } from '../support/devices.js';

describeOnBackends('compiled graphs and sizes', ['native'], () => {
  expectNoLeaks();

  describe('open sizes', () => {
    const open = (f: (x: tf.Tensor) => tf.Tensor, a: number[], b: number[]) =>
      compile((i: { x: tf.Tensor }) => ({ y: f(i.x) }), [{ x: zeros(...a) }, { x: zeros(...b) }]);
    /** Compares with the eager function at a third size. */
    async function holds(f: (x: tf.Tensor) => tf.Tensor, [a, b, third]: [number[], number[], number[]]) {
      const graph = later(await open(f, a, b));
      const x = later(tf.randomNormal(third, 0, 1, 'float32', 3));
      const { y } = graph.run({ x });
      const eager = tf.tidy(() => f(x));
      expect(y).toBeAllclose(eager, { atol: 1e-6 });
      tf.dispose([y, eager]);
      return graph;
    }

    test('are the dimensions in which the examples differ', async () => {
      const graph = await holds(
        (x) => tf.exp(x),
        [
          [1, 2, 3],
          [1, 4, 3],
          [1, 9, 3],
        ],
      );
      expect(graph.inputs[0].shape).toEqual([1, null, 3]);
    });

    test('in a reshape to one changing size', () =>
      holds(
        (x) => tf.reshape(x, [x.size]),
        [
          [2, 3],
          [4, 5],
          [7, 3],
        ],
      ));

    test('in a reshape with -1 that tfjs was given', () =>
      holds(
        (x) => tf.reshape(x, [1, -1, 2]),
        [
          [1, 2, 3, 2],
          [1, 4, 5, 2],
          [1, 7, 3, 2],
        ],
      ));

    test('in a reshape that keeps open leading dimensions and joins open ones behind them', () =>
      holds(
        (x) => tf.reshape(x, [x.shape[0], -1, 2]),
        [
          [1, 2, 3, 2],
          [3, 4, 5, 2],
          [5, 7, 3, 2],
        ],
      ));

    test('in a reshape that splits behind two open leading dimensions', () =>
      holds(
        (x) => tf.reshape(x, [...x.shape.slice(0, 2), 2, 2]),
        [
          [2, 3, 4],
          [3, 5, 4],
          [4, 1, 4],
        ],
      ));

    test('in a slice that reaches the end', () =>
      holds(
        (x) => tf.slice(x, [1, 1], [-1, 2]),
        [
          [4, 5],
          [6, 5],
          [9, 5],
        ],
      ));

    test('in nearest doubling by depthToSpace', () =>
      holds(
        (x) => tf.depthToSpace(tf.concat([x, x, x, x], 3) as tf.Tensor4D, 2),
        [
          [1, 2, 3, 2],
          [1, 4, 5, 2],
          [1, 3, 7, 2],
        ],
      ));

    test('in matrix products, reductions and broadcasts', () =>
      holds(
        (x) => tf.add(tf.matMul(x, x, true), tf.sum(tf.softmax(x), 0)),
        [
          [2, 3],
          [5, 3],
          [1, 3],
        ],
      ));

    test('keep batch, height and width of convolutions free at once', () => {
      const kernel = later(tf.randomNormal<tf.Rank.R4>([3, 3, 2, 4], 0, 1, 'float32', 1));
      return holds(
        (x) => tf.reshape(tf.conv2d(x as tf.Tensor4D, kernel, 2, 'same'), [x.shape[0], -1, 4]),
        [
          [1, 4, 4, 2],
          [2, 8, 6, 2],
          [3, 10, 12, 2],
        ],
      );
    });

    test('property: any rank-3 reshape to [first, rest] holds at any size', async () => {
      const graph = later(await open((x) => tf.reshape(x, [x.shape[0], -1]), [1, 2, 3], [2, 3, 5]));
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 9 }),
          fc.integer({ min: 1, max: 9 }),
          fc.integer({ min: 1, max: 9 }),
          (a, b, c) => {
            const x = tf.ones([a, b, c]);
            const { y } = graph.run({ x });
            expect(y.shape).toEqual([a, b * c]);
            tf.dispose([x, y]);
          },
        ),
        { numRuns: 30 },
      );
    });

    test.each<[string, (x: tf.Tensor) => tf.Tensor, RegExp]>([
      [
        'a reshape that splits an open dimension by a size',
        (x) => tf.reshape(x, x.shape.toReversed()),
        /Reshape of input "x" \[2, 3\].*\[3, 2\].*\[5, 4\]/,
      ],
      [
        'a slice to a fraction of the size',
        (x) => tf.slice(x, [0, 0], [(x.shape[0] ?? 0) / 2, 1]),
        /input 2 of Slice: got \[1, 1\].*\[2, 1\]/,
      ],
      ['a fill of that size', (x) => tf.add(x, tf.ones(x.shape)), /Add/],
      ['a number made of a size', (x) => tf.mul(x, x.shape[0]), /input 1 of Mul: got \[2\].*\[4\]/],
      ['a branch on a size', (x) => (x.shape[0] > 2 ? tf.neg(x) : tf.exp(x)), /branch on sizes/],
      [
        'one more operation at the larger size',
        (x) => (x.shape[0] > 2 ? tf.neg(tf.exp(x)) : tf.exp(x)),
        /branch on sizes/,
      ],
    ])('refuse %s', async (_, f, message) => {
      const [code, text] = await refusal(() => open(f, [2, 3], [4, 5]));
      expect(code).toBe('NOT_COMPILABLE');
      expect(text).toMatch(message);
    });

    test('refuse a resize to a number', async () => {
      const f = (x: tf.Tensor) => tf.image.resizeBilinear(x as tf.Tensor4D, [2 * (x.shape[1] ?? 0), 8]);
      const [code, text] = await refusal(() => open(f, [1, 2, 3, 1], [1, 4, 3, 1]));
      expect([code, text.includes('ResizeBilinear: got [4, 8] at the first example and [8, 8]')]).toEqual([
        'NOT_COMPILABLE',
        true,
      ]);
    });

    test('are checked when the graph runs', async () => {
      const graph = later(await open((x) => tf.neg(x), [2, 3], [4, 3]));
      const [code, text] = await refusal(() => graph.run({ x: zeros(2, 4) }));
      expect(code).toBe('INVALID_ARGUMENT');
      expect(text).toContain('got float32 [2, 4], expected float32 [any, 3]');
    });
  });

  describe('numbers of results that depend on data', () => {
    interface Detections {
      boxes: tf.Tensor2D;
      scores: tf.Tensor1D;
      score: tf.Scalar;
    }
    const scalarLimits = (score: tf.Scalar) => ({ maxOutputs: tf.scalar(10, 'int32'), iou: tf.scalar(0.5), score });
    const best = ({ boxes, scores, score }: Detections) => {
      const kept = nonMaxSuppressionV3(boxes, scores, scalarLimits(score));
      return { kept, boxes: tf.reshape(tf.gather(boxes, kept), [kept.shape[0], 2, 2]) };
    };
    const input = (corners: number[][], scores: number[], score: number): Detections => ({
      boxes: later(tf.tensor2d(corners, [corners.length, 4])),
      scores: later(tf.tensor1d(scores)),
      score: later(tf.scalar(score)),
    });
    const far = (n: number) => Array.from({ length: n }, (_, i) => [10 * i, 0, 10 * i + 5, 5]);

    test('stay open, thresholds being inputs', async () => {
      const graph = later(await compile(best, [input(far(2), [0.5, 0.6], 0), input(far(3), [0.5, 0.6, 0.7], 0)]));
      const four = input([...far(3), [1, 0, 6, 5]], [0.4, 0.9, 0.2, 0.8], 0.3);
      const some = graph.run(four);
      // 3 overlaps 0 by 20/30 and scores more; 2 is below 0.3
      expect(Array.from(some.kept.dataSync())).toEqual([1, 3]);
      expect(some.boxes.shape).toEqual([2, 2, 2]);
      const none = graph.run({ ...four, score: later(tf.scalar(0.95)) });
      expect(none.boxes.shape).toEqual([0, 2, 2]);
      tf.dispose([some, none]);
    });

    test('are refused when the examples do not show them', async () => {
      const two = () => input(far(2), [0.5, 0.6], 0);
      const [code, text] = await refusal(() => compile(best, [two(), input(far(3), [0.1, 0.6, 0.7], 0.3)]));
      expect([code, text.includes('NonMaxSuppressionV3')]).toEqual(['NOT_COMPILABLE', true]);
      expect((await refusal(() => compile(best, [two()])))[0]).toBe('NOT_COMPILABLE');
    });

    test('let equal scores go by place, keep an overlap of just the threshold, and take boxes without area', () => {
      const boxes = [
        [0, 0, 2, 1],
        [0, 0, 1, 1],
        [5, 5, 5, 5],
        [5, 5, 5, 5],
      ];
      const { boxes: b, scores, score } = input(boxes, [0.5, 0.5, 0.4, 0.4], 0);
      const kept = tf.tidy(() => Array.from(nonMaxSuppressionV3(b, scores, scalarLimits(score)).dataSync()));
      expect(kept).toEqual([0, 1, 2, 3]);
    });
  });

  test('resizes to a size that is an input', async () => {
    const at = (n: number) => ({
      x: later(tf.zeros<tf.Rank.R4>([1, 2, 2, 1])),
      size: later(tf.tensor1d([n, n], 'int32')),
    });
    const graph = later(
      await compile((i: { x: tf.Tensor4D; size: tf.Tensor1D }) => ({ y: resizeBilinear(i.x, i.size) }), [at(4)]),
    );
    const { y } = graph.run({
      x: later(tf.tensor4d([0, 1, 2, 3], [1, 2, 2, 1])),
      size: later(tf.tensor1d([1, 3], 'int32')),
    });
    expect([y.shape, Array.from(y.dataSync())]).toEqual([
      [1, 1, 3, 1],
      [1, 1.5, 2],
    ]);
    y.dispose();
  });
});
