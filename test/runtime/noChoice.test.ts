/** A caller who has chosen no backend: tfjs goes on choosing for him as if there had been no model. */
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { FastSAM } from '../../src/index.js';
import { scene } from '../support/paths.js';

test('none is chosen after the last model, and then tfjs takes the one that it would have taken', async () => {
  const backend = (): string | undefined => tf.getBackend();
  tf.env().set('PROD', true); // keeps tfjs' own backend from printing advice
  expect(backend()).toBeUndefined();
  for (let i = 0; i < 2; i++) {
    const model = await FastSAM.load('demo', { device: 'wasm' });
    expect(backend()).toBe('wasm');
    const raw = await model.activations(scene('coins.png'), ['model.9'], { imgsz: 64 });
    model.dispose();
    expect(backend()).toBeUndefined();
    expect(raw['model.9'].dataSync().length).toBeGreaterThan(0); // tensors of the caller go on
    tf.dispose(raw);
  }
  await tf.ready();
  expect(backend()).toBe('cpu');
  expect(tf.tidy(() => tf.add(1, 2).dataSync()[0])).toBe(3);
});
