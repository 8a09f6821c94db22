/**
 * A fine-tuned checkpoint: a .pt as Ultralytics' trainer leaves it, with classes of its own.
 *
 *     npx tsx examples/fineTuned.ts [best.pt] [image]
 *
 * Prints the checkpoint's facts, then how many objects of each class there are, and the best of each. Without arguments it
 * reads a small network of this repository; its weights are random, and so are its objects.
 */
import { fileURLToPath } from 'node:url';
import { FastSAM } from 'fastsam-tfjs';

const small = fileURLToPath(new URL('../test/golden/examples/three-classes.pt', import.meta.url));
const coffee = fileURLToPath(new URL('coffee.jpg', import.meta.url));
const [checkpoint = small, image = coffee] = process.argv.slice(2);

const model = await FastSAM.load(checkpoint, { device: 'wasm' });
const { classNames, defaults, architecture } = model.info;
console.log(`${Object.values(classNames).join(', ')}; trained at ${defaults.imgsz}; regMax ${architecture.regMax}`);

const scene = await model.segment(image, { conf: 0.01, iou: 0.7 });
for (const [number, name] of Object.entries(classNames)) {
  const ofClass = scene.filter((object) => object.class === Number(number));
  const best = ofClass.length > 0 ? `, best score ${ofClass.at(0).score.toFixed(3)}` : '';
  console.log(`${name}: ${ofClass.length} objects${best}`);
}
model.dispose();
