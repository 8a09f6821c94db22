/**
 * `npm run demo`: the shipped model on the example images, everything and prompted, and where the images are.
 */
import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { contactSheet, FastSAM, platform, type Prompt, type Results } from '../src/index.js';

interface Example {
  readonly file: string;
  readonly prompts: readonly { readonly name: string; readonly prompt: Prompt }[];
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = join(ROOT, 'out', 'demo');

const EXAMPLES: readonly Example[] = [
  {
    file: 'coins.png',
    prompts: [
      {
        name: 'points',
        prompt: {
          points: [
            [263, 115],
            [335, 188],
          ],
          pick: 'smallest',
        },
      },
      { name: 'box', prompt: { boxes: [[140, 225, 205, 285]] } },
    ],
  },
  {
    file: 'coffee.jpg',
    prompts: [
      { name: 'point', prompt: { points: [[300, 160]], pick: 'smallest' } },
      { name: 'box', prompt: { boxes: [[85, 15, 450, 390]] } },
    ],
  },
  {
    file: 'rocket.jpg',
    prompts: [
      { name: 'box', prompt: { boxes: [[305, 125, 345, 405]] } },
      { name: 'point', prompt: { points: [[50, 100]], pick: 'smallest' } },
    ],
  },
  {
    file: 'astronaut.jpg',
    prompts: [
      { name: 'point', prompt: { points: [[220, 60]], pick: 'smallest' } },
      { name: 'box', prompt: { boxes: [[285, 345, 500, 510]] } },
    ],
  },
];

const start = performance.now();
await mkdir(OUT, { recursive: true });
const model = await FastSAM.load('demo');
console.log(`demo model on ${model.info.device}, loaded in ${milliseconds(performance.now() - start)}`);
if (model.info.deviceNote) console.log(`  ${model.info.deviceNote}`);
const cells: { image: ReturnType<Results['plot']>; caption: string }[] = [];
for (const { file, prompts } of EXAMPLES) {
  const everything = await model.segment(join(ROOT, 'examples', file));
  const { preprocess, inference, postprocess } = everything.speed;
  await show(everything, file, 'everything');
  console.log(`${file}: ${everything.length} objects in ${milliseconds(preprocess + inference + postprocess)}`);
  for (const { name, prompt } of prompts) {
    const chosen = everything.prompt(prompt);
    await show(chosen, file, name);
    console.log(`  ${name} ${JSON.stringify(prompt.points ?? prompt.boxes)}: object ${[...chosen.ids].join(', ')}`);
  }
}
model.dispose();
const sheet = contactSheet(cells, { columns: 3, cellSize: 400 });
const path = join(OUT, 'sheet.png');
await platform().writeFileAtomic(path, await platform().encodePng(sheet.data, sheet.width, sheet.height));
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
