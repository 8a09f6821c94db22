/** Images that several studies draw. */
import type { Canvas } from '../../draw/canvas.js';
import { drawObjects } from '../../draw/drawObjects.js';
import { contactSheet, type SheetCell } from '../../draw/sheet.js';
import type { RgbImage } from '../../image/rgbImage.js';
import type { Mask } from '../../mask/mask.js';
import { drawPromptRecord, type Prompt } from '../../prompt/kinds/list.js';
import { parsePrompt, recordPrompt } from '../../prompt/parse.js';
import type { Results } from '../../results/results.js';

/** An image with some of its objects (default: all), and the prompt that chose them. */
export function drawScene(
  scene: Results,
  indices: readonly number[] = [...scene.scores.keys()],
  prompt: Prompt | null = null,
): RgbImage {
  const objects = indices.map((i) => ({
    id: scene.ids[i],
    mask: scene.imageMasks[i],
    box: scene.boxes.at(i),
    label: '',
  }));
  const record = prompt && recordPrompt(parsePrompt(prompt), {});
  const drawPrompt =
    record &&
    ((canvas: Canvas) => {
      drawPromptRecord(canvas, record);
    });
  return drawObjects(scene.image, objects, drawPrompt);
}

/** A grey image of `width * height` values 0 … 255. */
export function greyImage(values: ArrayLike<number>, width: number, height: number): RgbImage {
  const data = new Uint8Array(3 * width * height);
  for (let p = 0; p < width * height; p++) data.fill(values[p], 3 * p, 3 * p + 3);
  return { data, width, height };
}

/** A mask as an image: 255 inside, 0 outside. */
export function maskImage(mask: Mask): RgbImage {
  const values = mask.toBitmap().map((bit) => 255 * bit);
  return greyImage(values, mask.gridWidth, mask.gridHeight);
}

/** Images of one scene from left to right. */
export function panels(cells: readonly SheetCell[]): RgbImage {
  return contactSheet(cells, { columns: cells.length, cellSize: 240 });
}
