import * as tf from '@tensorflow/tfjs';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compile, encodeGraph } from '../../src/runtime/compile/compile.js';
import { loadGraph } from '../../src/runtime/compile/loadGraph.js';
import { refusal } from '../support/errors.js';
import { expectNoLeaks, later, opsOf, run, vector } from '../support/tensors.js';
import { describeOnBackends } from '../support/devices.js';

describeOnBackends('loaded graphs', ['native'], () => {
  expectNoLeaks();

  describe('tensors that are fed', () => {
    test('stay out of the bytes and are needed to load them', async () => {
      const w = tf.tensor2d([1, 2, 3, 4], [2, 2]);
      const unused = vector(1);
      const f = ({ x }: { x: tf.Tensor2D }) => ({ y: tf.matMul(x, w) });
      const bytes = encodeGraph(f, [{ x: later(tf.zeros<tf.Rank.R2>([1, 2])) }], { feed: { 'a/w': w, unused } });
      expect(opsOf(bytes)).toEqual(['Placeholder', 'Placeholder', 'BatchMatMulV2', 'Identity']);
      const graph = later(await loadGraph<{ x: tf.Tensor }, { y: tf.Tensor }>(bytes, { feed: { 'a/w': w } }));
      w.dispose(); // the graph has a handle of its own
      expect(graph.inputs.map(({ name }) => name)).toEqual(['x']);
      expect(run(graph, later(tf.tensor2d([1, 1], [1, 2])))).toEqual([4, 6]);
      expect((await refusal(() => loadGraph(bytes)))[0]).toBe('INVALID_ARGUMENT');
      expect((await refusal(() => loadGraph(bytes, { feed: { 'a/w': unused } })))[0]).toBe('INVALID_ARGUMENT');
    });

    test('can be compiled in one step', async () => {
      const w = later(tf.tensor2d([1, 2, 3, 4], [2, 2]));
      const f = ({ x }: { x: tf.Tensor2D }) => ({ y: tf.matMul(x, w) });
      const graph = later(await compile(f, [{ x: later(tf.zeros<tf.Rank.R2>([1, 2])) }], { feed: { w } }));
      const { y } = graph.run({ x: later(tf.tensor2d([0, 1], [1, 2])) });
      expect(Array.from(y.dataSync())).toEqual([3, 4]);
      y.dispose();
    });
  });

  describe('a loaded graph', () => {
    const make = () => compile(({ x }: { x: tf.Tensor }) => ({ y: tf.neg(x) }), [{ x: vector(0) }]);

    test('comes from bytes of an earlier process just as well', async () => {
      const bytes = encodeGraph(({ x }: { x: tf.Tensor }) => ({ y: tf.neg(x) }), [{ x: vector(0) }]);
      const graph = later(await loadGraph<{ x: tf.Tensor }, { y: tf.Tensor }>(Uint8Array.from(bytes)));
      expect(run(graph, vector(5))).toEqual([-5]);
    });

    test('is independent of others', async () => {
      const [a, b] = [await make(), later(await make())];
      a.dispose();
      expect(run(b, vector(5))).toEqual([-5]);
    });

    test('refuses missing, unknown and wrong inputs, and work after dispose', async () => {
      const graph = await make();
      const wrong = [{}, { x: vector(1), z: vector(1) }, { x: vector(1, 2) }, { x: later(tf.scalar(1)) }];
      for (const inputs of wrong) {
        expect((await refusal(() => graph.run(inputs as { x: tf.Tensor })))[0]).toBe('INVALID_ARGUMENT');
      }
      graph.dispose();
      graph.dispose();
      expect((await refusal(() => graph.run({ x: vector(1) })))[0]).toBe('DISPOSED');
    });

    test('refuses bytes that are no graph, whatever they are', async () => {
      const good = encodeGraph(({ x }: { x: tf.Tensor }) => ({ y: tf.neg(x) }), [{ x: vector(0) }]);
      const bad = [new Uint8Array(), new Uint8Array(100).fill(255), good.slice(0, 40), good.slice(0, -3)];
      for (const bytes of bad) expect((await refusal(() => loadGraph(bytes)))[0]).toBe('NOT_COMPILABLE');
    });

    test('leaves no files, whether it loads, fails or is cancelled', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'compile-test-'));
      const before = process.env.TMPDIR;
      process.env.TMPDIR = folder;
      try {
        later(await make());
        const bytes = encodeGraph(({ x }: { x: tf.Tensor }) => ({ y: tf.neg(x) }), [{ x: vector(0) }]);
        const text = new TextDecoder('latin1').decode(bytes);
        const broken = Uint8Array.from(text.replaceAll('Neg', 'Nxg'), (c) => c.charCodeAt(0));
        expect((await refusal(() => loadGraph(broken)))[0]).toBe('NOT_COMPILABLE');
        const signal = AbortSignal.abort();
        expect((await refusal(() => loadGraph(bytes, { signal })))[0]).toBe('ABORTED');
        expect(readdirSync(folder)).toEqual([]);
      } finally {
        process.env.TMPDIR = before;
        if (before === undefined) delete process.env.TMPDIR;
        rmSync(folder, { recursive: true });
      }
    });

    test('can be made again and again without growing', async () => {
      const backend = tf.backend() as unknown as { getNumOfSavedModels: () => number; getNumOfTFTensors: () => number };
      const count = () => [backend.getNumOfSavedModels(), backend.getNumOfTFTensors(), tf.memory().numTensors];
      const example = { x: vector(1) };
      const once = async () => {
        const graph = await compile(({ x }: { x: tf.Tensor }) => ({ y: tf.neg(x) }), [example]);
        expect(run(graph, example.x)).toEqual([-1]);
        graph.dispose();
      };
      await once();
      const before = count();
      for (let i = 0; i < 5; i++) await once();
      expect(count()).toEqual(before);
    });
  });
});
