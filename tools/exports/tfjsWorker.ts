/**
 * Plain tfjs in Node, as a worker of measure.ts: `tsx tfjsWorker.ts SPEC`, SPEC being the JSON of a TfjsSpec. Nothing of this
 * package takes part in loading and running the export.
 */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NetworkTask, Task } from '../../src/cli/bench/protocol.js';
import { giveUp, serve, type Job } from '../../src/cli/bench/serve.js';
import { differences } from './differences.js';

interface TfjsSpec {
  /** Folder of the export. */
  readonly exported: string;
  readonly backend: 'wasm' | 'tensorflow';
  /** File of our own outputs. */
  readonly expected: string;
}

const spec = JSON.parse(process.argv[2]) as TfjsSpec;

/** Serves the files of the folder, as a web server would. */
const files = tf.io.http('http://localhost/model.json', {
  fetchFunc: async (request: string | URL | Request) => {
    const name = new URL(request instanceof Request ? request.url : request).pathname.slice(1);
    const type = name.endsWith('.json') ? 'application/json' : 'application/octet-stream';
    return new Response(await readFile(join(spec.exported, name)), { headers: { 'content-type': type } });
  },
});

async function prepare(task: Task): Promise<Job> {
  if (task.kind !== 'network') throw new Error('it is a network without a pipeline around it');
  const isGraph = spec.exported.endsWith('_tfjs_graph');
  const model = isGraph ? await tf.loadGraphModel(files) : await tf.loadLayersModel(files);
  const input = await tensorOf(task);
  const run = async (): Promise<Float32Array[]> => {
    const outputs = model.predict(input) as tf.Tensor[];
    const values = await Promise.all(outputs.map((tensor) => tensor.data<'float32'>()));
    tf.dispose(outputs);
    return values;
  };
  return {
    run: async () => {
      await run();
    },
    inspect: async () => ({ fingerprint: await differences(await run(), spec.expected, task) }),
  };
}

async function tensorOf({ pixels, width, height }: NetworkTask): Promise<tf.Tensor4D> {
  const bytes = await readFile(pixels);
  return tf.tensor4d(Float32Array.from(bytes, (value) => value / 255), [1, height, width, 3]); // prettier-ignore
}

try {
  if (spec.backend === 'tensorflow') await loadTensorFlow();
  await tf.setBackend(spec.backend);
  await serve(`tfjs ${tf.version.tfjs}, ${spec.backend === 'wasm' ? 'wasm' : 'tfjs-node'}`, prepare);
} catch (error) {
  giveUp(error);
}

/** TensorFlow's library, by way of this package, which knows where it lies. */
async function loadTensorFlow(): Promise<void> {
  await import('../../src/index.js');
  const { acquireDevice } = await import('../../src/runtime/device.js');
  await acquireDevice('cpu');
}
