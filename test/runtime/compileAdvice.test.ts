/** What messages of compiled graphs advise, followed: the same call, changed as they say, gives a graph that runs. */
import * as tf from '@tensorflow/tfjs';
import { afterEach, expect, test } from 'vitest';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import { compile, encodeGraph, type CompileGraphOptions } from '../../src/runtime/compile/compile.js';
import { loadGraph } from '../../src/runtime/compile/loadGraph.js';
import { activate, describeOnBackends } from '../support/devices.js';
import { refusal } from '../support/errors.js';
import { expectNoLeaks, later, run, vector, zeros } from '../support/tensors.js';

interface X {
  x: tf.Tensor;
}
interface Y {
  y: tf.Tensor;
}
type Step = (x: tf.Tensor) => tf.Tensor;

/** Values of a function that is compiled with the first dimension of its matrices open, at a third size. */
async function open(f: Step, a = [2, 3], b = [4, 5]): Promise<number[]> {
  const graph = later(await compile((i: X) => ({ y: f(i.x) }), [{ x: zeros(...a) }, { x: zeros(...b) }]));
  return run(graph, later(tf.ones(b.map((size, i) => (size === a[i] ? size : size + 1)))));
}

/** The value of -x at 1. */
async function negated(options: CompileGraphOptions<X> = {}): Promise<number[]> {
  return run(later(await compile(({ x }: X) => ({ y: tf.neg(x) }), [{ x: vector(0) }], options)), vector(1));
}

async function fixed(f: (inputs: X) => Y): Promise<number[]> {
  return run(later(await compile(f, [{ x: vector(0) }])), vector(1));
}

async function loaded(bytes: Uint8Array, feed?: Record<string, tf.Tensor>): Promise<number[]> {
  return run(later(await loadGraph<X, Y>(bytes, feed && { feed })), vector(1));
}

const onSlowCpu = () => {
  usePlatform({ ...nodePlatform, readFile: () => Promise.resolve(new TextEncoder().encode('flags\t: fpu sse\n')) });
};

/** x times the number of its rows, which is given. */
const timesRows = async (): Promise<number[]> => {
  const at = (rows: number) => ({ x: zeros(rows, 1), rows: later(tf.scalar(rows)) });
  const f = ({ x, rows }: X & { rows: tf.Tensor }) => ({ y: tf.mul(x, rows) });
  const graph = later(await compile(f, [at(2), at(4)]));
  const { y } = graph.run({ x: later(tf.ones([3, 1])), rows: later(tf.scalar(3)) });
  return Array.from(later(y).dataSync());
};

/** The mean of an image's columns: by a window as high as the image, or over an axis. */
const pooled: Step = (x) => tf.avgPool(x as tf.Tensor4D, [x.shape[1] ?? 0, 1], 1, 'valid');
const averaged: Step = (x) => tf.mean(x, 1, true);
const columns = (f: Step) => open(f, [1, 2, 1, 1], [1, 4, 1, 1]);

describeOnBackends('advice of compiled graphs', ['native'], () => {
  expectNoLeaks();
  afterEach(async () => {
    usePlatform(nodePlatform);
    await activate('native');
  });

  const weight = () => later(tf.tensor1d([2]));
  const timesWeight = (w: tf.Tensor) =>
    encodeGraph(({ x }: X) => ({ y: tf.mul(x, w) }), [{ x: vector(0) }], { feed: { w } });

  test.each<[advice: string, provoke: () => unknown, follow: () => Promise<number[]>, values: number[]]>([
    [
      'load tfjs-node and make its backend active',
      async () => {
        await activate('plain JavaScript');
        await negated();
      },
      async () => {
        await activate('native');
        return negated();
      },
      [-1],
    ],
    [
      'compile it again',
      async () => {
        const graph = await compile(({ x }: X) => ({ y: tf.neg(x) }), [{ x: vector(0) }]);
        graph.dispose();
        graph.run({ x: vector(1) });
      },
      negated,
      [-1],
    ],
    [
      'it must not branch on sizes',
      () => open((x) => ((x.shape[0] ?? 0) > 2 ? tf.neg(x) : tf.exp(x)), [2, 1], [4, 1]),
      () => open((x) => tf.neg(x), [2, 1], [4, 1]),
      [-1, -1, -1, -1, -1],
    ],
    ['use an operation that does not name a size', () => columns(pooled), () => columns(averaged), [1]],
    [
      'make it an input of the graph, or use an operation that does not name a size',
      () => open((x) => tf.mul(x, x.shape[0] ?? 0), [2, 1], [4, 1]),
      async () => {
        const counted = await open((x) => tf.mul(x, tf.sum(tf.onesLike(x))), [2, 1], [4, 1]);
        expect(counted).toEqual([5, 5, 5, 5, 5]);
        return timesRows();
      },
      [3, 3, 3],
    ],
    [
      'reshape in smaller steps, or fix a size by giving it in both examples',
      () => open((x) => tf.reshape(x, x.shape.toReversed())),
      () => open((x) => tf.reshape(x, x.shape.toReversed()), [2, 1], [4, 1]),
      [1, 1, 1, 1, 1],
    ],
    [
      'encode it again',
      () => loaded(timesWeight(weight()).slice(0, -3)),
      () => loaded(timesWeight(weight()), { w: weight() }),
      [2],
    ],
    [
      'give the tensors with which the graph was encoded',
      () => loaded(timesWeight(weight())),
      () => loaded(timesWeight(weight()), { w: weight() }),
      [2],
    ],
    [
      "use 'fp32' or 'auto'",
      () => {
        onSlowCpu();
        return negated({ precision: 'bf16' });
      },
      async () => [...(await negated({ precision: 'fp32' })), ...(await negated({ precision: 'auto' }))],
      [-1, -1],
    ],
    [
      'expected one at a time',
      () =>
        fixed(({ x }) => {
          encodeGraph(({ x: again }: X) => ({ y: tf.neg(again) }), [{ x }]);
          return { y: tf.neg(x) };
        }),
      async () => [...(await negated()), ...(await negated())],
      [-1, -1],
    ],
    [
      'they would be frozen as they are at the example. Express the step with tensor operations, or do it outside',
      () => fixed(({ x }) => ({ y: tf.scalar(2 * x.dataSync()[0]) })),
      async () => [...(await fixed(({ x }) => ({ y: tf.mul(2, x) }))), ...(await negated()).map((value) => -2 * value)],
      [2, 2],
    ],
  ])('%s', async (advice, provoke, follow, values) => {
    expect((await refusal(provoke))[1]).toContain(`; ${advice}`);
    expect(await follow()).toEqual(values);
  });
});
