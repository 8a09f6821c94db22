/** An image of results. */
import { drawObjects, type DrawOptions } from '../draw/drawObjects.js';
import type { RgbImage } from '../image/rgbImage.js';
import { drawPromptRecord } from '../prompt/kinds/list.js';
import { hasClasses } from './json.js';
import type { SceneRecord } from './record.js';

/** See `Results.plot`. */
export function plotScene(record: SceneRecord, options: DrawOptions = {}): RgbImage {
  const { image, imageMasks, ids, trackIds, boxes, promptRecord, promptKind } = record;
  const objects = imageMasks.map((mask, i) => ({
    id: trackIds?.[i] ?? ids[i],
    mask,
    box: boxes.at(i),
    label: labelOf(record, i),
  }));
  const drawPrompt: Parameters<typeof drawObjects>[2] =
    promptRecord &&
    ((canvas) => {
      drawPromptRecord(canvas, promptRecord, promptKind);
    });
  return drawObjects(image, objects, drawPrompt, options);
}

/** `dog #7` for a track, else `dog 0.93`; without the name where all objects are of one class: `#7`, and the id `4 0.93`. */
function labelOf(record: SceneRecord, i: number): string {
  const { ids, scores, classes, trackIds, names } = record;
  const index = classes?.[i] ?? 0;
  const name = hasClasses(record) ? (names[index] ?? `class ${index}`) : undefined;
  if (trackIds) return name === undefined ? `#${trackIds[i]}` : `${name} #${trackIds[i]}`;
  return `${name ?? ids[i]} ${scores[i].toFixed(2)}`;
}
