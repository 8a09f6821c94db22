/** Tensors of tests that go when the test ends, and what the tests of compiled graphs share. */
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, expect } from 'vitest';
import { decodeSavedModel } from '../../src/runtime/compile/graphDef.js';

const disposables: { dispose: () => void }[] = [];

/** Disposes something when the test ends. */
export function later<T extends { dispose: () => void }>(x: T): T {
  disposables.push(x);
  return x;
}

/** Every test of the block must leave as many tensors as it found. */
export function expectNoLeaks(): void {
  let before = 0;
  beforeEach(() => {
    before = tf.memory().numTensors;
  });
  afterEach(() => {
    for (const x of disposables.splice(0)) x.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
}

export const vector = (...values: number[]): tf.Tensor => later(tf.tensor1d(values));
export const zeros = (...shape: number[]): tf.Tensor => later(tf.zeros(shape));

/** Operations of an encoded graph in order. */
export const opsOf = (bytes: Uint8Array): string[] => decodeSavedModel(bytes)?.nodes.map(({ op }) => op) ?? [];

/** Runs a graph from x to y and takes the values. */
export function run(graph: { run: (inputs: { x: tf.Tensor }) => { y: tf.Tensor } }, x: tf.Tensor): number[] {
  const { y } = graph.run({ x });
  const values = Array.from(y.dataSync());
  y.dispose();
  return values;
}
