/** What compiles and what does not; `npm run typecheck` is what checks this file, running it only shows that it loads. */
import * as tf from '@tensorflow/tfjs';
import { describe, expectTypeOf, test } from 'vitest';
import type { FastSAM, ImageInput, LoadOptions, Prompt, PromptKind, Results, SegmentOptions } from '../src/index.js';

declare const model: FastSAM;
declare const results: Results;
declare const stroke: PromptKind<{ readonly points: number[][] }, number[][], { stroke: number[][] }>;
declare const image: ImageInput;
declare const images: ImageInput[];
declare const bytes: Uint8Array;

/** Never called: its types are the test. */
const neverCalled = (): void => {
  // One in, one out; a list in, a list out.
  expectTypeOf(model.segment('a.jpg')).toEqualTypeOf<Promise<Results>>();
  expectTypeOf(model.segment(new URL('https://example.org/a.jpg'), { conf: 0.5 })).toEqualTypeOf<Promise<Results>>();
  expectTypeOf(model.segment(image)).toEqualTypeOf<Promise<Results>>();
  expectTypeOf(model.segment(bytes)).toEqualTypeOf<Promise<Results>>();
  expectTypeOf(model.segment(Buffer.from(bytes))).toEqualTypeOf<Promise<Results>>();
  expectTypeOf(model.segment({ data: bytes, width: 1, height: 1, channels: 4 })).toEqualTypeOf<Promise<Results>>();
  expectTypeOf(model.segment(tf.zeros<tf.Rank.R3>([2, 2, 3]))).toEqualTypeOf<Promise<Results>>();
  expectTypeOf(model.segment(['a.jpg', bytes])).toEqualTypeOf<Promise<Results[]>>();
  expectTypeOf(model.segment(images)).toEqualTypeOf<Promise<Results[]>>();
  expectTypeOf(model.segment(['a.jpg'] as const)).toEqualTypeOf<Promise<Results[]>>();
  expectTypeOf(model.activations(image, ['model.9'])).resolves.toEqualTypeOf<Record<string, tf.Tensor>>();

  // Prompts: flat or nested, read-only or not.
  expectTypeOf(results.prompt({ boxes: [1, 2, 3, 4] })).toEqualTypeOf<Results>();
  expectTypeOf(
    results.prompt({ boxes: [[1, 2, 3, 4]] as const, points: [[1, 2]], labels: [1] }),
  ).toEqualTypeOf<Results>();
  expectTypeOf(results.prompt({ points: [1, 2], labels: 1, pick: 'smallest' })).toEqualTypeOf<Results>();
  expectTypeOf(results.at(0).box).toEqualTypeOf<readonly [x1: number, y1: number, x2: number, y2: number]>();
  expectTypeOf(results.map(({ score }) => score)).toEqualTypeOf<number[]>();
  expectTypeOf<LoadOptions['device']>().toEqualTypeOf<
    'auto' | 'gpu' | 'cpu' | 'native-gpu' | 'native-cpu' | 'webgpu' | 'webgl' | 'wasm' | undefined
  >();
  expectTypeOf(results.promptWith(stroke, { points: [[1, 2]] })).toEqualTypeOf<Results>();
  expectTypeOf<keyof Prompt>().toEqualTypeOf<'boxes' | 'points' | 'labels' | 'pick' | 'boxRule'>();
};

/** Never called: each line must fail to compile. */
const neverCompiled = (): void => {
  // @ts-expect-error a box is no text
  results.prompt({ boxes: '1,2,3,4' });
  // @ts-expect-error the name is `boxes`
  results.prompt({ box: [1, 2, 3, 4] });
  // @ts-expect-error three levels of lists
  results.prompt({ boxes: [[[1, 2, 3, 4]]] });
  // @ts-expect-error numbers as text
  results.prompt({ points: [['1', '2']] });
  // @ts-expect-error labels are numbers
  results.prompt({ points: [[1, 2]], labels: ['foreground'] });
  // @ts-expect-error no such choice
  results.prompt({ points: [[1, 2]], pick: 'largest' });
  // @ts-expect-error no such rule
  results.prompt({ boxes: [[1, 2, 3, 4]], boxRule: 'iou' });
  // @ts-expect-error a kind of one's own takes its own values
  results.promptWith(stroke, { boxes: [1, 2, 3, 4] });
  // @ts-expect-error a number is no image
  void model.segment(3);
  // @ts-expect-error two channels are none of the kinds
  void model.segment({ data: bytes, width: 1, height: 1, channels: 2 });
  // @ts-expect-error Python's spelling
  const option: SegmentOptions = { retina_masks: true };
  // @ts-expect-error no such peer
  const peer: SegmentOptions = { compat: 'meta' };
  // @ts-expect-error three sizes
  const size: SegmentOptions = { imgsz: [1, 2, 3] };
  // @ts-expect-error results are not for writing
  results.scores = new Float32Array(0);
  expectTypeOf([option, peer, size]).toBeArray();
};

describe('types', () => {
  test('hold (checked by tsc)', () => {
    expectTypeOf(neverCalled).toBeFunction();
    expectTypeOf(neverCompiled).toBeFunction();
  });
});
