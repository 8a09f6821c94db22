/** The frames of tools/golden/motion.py, made again here in the same arithmetic. */
import { readImage } from '../../src/index.js';
import type { RgbImage } from '../../src/image/rgbImage.js';
import { readGolden } from '../support/golden.js';
import { scene } from '../support/paths.js';

export interface MotionCase {
  readonly name: string;
  readonly image: string;
  readonly width: number;
  readonly height: number;
  /** From pixels of each of the two frames to pixels of the image. */
  readonly views: readonly [readonly number[], readonly number[]];
  /** x, y, width, height in the first frame of what moves, and how far. */
  readonly mover: readonly number[] | null;
  readonly checksums: readonly [number, number];
  readonly corners: readonly number[];
  readonly flow: readonly number[];
  readonly found: readonly number[];
  readonly similarity: readonly number[] | null;
  readonly gmc: readonly number[];
}

export const motionCases = readGolden<readonly MotionCase[]>('track/motion/motion.json.gz');

/** Both frames of a case. */
export async function framesOf({
  image: file,
  width,
  height,
  views,
  mover,
}: MotionCase): Promise<[RgbImage, RgbImage]> {
  const image = await readImage(scene(file));
  const first = sample(image, views[0], width, height);
  const second = sample(image, views[1], width, height);
  if (mover) paste(first, second, mover);
  return [first, second];
}

/** The frame seen through the matrix: bilinear, the image's border going on outside, halves up. */
export function sample(image: RgbImage, matrix: readonly number[], width: number, height: number): RgbImage {
  const [a, b, tx, c, d, ty] = matrix;
  const data = new Uint8Array(width * height * 3);
  const clip = (value: number, size: number) => Math.min(Math.max(value, 0), size - 1);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const sx = clip(a * x + b * y + tx, image.width);
    const sy = clip(c * x + d * y + ty, image.height);
    const [x0, y0] = [Math.floor(sx), Math.floor(sy)];
    const [x1, y1] = [clip(x0 + 1, image.width), clip(y0 + 1, image.height)];
    const [fx, fy] = [sx - x0, sy - y0];
    for (let channel = 0; channel < 3; channel++) {
      const at = (px: number, py: number) => image.data[(py * image.width + px) * 3 + channel];
      const upper = at(x0, y0) * (1 - fx) + at(x1, y0) * fx;
      const lower = at(x0, y1) * (1 - fx) + at(x1, y1) * fx;
      data[i * 3 + channel] = Math.floor(upper * (1 - fy) + lower * fy + 0.5);
    }
  }
  return { data, width, height };
}

function paste(from: RgbImage, to: RgbImage, [x, y, width, height, dx, dy]: readonly number[]): void {
  for (let row = y; row < y + height; row++) {
    const start = (row * from.width + x) * 3;
    to.data.set(from.data.subarray(start, start + width * 3), ((row + dy) * to.width + x + dx) * 3);
  }
}

/** Sum of bytes times place + 1, modulo 2 ** 32. */
export function checksum({ data }: RgbImage): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum = (sum + data[i] * (i + 1)) % 2 ** 32;
  return sum;
}
