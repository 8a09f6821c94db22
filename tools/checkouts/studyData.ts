/** Small data sets in the layouts that `val` and the studies read. Their truth is made up: boxes in the example images. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { humanMaps } from './humanMaps.js';

type Box = readonly [x1: number, y1: number, x2: number, y2: number];

/** Boxes that one object of each image fills, pixels, and a phrase that means it. */
const OBJECTS: Readonly<Record<string, { readonly box: Box; readonly phrase: string }>> = {
  'astronaut.jpg': { box: [60, 0, 430, 512], phrase: 'an astronaut' },
  'coffee.jpg': { box: [180, 30, 500, 350], phrase: 'a cup of coffee' },
  'coins.png': { box: [30, 30, 90, 90], phrase: 'the coin at the top left' },
  'rocket.jpg': { box: [290, 60, 370, 380], phrase: 'a rocket' },
};

/** Names of the example images. */
export const IMAGES = Object.keys(OBJECTS);

/**
 * Writes, from the images in `images/`:
 * - `annotations.json`: COCO style, an object an image, with a phrase.
 * - `masks/`: the objects white on black, named as the images.
 * - `mvtec/`: one category of MVTec AD.
 * - `bsds/`: images and human maps of BSDS500.
 * - `yolo/`: a data set of Ultralytics, `data.yaml`.
 */
export async function makeStudyData(folder: string): Promise<void> {
  const images: object[] = [];
  const annotations: object[] = [];
  for (const [id, name] of IMAGES.entries()) {
    const from = join(folder, 'images', name);
    const { width, height } = await sharp(from).metadata();
    const { box, phrase } = OBJECTS[name];
    const stem = name.slice(0, -4);
    images.push({ id, file_name: name, width, height });
    annotations.push(annotation(id, box, phrase));
    const mask = await maskPng(width, height, box);
    await write(join(folder, 'masks', `${stem}.png`), mask);
    await copy(from, join(folder, 'mvtec/test/broken', name));
    await write(join(folder, 'mvtec/ground_truth/broken', `${stem}_mask.png`), mask);
    await copy(from, join(folder, 'bsds/images', name));
    await write(join(folder, 'bsds/groundTruth', `${stem}.mat`), humanMaps(outline(width, height, box), width, height));
    await copy(from, join(folder, 'yolo/images/val', name));
    await write(join(folder, 'yolo/labels/val', `${stem}.txt`), yoloLine(width, height, box));
  }
  await copy(join(folder, 'images', 'coffee.jpg'), join(folder, 'mvtec/test/good/coffee.jpg'));
  const categories = [{ id: 1, name: 'object' }];
  await write(join(folder, 'annotations.json'), JSON.stringify({ images, annotations, categories }));
  await write(join(folder, 'yolo/data.yaml'), 'train: images/val\nval: images/val\nnames:\n  0: object\n');
}

function annotation(id: number, box: Box, phrase: string): object {
  const [x1, y1, x2, y2] = box;
  const [width, height] = [x2 - x1, y2 - y1];
  return {
    id: id + 1,
    image_id: id,
    category_id: 1,
    bbox: [x1, y1, width, height],
    area: width * height,
    iscrowd: 0,
    segmentation: [cornersOf(box)],
    phrase,
  };
}

/** x, y of the corners, clockwise. */
function cornersOf([x1, y1, x2, y2]: Box): number[] {
  return [x1, y1, x2, y1, x2, y2, x1, y2];
}

function yoloLine(width: number, height: number, box: Box): string {
  const relative = cornersOf(box).map((value, i) => value / (i % 2 === 0 ? width : height));
  return `0 ${relative.join(' ')}\n`;
}

/** Rows of `width * height`, 1 in the box. */
function filled(width: number, height: number, [x1, y1, x2, y2]: Box): Uint8Array {
  const pixels = new Uint8Array(width * height);
  for (let y = y1; y < Math.min(y2, height); y++) pixels.fill(1, y * width + x1, y * width + Math.min(x2, width));
  return pixels;
}

/** Rows of `width * height`, 1 on the sides of the box. */
function outline(width: number, height: number, [x1, y1, x2, y2]: Box): Uint8Array {
  const pixels = filled(width, height, [x1, y1, x2, y2]);
  for (let y = y1 + 1; y < Math.min(y2, height) - 1; y++)
    pixels.fill(0, y * width + x1 + 1, y * width + Math.min(x2, width) - 1);
  return pixels;
}

function maskPng(width: number, height: number, box: Box): Promise<Buffer> {
  const pixels = filled(width, height, box).map((value) => 255 * value);
  return sharp(pixels, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
}

async function write(path: string, data: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, data);
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}
