/**
 * Memory of gradients through the whole network: peak of the process, and after each call.
 *
 *   npx tsx tools/gradientMemory.ts [--device cpu|wasm] [--scale s] [--imgsz 640] [--calls 20]
 */
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { FastSAM, type DeviceChoice } from '../src/index.js';
import type { Scale } from '../src/model/families/scaling.js';

const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'cpu' },
    scale: { type: 'string', default: 's' },
    imgsz: { type: 'string', default: '640' },
    calls: { type: 'string', default: '20' },
  },
});
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

const model = await FastSAM.create({ scale: values.scale as Scale }, { device: values.device as DeviceChoice });
const side = Number(values.imgsz);
const image = tf.randomUniform<tf.Rank.R3>([side, side, 3], 0, 1, 'float32', 1);
console.log(`${model.info.device}: ${model.info.name} at ${side}, before: ${megabytes(process.memoryUsage().rss)}`);
for (let call = 1; call <= Number(values.calls); call++) {
  const start = performance.now();
  const gradient = await model.gradient(image, ({ scores }) => scores.max());
  gradient.dispose();
  const { rss } = process.memoryUsage();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`call ${call}: ${seconds} s, ${megabytes(rss)}, ${tf.memory().numTensors} tensors`);
}
console.log(`peak: ${megabytes(process.resourceUsage().maxRSS * 1024)}`);
model.dispose();
