/**
 * A format of one's own: boxes, scores and areas as CSV.
 *
 *     npx tsx examples/format.ts [folder]
 *
 * Writes coins.csv into the folder (out/format unless given), and prints its first lines. `writeBatch` takes the same
 * object. A module that exports one is a format of the command line: `fastsam segment … --format ./myFormat.mjs`.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { defineFormat, FastSAM, type SceneRecord } from 'fastsam-tfjs';

const csv = defineFormat({
  name: 'csv',
  about: 'boxes, scores and areas as CSV',
  ending: '.csv',
  scope: 'image',
  encode({ boxes, scores, imageMasks }: SceneRecord) {
    const rows = imageMasks.map(({ area }, i) => [...boxes.at(i), scores[i], area].map((value) => value.toFixed(1)));
    return [['x1', 'y1', 'x2', 'y2', 'score', 'area'], ...rows].map((row) => `${row.join()}\n`).join('');
  },
});

const [folder = 'out/format'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const model = await FastSAM.load('demo', { device: 'wasm' });
const scene = await model.segment(new URL('coins.png', import.meta.url));
await scene.save(`${folder}/coins.csv`, { format: csv });
console.log(readFileSync(`${folder}/coins.csv`, 'utf8').split('\n').slice(0, 4).join('\n'));
model.dispose();
