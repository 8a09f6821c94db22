/**
 * A tracked clip: each object keeps its id from frame to frame. Needs ffmpeg.
 *
 *     npx tsx examples/track.ts [folder]
 *
 * Films a view that moves over coins.png, follows the coins, and writes the clip again with masks, ids and paths. Prints
 * how many coins each frame shows, and how many of them were in the first frame.
 */
import { mkdirSync } from 'node:fs';
import { createVideo, FastSAM, readImage } from 'fastsam-tfjs';
import { Trails } from 'fastsam-tfjs/track';

const [folder = 'out/track'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const coins = await readImage(new URL('coins.png', import.meta.url));
const [width, height] = [256, 224];

const film = await createVideo(`${folder}/coins.mp4`, { width, height, fps: 10 });
for (let i = 0; i < 8; i++) {
  const data = new Uint8Array(width * height * 3);
  for (let row = 0, from = (2 * i * coins.width + 4 * i) * 3; row < height; row++, from += coins.width * 3) {
    data.set(coins.data.subarray(from, from + width * 3), row * width * 3);
  }
  await film.write({ data, width, height });
}
await film.finish();

const model = await FastSAM.load('demo', { device: 'wasm' });
const drawn = await createVideo(`${folder}/tracked.mp4`, { width, height, fps: 10 });
const trails = new Trails(30);
let first: ReadonlySet<number> | undefined;
for await (const scene of model.track(`${folder}/coins.mp4`, { conf: 0.25 })) {
  const ids = [...(scene.trackIds ?? [])];
  first ??= new Set(ids);
  console.log(`frame ${scene.frame?.index}: ${ids.length} coins, ${ids.filter((id) => first?.has(id)).length} of the first`);
  await drawn.write(scene.plot({ labels: true, trails: trails.of(scene) }));
}
await drawn.finish();
model.dispose();
