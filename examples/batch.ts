/**
 * A batch with a writer of its own: one list of all images beside a file for each, and a line for each image as it is done.
 *
 *     npx tsx examples/batch.ts [folder] [image...]
 *
 * Writes into the folder (out/batch unless given); a run that was ended is gone on with. Prints a line an image, then the
 * list.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineFormat, FastSAM } from 'fastsam-tfjs';
import { writeBatch } from 'fastsam-tfjs/batch';

const list = defineFormat({
  name: 'list',
  about: 'objects and covered share of each image',
  ending: '.txt',
  scope: 'run',
  encode: (scene) => `${scene.scores.length} objects`,
  async *merge(parts) {
    for (const { name, width, height, read } of parts) {
      yield `${name}, ${width} x ${height}: ${new TextDecoder().decode(await read())}\n`;
    }
  },
});

const examples = ['coffee.jpg', 'coins.png', 'rocket.jpg'];
const [out = 'out/batch', ...paths] = process.argv.slice(2);
const found = (name: string) => ({ key: name, input: fileURLToPath(new URL(name, import.meta.url)) });
const images = paths.length > 0 ? paths : examples.map(found);

const model = await FastSAM.load('demo', { device: 'wasm' });
for await (const record of writeBatch(model, images, { out, formats: ['json', list], resume: true })) {
  console.log(`${record.key}: ${record.error?.message ?? 'done'}`);
}
console.log(readFileSync(`${out}/list.txt`, 'utf8'));
model.dispose();
