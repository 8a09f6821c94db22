import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import { choosePrecision, compile, encodeGraph } from '../../src/runtime/compile/compile.js';
import { namesBfloat16 } from '../../src/runtime/compile/cpuFeatures.js';
import { decodeSavedModel } from '../../src/runtime/compile/graphDef.js';
import { loadGraph } from '../../src/runtime/compile/loadGraph.js';
import { inPrecision, keepFloat32 } from '../../src/runtime/compile/precision.js';
import { refusal } from '../support/errors.js';
import { expectNoLeaks, later, opsOf, run, vector } from '../support/tensors.js';
import { describeOnBackends } from '../support/devices.js';

describeOnBackends('precision of compiled graphs', ['native'], () => {
  expectNoLeaks();

  describe('precision', () => {
    const typesOf = (bytes: Uint8Array, op: string) =>
      decodeSavedModel(bytes)
        ?.nodes.filter((node) => node.op === op)
        .map(({ attr: { T } }) => ('type' in T ? T.type : undefined));
    const f = ({ x }: { x: tf.Tensor }) => ({
      y: keepFloat32(() => tf.exp(inPrecision('fp16', () => tf.neg(tf.sqrt(x))))),
      z: tf.neg(x),
    });

    test('is written in regions, with casts where values cross', async () => {
      const bytes = encodeGraph(f, [{ x: vector(1) }], { precision: 'fp32' });
      expect(opsOf(bytes)).toEqual([
        'Placeholder',
        'Cast',
        'Sqrt',
        'Neg',
        'Cast',
        'Exp',
        'Neg',
        'Identity',
        'Identity',
      ]);
      expect([typesOf(bytes, 'Sqrt'), typesOf(bytes, 'Exp'), typesOf(bytes, 'Neg')]).toEqual([[19], [1], [19, 1]]);
      const { y, z } = later(await loadGraph<{ x: tf.Tensor }, ReturnType<typeof f>>(bytes)).run({ x: vector(9) });
      expect([y.dtype, z.dataSync()[0]]).toEqual(['float32', -9]);
      expect(y.dataSync()[0]).toBeCloseTo(Math.exp(-3), 6);
      tf.dispose([y, z]);
    });

    test('rounds as the type does: 1 + 2^-9 is 1 in bfloat16', async () => {
      if ((await choosePrecision('auto')) !== 'bf16') return;
      const add = ({ x }: { x: tf.Tensor }) => ({ y: tf.add(x, 2 ** -9) });
      const graph = later(await compile(add, [{ x: vector(1) }], { precision: 'bf16' }));
      expect(run(graph, vector(1))).toEqual([1]);
    });

    test('does nothing outside of a compilation', () => {
      const y = tf.tidy(() => inPrecision('fp16', () => tf.add(tf.scalar(1), 2 ** -20)).dataSync()[0]);
      expect(y).toBe(1 + 2 ** -20);
    });

    test('stays float32 for operations that have no half form', () => {
      const at = { x: later(tf.zeros<tf.Rank.R4>([1, 2, 2, 1])) };
      const bytes = encodeGraph(
        ({ x }: { x: tf.Tensor4D }) => ({ y: tf.image.resizeBilinear(tf.neg(x), [4, 4]) }),
        [at],
        {
          precision: 'bf16',
        },
      );
      expect([typesOf(bytes, 'Neg'), typesOf(bytes, 'ResizeBilinear')]).toEqual([[14], [1]]);
    });

    test('bf16 is refused on a CPU without it, when compiling and when loading', async () => {
      const bytes = encodeGraph(f, [{ x: vector(1) }], { precision: 'bf16' });
      usePlatform({
        ...nodePlatform,
        readFile: () => Promise.resolve(new TextEncoder().encode('flags\t\t: fpu avx2')),
      });
      try {
        expect(await choosePrecision('auto')).toBe('fp32');
        const asked = await refusal(() => compile(f, [{ x: vector(1) }], { precision: 'bf16' }));
        const loaded = await refusal(() => loadGraph(bytes));
        expect([asked[0], loaded[0]]).toEqual(['DEVICE_UNAVAILABLE', 'DEVICE_UNAVAILABLE']);
      } finally {
        usePlatform(nodePlatform);
      }
    });
  });
});

describe('the CPU', () => {
  test.each([
    ['processor\t: 0\nflags\t\t: fpu sse avx512_bf16 avx512_vnni\nbugs\t:', true],
    ['flags : amx_bf16', true],
    ['flags\t\t: fpu avx512f avx512_bf16x', false],
    ['model name\t: avx512_bf16\nflags\t\t: fpu', false],
    ['Features\t: fp asimd bf16', false],
    ['', false],
  ])('%j has bfloat16: %s', (text, expected) => {
    expect(namesBfloat16(text)).toBe(expected);
  });
});
