/** The image of a result: masks, outlines and, where asked for, boxes and labels. */
import { drawObjects, type DrawOptions } from '../draw/drawObjects.js';
import type { RgbImage } from '../image/rgbImage.js';
import { requirePixels } from '../image/pixels.js';
import { drawPromptRecord } from '../prompt/kinds/list.js';
import type { SceneRecord } from '../record/record.js';
import type { EncodeOptions } from './format.js';
import { labelOf } from './label.js';

/**
 * Draws the objects over their image, and the prompt that chose them.
 * @returns a new image of the original's size.
 */
export function plotScene(scene: SceneRecord, options: DrawOptions = {}): RgbImage {
  const { promptRecord, promptKind } = scene;
  requirePixels('drawing', scene.image);
  const objects = scene.imageMasks.map((mask, i) => ({
    id: scene.trackIds?.[i] ?? scene.ids[i],
    mask,
    box: scene.boxes.at(i),
    label: labelOf(scene, i),
  }));
  const drawPrompt: Parameters<typeof drawObjects>[2] =
    promptRecord &&
    ((canvas) => {
      drawPromptRecord(canvas, promptRecord, promptKind);
    });
  return drawObjects(scene.image, objects, drawPrompt, options);
}

/** What concerns drawing of the options of files. */
export function drawingOf(options: EncodeOptions): DrawOptions {
  const drawing = { ...options };
  delete drawing.quality;
  delete drawing.saveConf;
  delete drawing.tolerance;
  return drawing;
}
