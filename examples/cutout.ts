/**
 * A cut-out: the object at a point, transparent around it.
 *
 *     npx tsx examples/cutout.ts [folder]
 *
 * Writes a PNG into the folder (out/cutout unless given). Prints the cut-out's size, where it was, and its name.
 */
import { readdirSync } from 'node:fs';
import { FastSAM } from 'fastsam-tfjs';

const [folder = 'out/cutout'] = process.argv.slice(2);
const model = await FastSAM.load('demo', { device: 'wasm' });
const scene = await model.segment(new URL('coins.png', import.meta.url));
const coin = scene.prompt({ points: [[270, 120]], pick: 'smallest' }).refine({ clean: true, largest: true });

// As pixels: RGBA, alpha 255 inside of the mask and 0 outside.
const { data, width, height, x, y } = coin.cutout(0, { padding: 2 });
const opaque = data.filter((value, i) => i % 4 === 3 && value === 255).length;
console.log(`${width} x ${height} pixels at ${x}, ${y}; ${opaque} of them inside`);

// As files: one PNG for each object.
await coin.save(folder, { format: 'cutout' });
console.log(`${folder}: ${readdirSync(folder).join(', ')}`);
model.dispose();
