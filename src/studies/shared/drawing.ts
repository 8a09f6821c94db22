/** Images that several studies draw. */
import { drawObjects, type DrawnPrompt } from '../../draw/drawObjects.js';
import { contactSheet, type SheetCell } from '../../draw/sheet.js';
import type { RgbImage } from '../../image/rgbImage.js';
import type { Results } from '../../results/results.js';

/** An image with some of its objects (default: all), and the hint that chose them. */
export function drawScene(
  scene: Results,
  indices: readonly number[] = [...scene.scores.keys()],
  prompt: DrawnPrompt | null = null,
): RgbImage {
  const objects = indices.map((i) => ({
    id: scene.ids[i],
    mask: scene.imageMasks[i],
    box: scene.boxes.at(i),
    label: '',
  }));
  return drawObjects(scene.image, objects, prompt);
}

/** A grey image of `width * height` values 0 … 255. */
export function greyImage(values: ArrayLike<number>, width: number, height: number): RgbImage {
  const data = new Uint8Array(3 * width * height);
  for (let p = 0; p < width * height; p++) data.fill(values[p], 3 * p, 3 * p + 3);
  return { data, width, height };
}

/** Images of one scene from left to right. */
export function panels(cells: readonly SheetCell[]): RgbImage {
  return contactSheet(cells, { columns: cells.length, cellSize: 240 });
}
