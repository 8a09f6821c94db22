/** Large images: cut into overlapping tiles, whose objects are merged again. */
import { invalidArgument } from '../../errors.js';
import { letterboxGeometry } from '../../image/letterbox.js';
import type { RgbImage } from '../../image/rgbImage.js';
import type { Rect } from '../../geometry/rect.js';
import { Mask } from '../../mask/mask.js';
import { boundingBox, cropToWindow, iou, union } from '../../mask/setOps.js';
import { Results } from '../../results/results.js';

/** @throws FastSAMError `INVALID_ARGUMENT` for an overlap that is not smaller than a tile. */
export function checkTiles(side: number, overlap: number): void {
  if (side > overlap && overlap >= 0) return;
  throw invalidArgument(`overlap: got ${overlap}, expected 0 up to less than the tile's ${side}`);
}

/**
 * Starts of tiles along a length. The last tile ends with it. A shorter length has one tile.
 * @throws FastSAMError what `checkTiles` throws.
 */
export function tileStarts(length: number, side: number, overlap: number): number[] {
  checkTiles(side, overlap);
  const last = Math.max(0, length - side);
  const starts: number[] = [];
  for (let start = 0; start < last; start += side - overlap) starts.push(start);
  return [...starts, last];
}

/** The tiles of an image, row by row, in its pixels. */
export function tileGrid(image: { width: number; height: number }, side: number, overlap: number): Rect[] {
  const { width, height } = image;
  return tileStarts(height, side, overlap).flatMap((y) =>
    tileStarts(width, side, overlap).map((x) => ({
      x,
      y,
      width: Math.min(side, width),
      height: Math.min(side, height),
    })),
  );
}

/** A copy of a part of an image. */
export function cropImage({ data, width }: RgbImage, tile: Rect): RgbImage {
  const out = new Uint8Array(3 * tile.width * tile.height);
  for (let y = 0; y < tile.height; y++) {
    const from = 3 * ((tile.y + y) * width + tile.x);
    out.set(data.subarray(from, from + 3 * tile.width), 3 * y * tile.width);
  }
  return { data: out, width: tile.width, height: tile.height };
}

/** An object with the tile it was found in; the mask lies on the whole image's grid. */
export interface TiledObject {
  readonly mask: Mask;
  readonly score: number;
  readonly tile: Rect;
}

/** The objects of a tile on the grid of the whole image. */
export function shiftObjects(scene: Results, tile: Rect, image: { width: number; height: number }): TiledObject[] {
  return scene.imageMasks.map((mask, i) => {
    const { x, y, width, height, words } = mask;
    const placed = new Mask(image.width, image.height, tile.x + x, tile.y + y, width, height, words);
    return { mask: placed, score: scene.scores[i], tile };
  });
}

/** Objects of different tiles are one where their masks agree, inside what both tiles see, with at least this IoU. */
export const SAME_OBJECT_IOU = 0.5;

/**
 * Merges the parts of objects, best first. An object joins the first one before it that is of another tile and agrees
 * with it in the tiles' overlap. The masks are united and the better score stays. Two objects of one tile are never
 * joined directly.
 */
export function mergeObjects(
  objects: readonly TiledObject[],
  threshold = SAME_OBJECT_IOU,
): { mask: Mask; score: number }[] {
  const groups: { mask: Mask; score: number; parts: TiledObject[] }[] = [];
  for (const object of [...objects].sort((a, b) => b.score - a.score)) {
    if (object.mask.area === 0) continue;
    const group = groups.find(({ parts }) => parts.some((part) => agree(part, object, threshold)));
    if (group) {
      group.mask = union(group.mask, object.mask);
      group.parts.push(object);
    } else groups.push({ mask: object.mask, score: object.score, parts: [object] });
  }
  return groups.map(({ mask, score }) => ({ mask, score }));
}

function agree(a: TiledObject, b: TiledObject, threshold: number): boolean {
  if (a.tile === b.tile) return false;
  const x = Math.max(a.tile.x, b.tile.x);
  const y = Math.max(a.tile.y, b.tile.y);
  const width = Math.min(a.tile.x + a.tile.width, b.tile.x + b.tile.width) - x;
  const height = Math.min(a.tile.y + a.tile.height, b.tile.y + b.tile.height) - y;
  if (width <= 0 || height <= 0) return false;
  const shared = { x, y, width, height };
  return iou(cropToWindow(a.mask, shared), cropToWindow(b.mask, shared)) >= threshold;
}

/** The results of a whole image, made of its tiles'; there are no prototypes of the whole. */
export function joinTiles(
  image: RgbImage,
  tiles: readonly { readonly tile: Rect; readonly scene: Results }[],
): Results {
  const merged = mergeObjects(tiles.flatMap(({ tile, scene }) => shiftObjects(scene, tile, image)));
  const { imgsz, model, device, precision } = tiles[0].scene;
  const side = typeof imgsz === 'number' ? imgsz : Math.max(...imgsz);
  return new Results({
    image,
    boxes: Float32Array.from(merged.flatMap(({ mask }) => [...boundingBox(mask)])),
    scores: Float32Array.from(merged, ({ score }) => score),
    masks: merged.map(({ mask }) => mask),
    speed: { preprocess: 0, inference: 0, postprocess: 0 },
    model,
    imgsz,
    device,
    precision,
    letterbox: letterboxGeometry(image.width, image.height, side),
  });
}
