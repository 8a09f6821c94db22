/** Results that are made by hand, for tests of studies. */
import type { RgbImage } from '../../src/image/rgbImage.js';
import { letterboxGeometry } from '../../src/image/letterbox.js';
import { Mask } from '../../src/mask/mask.js';
import { boundingBox } from '../../src/mask/setOps.js';
import { Results } from '../../src/results/results.js';
import type { ResultsData } from '../../src/record/record.js';

/** An image of one grey. */
export function greyImage(width: number, height: number): RgbImage {
  return { data: new Uint8Array(width * height * 3).fill(128), width, height };
}

/** A mask from rows of `#` and other characters. */
export function maskOf(rows: readonly string[]): Mask {
  const bitmap = rows.flatMap((row) => Array.from(row, (c) => (c === '#' ? 1 : 0)));
  return Mask.fromBitmap(bitmap, rows[0].length, rows.length);
}

/** A filled rectangle on a grid. */
export function rectMask(width: number, height: number, [x1, y1, x2, y2]: readonly number[]): Mask {
  const bitmap = Uint8Array.from({ length: width * height }, (_, p) => {
    const [x, y] = [p % width, Math.floor(p / width)];
    return x >= x1 && x < x2 && y >= y1 && y < y2 ? 1 : 0;
  });
  return Mask.fromBitmap(bitmap, width, height);
}

/** An image with these masks; boxes are the masks'. */
export function sceneOf(masks: readonly Mask[], scores: readonly number[], more: Partial<ResultsData> = {}): Results {
  const gridWidth = masks.at(0)?.gridWidth ?? 8;
  const gridHeight = masks.at(0)?.gridHeight ?? 8;
  return new Results({
    image: greyImage(gridWidth, gridHeight),
    boxes: Float32Array.from(masks.flatMap((mask) => [...boundingBox(mask)])),
    scores: Float32Array.from(scores),
    masks,
    speed: { preprocess: 0, inference: 0, postprocess: 0 },
    model: 'hand',
    imgsz: 64,
    device: 'none',
    precision: 'fp32',
    letterbox: letterboxGeometry(gridWidth, gridHeight, 64),
    ...more,
  });
}
