/**
 * Does memory grow? Streams pictures of a folder again and again and prints the process' memory as it goes.
 *
 *   npx tsx tools/bench/memory.ts FOLDER [--count 1000] [--model demo] [--device auto]
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { FastSAM } from '../../src/index.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '1000' },
    model: { type: 'string', default: 'demo' },
    device: { type: 'string', default: 'auto' },
  },
});
const count = Number(values.count);
const folder = positionals[0];
const files = readdirSync(folder)
  .filter((name) => /\.(jpe?g|png)$/i.test(name))
  .map((name) => join(folder, name));

function* inputs(): Generator<string> {
  for (let i = 0; i < count; i++) yield files[i % files.length];
}

const model = await FastSAM.load(values.model, { device: values.device as 'auto' });
console.log(`${model.info.name} on ${model.info.device}; pictures, resident MB, tensors, objects`);
let objects = 0;
for await (const { index, results } of model.stream(inputs())) {
  objects += results?.map(({ mask }) => mask.toRle()).length ?? 0;
  if ((index + 1) % (count / 10) === 0) {
    console.log(index + 1, Math.round(process.memoryUsage.rss() / 1e6), tf.memory().numTensors, objects);
  }
}
model.dispose();
