/** Methods of tensors in a process that has not loaded the whole of TensorFlow.js. */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../src/platform/native/run.js';
import { repository } from '../support/paths.js';

const core = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-core/package.json'));
const names = readdirSync(join(core, 'dist/public/chained_ops'))
  .filter((file) => file.endsWith('.js') && !/^register_all|_test\.js$/.test(file))
  .map((file) => file.replace('.js', '').replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()));

const script = (work: string) => `
import * as tf from './src/runtime/tfjs.ts';
import '@tensorflow/tfjs-backend-wasm';
import { addTensorMethods } from './src/runtime/tensorMethods.ts';
await tf.setBackend('wasm');
const before = typeof tf.Tensor.prototype.mul;
addTensorMethods();
const found = await (${work})(tf);
process.stdout.write(JSON.stringify({ before, found }));`;

async function inChild(work: string): Promise<unknown> {
  const args = ['--import', 'tsx', '--input-type=module', '-e', script(work)];
  const { code, stdout, stderr } = await run(process.execPath, args, { cwd: repository('.') });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

test('every method of the whole package is there', async () => {
  expect(names.length).toBeGreaterThan(130);
  const found = await inChild(
    `(tf) => Object.getOwnPropertyNames(tf.Tensor.prototype).map((name) => name.toLowerCase())`,
  );
  const { before, found: there } = found as { before: string; found: string[] };
  expect(before).toBe('undefined');
  expect(names.filter((name) => !there.includes(name.toLowerCase()))).toEqual([]);
});

test('they give what the operations give', async () => {
  const work = `(tf) => {
    const t = tf.tensor([1, -2, 3, 4], [2, 2]);
    const values = {
      mul: t.mul(2), max: t.max(), greater: t.greater(0).toInt(), sum: t.sum(0), as1D: t.as1D(), flatten: t.flatten(),
      as3D: t.as3D(1, 2, 2).squeeze(), concat: t.concat(t, 1), stack: t.stack([t]), where: t.where(t.greater(0), t.mul(0)),
      reshapeAs: t.reshapeAs(tf.zeros([4])), scalar: t.max().asScalar(), oneHot: tf.tensor1d([1], 'int32').oneHot(2),
    };
    t.dispose();
    let disposed = 'no error';
    try { t.mul(2); } catch (error) { disposed = error.message; }
    return { ...Object.fromEntries(Object.entries(values).map(([name, v]) => [name, [v.shape, [...v.dataSync()]]])), disposed };
  }`;
  expect(await inChild(work)).toMatchObject({
    found: {
      mul: [
        [2, 2],
        [2, -4, 6, 8],
      ],
      max: [[], [4]],
      greater: [
        [2, 2],
        [1, 0, 1, 1],
      ],
      sum: [[2], [4, 2]],
      as1D: [[4], [1, -2, 3, 4]],
      flatten: [[4], [1, -2, 3, 4]],
      as3D: [
        [2, 2],
        [1, -2, 3, 4],
      ],
      concat: [
        [2, 4],
        [1, -2, 1, -2, 3, 4, 3, 4],
      ],
      stack: [
        [2, 2, 2],
        [1, -2, 3, 4, 1, -2, 3, 4],
      ],
      where: [
        [2, 2],
        [1, 0, 3, 4],
      ],
      reshapeAs: [[4], [1, -2, 3, 4]],
      scalar: [[], [4]],
      oneHot: [
        [1, 2],
        [0, 1],
      ],
      disposed: 'Tensor is disposed.',
    },
  });
});
