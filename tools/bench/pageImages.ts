/**
 * How long a page takes from a photograph's file to the network's input: whole, and scaled down as it is decoded.
 *
 *   npx tsx tools/bench/pageImages.ts
 *   npx tsx tools/bench/pageImages.ts --width 6000 --height 4000 --side 2048 --runs 3
 *
 * Needs Chromium. The photograph is noise over a gradient, as a JPEG of quality 90.
 */
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { chromium, resultOfPage } from '../../test/support/chromium.js';
import { bundle } from '../browser/workerFiles.js';

const { values: args } = parseArgs({
  options: {
    width: { type: 'string', default: '6000' },
    height: { type: 'string', default: '4000' },
    side: { type: 'string', default: '2048' },
    runs: { type: 'string', default: '3' },
  },
});
const [width, height, side, runs] = [args.width, args.height, args.side, args.runs].map(Number);
if (chromium === undefined) throw new Error('Chromium is not installed');

const small = { width: 600, height: 400, channels: 3, background: '#888' } as const;
const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
const photo = await sharp({ create: { ...small, noise } })
  .resize(width, height)
  .jpeg({ quality: 90 })
  .toBuffer();

const script = `
import { browserPlatform } from './src/platform/browser.ts';
import { usePlatform } from './src/platform/platform.ts';
import { readImage } from './src/source/readImage.ts';
import { letterbox, letterboxGeometry } from './src/image/letterbox.ts';
usePlatform(browserPlatform);
const post = (value) => fetch('/result', { method: 'POST', body: JSON.stringify(value) });
try {
  const file = await (await fetch('photo.jpg')).blob();
  const times = {};
  for (let run = 0; run < ${runs}; run++) {
    for (const [name, options] of [['whole', {}], ['maxSide', { maxSide: ${side} }]]) {
      const start = performance.now();
      const image = await readImage(file, options);
      const read = performance.now();
      letterbox(image, letterboxGeometry(image.width, image.height, 640));
      (times[name] ??= []).push([read - start, performance.now() - read, image.width, image.height]);
    }
  }
  await post(times);
} catch (error) {
  await post({ error: String(error.stack ?? error) });
}`;
const page = await bundle(script);
const found = await resultOfPage<Record<string, [number, number, number, number][]>>({
  '': '<!doctype html><meta charset="utf-8"><script type="module" src="page.js"></script>',
  'page.js': page,
  'photo.jpg': photo,
});
for (const [name, times] of Object.entries(found)) {
  const fastest = (i: 0 | 1): string => Math.min(...times.map((time) => time[i])).toFixed(0);
  const [[, , w, h]] = times;
  console.log(
    `${name.padEnd(8)} ${w} x ${h}: read ${fastest(0)} ms, letterbox to 640 ${fastest(1)} ms (fastest of ${runs})`,
  );
}
