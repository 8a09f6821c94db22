/**
 * A worker that measures ONNX Runtime, in Node or compiled to WebAssembly, from out/bench:
 * `tsx ortWorker.ts {"runtime": "node" | "web", "model": "FOLDER/NAME", "threads": 2}`
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { networkFingerprint } from '../../src/cli/bench/fingerprint.js';
import type { NetworkTask, Task } from '../../src/cli/bench/protocol.js';
import { giveUp, serve, type Job } from '../../src/cli/bench/serve.js';

interface OrtSpec {
  readonly runtime: 'node' | 'web';
  readonly model: string;
  readonly threads: number;
}

/** The part of ONNX Runtime's interface that is used here. */
interface Ort {
  readonly env: { readonly versions: { readonly common: string }; readonly wasm: { numThreads: number } };
  readonly InferenceSession: {
    create(model: string | Uint8Array, options: object): Promise<Session>;
  };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OrtTensor;
}
interface Session {
  run(feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>;
}
interface OrtTensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

const { runtime, model, threads } = JSON.parse(process.argv[2]) as OrtSpec;

async function prepare(ort: Ort, task: Task): Promise<Job> {
  if (task.kind !== 'network') throw new Error('it is a network without a pipeline around it');
  const path = `${model}-${String(task.width)}.onnx`;
  const options = { executionProviders: [runtime === 'node' ? 'cpu' : 'wasm'], intraOpNumThreads: threads };
  const session = await ort.InferenceSession.create(runtime === 'node' ? path : await readFile(path), options);
  const images = new ort.Tensor('float32', await planes(task), [1, 3, task.height, task.width]);
  return {
    run: async () => {
      await session.run({ images });
    },
    inspect: async () => {
      const { output0, output1 } = await session.run({ images });
      return { fingerprint: fingerprintOf(output0, output1) };
    },
  };
}

/** Bytes RGBRGB… as float32 planes, 0…1. */
async function planes({ pixels, width, height }: NetworkTask): Promise<Float32Array> {
  const bytes = await readFile(pixels);
  const size = width * height;
  return Float32Array.from({ length: 3 * size }, (_, i) => bytes[3 * (i % size) + Math.floor(i / size)] / 255);
}

/** @param rows [1, 4 + classes + k, A], boxes as centre and size. @param maps prototypes [1, k, H, W]. */
function fingerprintOf(rows: OrtTensor, maps: OrtTensor): number[] {
  const [, channels, anchors] = rows.dims;
  const [, k, height, width] = maps.dims;
  const at = (channel: number, anchor: number) => rows.data[channel * anchors + anchor];
  const boxes = new Float64Array(4 * anchors);
  const scores = new Float64Array(anchors);
  const coefficients = new Float64Array(k * anchors);
  for (let a = 0; a < anchors; a++) {
    const [x, y, w, h] = [at(0, a), at(1, a), at(2, a), at(3, a)];
    boxes.set([x - w / 2, y - h / 2, x + w / 2, y + h / 2], 4 * a);
    for (let c = 4; c < channels - k; c++) scores[a] = Math.max(scores[a], at(c, a));
    for (let c = 0; c < k; c++) coefficients[a * k + c] = at(channels - k + c, a);
  }
  const data = Float32Array.from({ length: k * height * width }, (_, i) => {
    return maps.data[(i % k) * height * width + Math.floor(i / k)];
  });
  return networkFingerprint({ boxes, scores, coefficients, prototypes: { data, height, width, k } });
}

try {
  const load = createRequire(new URL('../../out/bench/package.json', import.meta.url));
  const ort = load(runtime === 'node' ? 'onnxruntime-node' : 'onnxruntime-web') as Ort;
  if (runtime === 'web') ort.env.wasm.numThreads = threads;
  await serve(`ONNX Runtime ${ort.env.versions.common}`, (task) => prepare(ort, task));
} catch (error) {
  giveUp(error);
}
