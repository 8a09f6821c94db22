/**
 * Prompts on a scene. The network runs once; each prompt then chooses among the objects that it found.
 *
 *     npx tsx examples/prompts.ts
 *
 * Prints for each prompt the ids of the objects that it chose, and their pixels.
 */
import { FastSAM, type Prompt } from 'fastsam-tfjs';

const model = await FastSAM.load('demo', { device: 'wasm' });
const scene = await model.segment(new URL('coffee.jpg', import.meta.url));
console.log(`coffee.jpg: ${scene.length} objects`);

const [coffee, saucer, spoon] = [[300, 100], [300, 300], [50, 200]]; // prettier-ignore
const prompts: Record<string, Prompt> = {
  'a box': { boxes: [[80, 10, 450, 400]] },
  'all at a point': { points: [coffee] },
  'the smallest at a point': { points: [coffee], pick: 'smallest' },
  'with one point, without another': { points: [coffee, spoon], labels: [1, 0] },
  'one mask, a whole without its part': { points: [saucer, coffee], labels: [1, 0], pick: 'merge' },
};
for (const [name, prompt] of Object.entries(prompts)) {
  const found = scene.prompt(prompt);
  console.log(`${name}: objects ${[...found.ids].join(' ')}, pixels ${found.map(({ area }) => area).join(' ')}`);
}
model.dispose();
