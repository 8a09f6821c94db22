/** Run by wasmThreads.test.ts as a process of its own: a convolution on wasm; prints what it computed and ends by itself. */
import * as tf from '@tensorflow/tfjs';
import { createHash } from 'node:crypto';
import os from 'node:os';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import { acquireDevice, releaseDevice } from '../../src/runtime/device.js';
import { silu } from '../../src/runtime/silu.js';

const crashes = ['uncaughtException', 'unhandledRejection'];
const globals = () => [
  Reflect.get(globalThis, 'Worker'),
  os.cpus,
  ...crashes.map((event) => process.listenerCount(event)),
];

const wasm = nodePlatform.wasm;
const broken = wasm && {
  ...wasm,
  threads: () => 2,
  startThread: () => Promise.reject(new Error('no such script')),
};
usePlatform(process.env.FASTSAM_WASM_THREADS === 'broken' && broken ? { ...nodePlatform, wasm: broken } : nodePlatform);
const before = globals();
const [{ note }] = await Promise.all([acquireDevice('wasm'), acquireDevice('wasm')]);
const intact = globals().every((value, i) => value === before[i]);

const hash = createHash('sha256');
for (const [size, channels] of [
  [40, 16],
  [33, 64], // no whole vectors, blocks and tiles
  [72, 32], // several blocks
] as const) {
  const values = tf.tidy(() => {
    const x = tf.randomUniform<tf.Rank.R4>([2, size, size, channels], -1, 1, 'float32', 7);
    const w = tf.randomUniform<tf.Rank.R4>([3, 3, channels, 48], -1, 1, 'float32', 8);
    const y = tf.conv2d(x, w, [2, 2], 'same');
    const bias = tf.randomUniform<tf.Rank.R1>([48], -1, 1, 'float32', 6);
    const border: [[number, number], [number, number], [number, number], [number, number]] = [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ];
    const strided = tf.fused.conv2d({ x, filter: w, bias, strides: 2, pad: border });
    const matrix = tf.randomUniform<tf.Rank.R4>([1, 1, channels, 48], -1, 1, 'float32', 5);
    const pointwise = tf.fused.conv2d({ x, filter: matrix, bias, strides: 1, pad: 'same' });
    const winograd = tf.fused.conv2d({ x, filter: w, bias, strides: 1, pad: 'same' }); // by our own kernel
    const rows = tf.concat([y, winograd, strided, pointwise].map((map) => tf.reshape(map, [-1, 48])));
    const together = tf.concat([silu(rows), rows], 1); // by our own kernels, too
    const z = tf.matMul(tf.slice(together, [0, 24], [-1, 48]), tf.randomUniform([48, 32], -1, 1, 'float32', 9));
    return tf.sigmoid(z);
  });
  hash.update(new Uint8Array((await values.data()).buffer));
  values.dispose();
}
releaseDevice();
releaseDevice();

const { wasm: module } = tf.findBackend('wasm') as unknown as {
  wasm: { PThread?: { runningWorkers: unknown[] } };
};
const workers = module.PThread?.runningWorkers.length ?? 0;
process.stdout.write(JSON.stringify({ digest: hash.digest('hex'), workers, intact, note }));
