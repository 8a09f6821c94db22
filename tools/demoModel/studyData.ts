/** Data sets of a COCO file for the studies that want others: two halves of it, and maps of its largest objects. */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { runsOf, type Runs } from '../../src/evaluate/coco/runs.js';
import type { CocoTruth } from '../../src/evaluate/coco/types.js';

interface CocoFile {
  readonly images: readonly {
    readonly id: number;
    readonly file_name: string;
    readonly width: number;
    readonly height: number;
  }[];
  readonly annotations: readonly CocoTruth[];
}

const read = async (path: string): Promise<CocoFile> => JSON.parse(await readFile(path, 'utf8')) as CocoFile;

/** Writes `choose.json` (images at even places of the file) and `report.json` (the others) into the folder. */
export async function writeHalves(annotations: string, folder: string): Promise<void> {
  const coco = await read(annotations);
  for (const [rest, name] of ['choose.json', 'report.json'].entries()) {
    const images = coco.images.filter((_, i) => i % 2 === rest);
    const ids = new Set(images.map(({ id }) => id));
    const kept = coco.annotations.filter((each) => ids.has(each.image_id));
    await writeFile(join(folder, name), JSON.stringify({ ...coco, images, annotations: kept }));
  }
}

const IMAGES = 20;
const LEAST_SHARE = 0.03;

/**
 * Writes `images/`, `maps/` and `hints.json`: the first 20 images whose largest object, crowds left out, covers at least
 * 3 %, that object's mask as map, and by turns a point on it and its box as hint.
 */
export async function writeSalient(annotations: string, images: string, folder: string): Promise<void> {
  const coco = await read(annotations);
  const hints: Record<string, unknown> = {};
  for (const below of ['images', 'maps']) await mkdir(join(folder, below), { recursive: true });
  let written = 0;
  for (const { id, file_name, width, height } of coco.images) {
    const masks = coco.annotations
      .filter(({ image_id, iscrowd, segmentation }) => image_id === id && !iscrowd && segmentation)
      .map(({ segmentation }) => runsOf(segmentation ?? [], width, height))
      .sort((a, b) => b.area - a.area);
    if (masks.length === 0 || masks[0].area < LEAST_SHARE * width * height) continue;
    await copyFile(join(images, file_name), join(folder, 'images', file_name));
    await sharp(bitmapOf(masks[0], width, height), { raw: { width, height, channels: 1 } })
      .png()
      .toFile(join(folder, 'maps', file_name.replace(/\.\w+$/, '.png')));
    hints[file_name] = written % 2 === 0 ? { points: [pointOn(masks[0], height)] } : { boxes: [masks[0].box] };
    if (++written === IMAGES) break;
  }
  await writeFile(join(folder, 'hints.json'), JSON.stringify(hints));
}

function bitmapOf({ boundaries }: Runs, width: number, height: number): Uint8Array {
  const bitmap = new Uint8Array(width * height);
  for (let r = 0; r < boundaries.length; r += 2) {
    for (let p = boundaries[r]; p < boundaries[r + 1]; p++) bitmap[(p % height) * width + Math.floor(p / height)] = 255;
  }
  return bitmap;
}

/** The middle of the longest run down a column. */
function pointOn({ boundaries }: Runs, height: number): [x: number, y: number] {
  let longest = 0;
  for (let r = 2; r < boundaries.length; r += 2) {
    if (boundaries[r + 1] - boundaries[r] > boundaries[longest + 1] - boundaries[longest]) longest = r;
  }
  const middle = (boundaries[longest] + boundaries[longest + 1]) >> 1;
  return [Math.floor(middle / height), middle % height];
}
