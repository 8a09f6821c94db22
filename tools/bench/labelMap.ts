/**
 * How long a label map takes: 300 masks on 8.3 megapixels. The fastest run says what the code takes on a shared machine.
 *
 *   npx tsx tools/bench/labelMap.ts
 *   npx tsx tools/bench/labelMap.ts --masks 1000 --width 6000 --height 4000
 */
import { parseArgs } from 'node:util';
import { labelMap } from '../../src/draw/labelMap.js';
import { Mask } from '../../src/mask/mask.js';
import { fillBits } from '../../src/mask/bits.js';

const { values: args } = parseArgs({
  options: {
    masks: { type: 'string', default: '300' },
    width: { type: 'string', default: '3840' },
    height: { type: 'string', default: '2160' },
    runs: { type: 'string', default: '15' },
  },
});
const [count, width, height, runs] = [args.masks, args.width, args.height, args.runs].map(Number);

/** An ellipse with a ragged border, of the sizes that a photograph's objects have: a few large ones, many small. */
function blob(i: number): Mask {
  const rank = (i + 1) / count;
  const half = Math.max(8, 0.45 * width * (1 - rank) ** 6);
  const radius = { x: half, y: Math.max(8, 0.45 * height * (1 - rank) ** 6) };
  const centre = { x: ((i * 0.618) % 1) * width, y: ((i * 0.414) % 1) * height };
  const left = Math.max(0, Math.floor(centre.x - radius.x));
  const top = Math.max(0, Math.floor(centre.y - radius.y));
  const right = Math.min(width, Math.ceil(centre.x + radius.x));
  const bottom = Math.min(height, Math.ceil(centre.y + radius.y));
  const rowWords = (right - left + 31) >>> 5;
  const words = new Uint32Array(rowWords * (bottom - top));
  for (let y = top; y < bottom; y++) {
    const reach = radius.x * Math.sqrt(Math.max(0, 1 - ((y + 0.5 - centre.y) / radius.y) ** 2)) - ((y * 7) % 5);
    const from = Math.max(left, Math.round(centre.x - reach));
    const to = Math.min(right, Math.round(centre.x + reach));
    fillBits(words, (y - top) * rowWords, from - left, to - left);
  }
  return new Mask(width, height, left, top, right - left, bottom - top, words);
}

const masks = Array.from({ length: count }, (_, i) => blob(i));
const painted = masks.reduce((sum, mask) => sum + mask.area, 0);
const began = process.cpuUsage();
const times = Array.from({ length: runs }, () => {
  const start = performance.now();
  labelMap(masks, width, height);
  return performance.now() - start;
}).sort((a, b) => a - b);
const { user, system } = process.cpuUsage(began);
console.log(
  `${count} masks, ${width} x ${height} pixels, ${(painted / (width * height)).toFixed(1)} layers: median ` +
    `${times[runs >> 1].toFixed(1)} ms, fastest ${times[0].toFixed(1)} ms; processor ${((user + system) / 1000 / runs).toFixed(1)} ms a run`,
);
