/**
 * `npm run demo`: the shipped model on the example images, everything and prompted, and where the images are.
 */
import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { contactSheet, FastSAM, type Prompt, type Results } from '../src/index.js';

interface Example {
  readonly file: string;
  readonly name: string;
  readonly prompt: Prompt;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = join(ROOT, 'out', 'demo');

const EXAMPLES: readonly Example[] = [
  { file: 'lemurs.jpg', name: 'point', prompt: { points: [[380, 400]], pick: 'smallest' } },
  { file: 'colosseum.jpg', name: 'box', prompt: { boxes: [[40, 35, 750, 475]] } },
  { file: 'street.jpg', name: 'point', prompt: { points: [[312, 420]], pick: 'smallest' } },
  { file: 'citrus.jpg', name: 'points', prompt: { points: [[235, 270], [425, 213]], pick: 'smallest' } }, // prettier-ignore
  { file: 'coffee.jpg', name: 'box', prompt: { boxes: [[50, 10, 475, 395]] } },
  { file: 'rocket.jpg', name: 'box', prompt: { boxes: [[305, 125, 345, 405]] } },
  { file: 'astronaut.jpg', name: 'box', prompt: { boxes: [[285, 345, 500, 510]] } },
  { file: 'coins.png', name: 'points', prompt: { points: [[263, 115], [335, 188]], pick: 'smallest' } }, // prettier-ignore
];

const start = performance.now();
await mkdir(OUT, { recursive: true });
const model = await FastSAM.load('demo');
console.log(`demo model on ${model.info.device}, loaded in ${milliseconds(performance.now() - start)}`);
if (model.info.deviceNote) console.log(`  ${model.info.deviceNote}`);
const cells: { image: ReturnType<Results['plot']>; caption: string }[] = [];
for (const { file, name, prompt } of EXAMPLES) {
  const everything = await model.segment(join(ROOT, 'examples', file));
  const { preprocess, inference, postprocess } = everything.speed;
  await show(everything, file, 'everything');
  console.log(`${file}: ${everything.length} objects in ${milliseconds(preprocess + inference + postprocess)}`);
  const chosen = everything.prompt(prompt);
  await show(chosen, file, name);
  console.log(`  ${name} ${JSON.stringify(prompt.points ?? prompt.boxes)}: object ${[...chosen.ids].join(', ')}`);
}
model.dispose();
const sheet = contactSheet(cells, { columns: 4, cellSize: 320 });
const path = join(OUT, 'sheet.jpg');
await sharp(sheet.data, { raw: { width: sheet.width, height: sheet.height, channels: 3 } })
  .jpeg({ quality: 88 })
  .toFile(path);
console.log(`\nImages: ${relative(process.cwd(), OUT) || '.'}/ (all of them on ${relative(process.cwd(), path)})`);
console.log(
  'This is a small model for trying things out. FastSAM-s does far better: npm run fastsam -- segment IMAGE --model FastSAM-s',
);

async function show(results: Results, file: string, what: string): Promise<void> {
  const stem = file.replace(/\.\w+$/, '');
  await results.save(join(OUT, `${stem}-${what}.png`));
  const caption = what === 'everything' ? `${stem}: everything (${results.length})` : `${stem}: ${what}`;
  cells.push({ image: results.plot(), caption });
}

function milliseconds(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
