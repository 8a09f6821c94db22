/** What stands at an object in an image. */
import type { SceneRecord } from '../record/record.js';
import { hasClasses } from './json.js';

/** `dog #7` for a track, else `dog 0.93`; without the name where all objects are of one class: `#7`, and the id `4 0.93`. */
export function labelOf(scene: SceneRecord, i: number): string {
  const index = scene.classes?.[i] ?? 0;
  const name = hasClasses(scene) ? (scene.names[index] ?? `class ${index}`) : undefined;
  const trackId = scene.trackIds?.[i];
  if (trackId !== undefined) return name === undefined ? `#${trackId}` : `${name} #${trackId}`;
  return `${name ?? scene.ids[i]} ${scene.scores[i].toFixed(2)}`;
}
