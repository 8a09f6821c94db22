/**
 * Milliseconds of CPU time that measuring the camera's motion takes for a frame, beside OpenCV on one thread (as Ultralytics
 * calls it). An image is panned, turned and zoomed; both sides go through the same frames in turn. Medians of rounds; the ratio
 * is the median of the rounds' ratios.
 *
 *     tools/bench/setup.sh                              once: the peers; without them only our side is measured
 *     npx tsx tools/bench/cameraMotion.ts [ROUNDS]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pairedRatio, summarize } from '../../src/cli/bench/statistics.js';
import { readImage } from '../../src/index.js';
import type { RgbImage } from '../../src/image/rgbImage.js';
import { SparseOpticalFlow } from '../../src/track/motion/sparseOpticalFlow.js';
import { sample } from '../../test/track/motionFrames.js';
import { python } from './models.js';
import { startPeer } from './pythonPeer.js';

const IMAGE = 'test/golden/scenes/astronaut.jpg';
const SIZES = [
  [640, 360],
  [1280, 720],
  [1920, 1080],
] as const;
const FRAMES = 8;
const ROUNDS = Number(process.argv[2] ?? 7);

/** What the camera sees in one frame after the other: the image fills the frame, with room to move. */
function frameOf(image: RgbImage, width: number, height: number, frame: number): RgbImage {
  const scale = ((0.8 * image.width) / width) * (1 + 0.004 * frame);
  const angle = 0.01 * Math.sin(frame);
  const [c, s] = [scale * Math.cos(angle), scale * Math.sin(angle)];
  const [x, y] = [0.02 * image.width + 1.7 * frame, 0.1 * image.height + 0.9 * frame];
  return sample(image, [c, -s, x, s, c, y], width, height);
}

/** Times of all frames but the first, which has none before it. */
function ours(frames: readonly RgbImage[]): number[] {
  const motion = new SparseOpticalFlow();
  const times = frames.map((frame) => {
    const start = process.cpuUsage();
    motion.estimate(frame);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  return times.slice(1);
}

const median = (values: readonly number[]): number => summarize(values)?.median ?? NaN;

async function measure(image: RgbImage, width: number, height: number): Promise<string> {
  const frames = Array.from({ length: FRAMES }, (_, i) => frameOf(image, width, height, i));
  const folder = mkdtempSync(join(tmpdir(), 'camera-motion-'));
  const file = join(folder, 'frames.rgb');
  writeFileSync(file, Buffer.concat(frames.map(({ data }) => data)));
  const interpreter = python();
  const peer =
    interpreter === undefined
      ? undefined
      : startPeer<number[]>(interpreter, 'cameraMotion.py', [file, String(width), String(height)]);
  const [mine, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round++) {
    const peers = median((await peer?.turn()) ?? []);
    const own = median(ours(frames));
    if (round === 0) continue; // it is for the compiler and the caches
    mine.push(own);
    theirs.push(peers);
  }
  peer?.end();
  rmSync(folder, { recursive: true });
  const ratio = pairedRatio(mine, theirs)?.median ?? NaN;
  return `| ${width} x ${height} | ${median(mine).toFixed(1)} | ${median(theirs).toFixed(1)} | ${ratio.toFixed(2)} |`;
}

const image = await readImage(IMAGE);
console.log('| frame | ours | OpenCV | ratio |\n| --- | --- | --- | --- |');
for (const [width, height] of SIZES) console.log(await measure(image, width, height));
