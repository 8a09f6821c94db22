/** The ground truth of an image on the network's grid: boxes at its resolution, masks at a quarter of it. */
import type { Letterbox } from '../../image/letterbox.js';
import { Mask } from '../../mask/mask.js';
import { fillPolygon, type Bitmap } from './fillPolygon.js';
import type { YoloObject } from './labels.js';
import { pointsOfOutlines, resampleOutline } from './outlines.js';

/** Masks are compared at the network's size divided by this, as `mask_ratio` has it. */
const RATIO = 4;

/** Objects of an image, in pixels of the network's input; where masks overlap, the smaller one has the pixel. */
export interface YoloTruth {
  readonly classes: Int32Array;
  /** `n * 4` xyxy. */
  readonly boxes: Float32Array;
  /** On a grid of a quarter of the network's input; undefined where the labels are boxes. */
  readonly masks: readonly Mask[] | undefined;
}

/**
 * Maps the labels of an image onto the network's grid as Ultralytics does (`mask_ratio` 4, `overlap_mask`): largest
 * first.
 * @param singleClass whether all classes become 0.
 */
export function mapLabels(objects: readonly YoloObject[], geometry: Letterbox, singleClass: boolean): YoloTruth {
  const outlines = objects.map(({ outline }) => outline);
  const masked = outlines.length > 0 && outlines.every((outline) => outline !== undefined);
  const { order, masks } = masked
    ? overlapMasks(outlines, geometry)
    : { order: [...objects.keys()], masks: objects.length === 0 ? [] : undefined };
  const boxes = new Float32Array(4 * objects.length);
  order.forEach((i, row) => {
    boxes.set(mapBox(objects[i].box, geometry), 4 * row);
  });
  const classes = Int32Array.from(order, (i) => (singleClass ? 0 : objects[i].class));
  return { classes, boxes, masks };
}

function mapBox([x, y, w, h]: Float32Array, { width, height, left, top }: Letterbox): number[] {
  return [
    (x - w / 2) * width + left,
    (y - h / 2) * height + top,
    (x + w / 2) * width + left,
    (y + h / 2) * height + top,
  ];
}

/** The masks by descending area, each without what smaller ones cover. */
function overlapMasks(outlines: readonly Float32Array[], geometry: Letterbox): { order: number[]; masks: Mask[] } {
  const points = pointsOfOutlines(outlines);
  const bitmaps = outlines.map((outline) => quarterOf(rasterise(resampleOutline(outline, points), geometry)));
  const areas = bitmaps.map(({ data }) => data.reduce((sum, value) => sum + value, 0));
  // A mask without a pixel goes first, because Ultralytics negates unsigned areas to sort them.
  const sortKey = (area: number) => (area === 0 ? Infinity : area);
  const order = [...outlines.keys()].sort((a, b) =>
    areas[a] === areas[b] ? 0 : sortKey(areas[b]) - sortKey(areas[a]),
  );
  const { width, height } = bitmaps[0];
  const owner = new Uint32Array(width * height);
  order.forEach((i, rank) => {
    bitmaps[i].data.forEach((value, p) => {
      if (value === 1) owner[p] = rank + 1;
    });
  });
  const masks = order.map((_, rank) =>
    Mask.fromBitmap(
      owner.map((value) => Number(value === rank + 1)),
      width,
      height,
    ),
  );
  return { order, masks };
}

/** The outline at the network's resolution, corners cut off to whole pixels. */
function rasterise(outline: Float32Array, { netWidth, netHeight, width, height, left, top }: Letterbox): Bitmap {
  const bitmap = { data: new Uint8Array(netWidth * netHeight), width: netWidth, height: netHeight };
  const f = Math.fround;
  const ring = Array.from(outline, (value, i) =>
    Math.trunc(i % 2 === 0 ? f(f(value * width) + left) : f(f(value * height) + top)),
  );
  fillPolygon(bitmap, ring);
  return bitmap;
}

/** OpenCV's bilinear resize of a mask to a quarter: 1 where two of the four pixels in the middle of each 4 x 4 are. */
function quarterOf({ data, width, height }: Bitmap): Bitmap {
  const [w, h] = [width / RATIO, height / RATIO];
  const out = new Uint8Array(w * h);
  for (let y = 0, o = 0; y < h; y++) {
    for (let x = 0, p = (RATIO * y + 1) * width + 1; x < w; x++, o++, p += RATIO) {
      if (data[p] + data[p + 1] + data[p + width] + data[p + width + 1] >= 2) out[o] = 1;
    }
  }
  return { data: out, width: w, height: h };
}
