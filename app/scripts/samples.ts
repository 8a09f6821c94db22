/**
 * Makes what the page opens with: the sample pictures of examples/, compressed, the objects of the first, found by the demo
 * model, small pictures of all of them, and the icons of the installed app.
 *
 *   npx tsx app/scripts/samples.ts
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { FastSAM } from '../../src/index.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OUT = join(ROOT, 'app/generated');
/** As `src/open/samples.ts` lists them. */
const NAMES = ['citrus', 'lemurs', 'coffee', 'colosseum', 'street', 'astronaut'] as const;
/** Pixels: twice what the page shows. */
const THUMB = 88;

const pathOf = (name: string): string => join(ROOT, 'examples', `${name}.jpg`);
const sampleOf = (name: string): string => join(OUT, `${name}.webp`);

await mkdir(OUT, { recursive: true });

const thumbs: Record<string, string> = {};
for (const name of NAMES) {
  await sharp(pathOf(name)).webp({ quality: 82 }).toFile(sampleOf(name));
  const bytes = await sharp(pathOf(name)).resize(THUMB, THUMB).webp({ quality: 70 }).toBuffer();
  thumbs[name] = `data:image/webp;base64,${bytes.toString('base64')}`;
}
const model = await FastSAM.load('demo', { device: 'wasm' });
const scene = await model.segment(sampleOf(NAMES[0]));
model.dispose();
await writeFile(join(OUT, 'thumbs.json'), `${JSON.stringify(thumbs)}\n`);
const record = { ...scene.toJSON(), image: { ...scene.toJSON().image, path: `${NAMES[0]}.webp` } };
await writeFile(join(OUT, 'first.json'), `${JSON.stringify(record)}\n`);

const PUBLIC = join(ROOT, 'app/public');
const icon = join(PUBLIC, 'icon.svg');
for (const size of [192, 512])
  await sharp(icon, { density: 600 })
    .resize(size, size)
    .png()
    .toFile(join(PUBLIC, `icon-${size}.png`));
/** Systems cut a circle out of it: the middle is in it, and the corners are filled. */
const middle = await sharp(icon, { density: 600 }).resize(400, 400).png().toBuffer();
await sharp({ create: { width: 512, height: 512, channels: 3, background: '#2a5bd7' } })
  .composite([{ input: middle }])
  .png()
  .toFile(join(PUBLIC, 'icon-maskable.png'));
console.log(`${NAMES[0]}: ${scene.length} objects`);
