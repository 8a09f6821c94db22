/** What stands at an object in an image. */
import { hasClasses } from './json.js';
import type { Results, SegmentedObject } from './results.js';

/** `dog #7` for a track, else `dog 0.93`; without the name where all objects are of one class: `#7`, and the id `4 0.93`. */
export function labelOf(results: Results, { id, class: index, score, trackId }: SegmentedObject): string {
  const name = hasClasses(results) ? (results.names[index] ?? `class ${index}`) : undefined;
  if (trackId !== undefined) return name === undefined ? `#${trackId}` : `${name} #${trackId}`;
  return `${name ?? id} ${score.toFixed(2)}`;
}
