/**
 * Prompts on a scene. The network runs once; each prompt then chooses among the objects that it found.
 *
 *     npx tsx examples/prompts.ts
 *
 * Prints for each prompt the ids of the objects that it chose, and their pixels.
 */
import { FastSAM, type Prompt } from 'fastsam-tfjs';

const model = await FastSAM.load('demo', { device: 'wasm' });
const scene = await model.segment(new URL('colosseum.jpg', import.meta.url));
console.log(`colosseum.jpg: ${scene.length} objects`);

const [wall, arch] = [[300, 120], [475, 306]]; // prettier-ignore
const prompts: Record<string, Prompt> = {
  'a box': { boxes: [[40, 30, 750, 480]] },
  'all at a point': { points: [arch] },
  'the smallest at a point': { points: [arch], pick: 'smallest' },
  'with one point, without another': { points: [arch, wall], labels: [1, 0] },
  'one mask, a whole without its part': { points: [wall, arch], labels: [1, 0], pick: 'merge' },
};
for (const [name, prompt] of Object.entries(prompts)) {
  const found = scene.prompt(prompt);
  console.log(`${name}: objects ${[...found.ids].join(' ')}, pixels ${found.map(({ area }) => area).join(' ')}`);
}
model.dispose();
