/** What is asked of a picture in a study whose ground truth is a mask: a point or a box on what was marked. */
import { connectedComponents } from '../../mask/regions.js';
import type { Mask } from '../../mask/mask.js';
import { boundingBox, union } from '../../mask/setOps.js';
import type { Results } from '../../results/results.js';

export const HINTS = ['none', 'box', 'point'] as const;
/** `box`: the box of each marked region; `point`: its pixel nearest to its centroid; `none`: nothing is said. */
export type Hint = (typeof HINTS)[number];

/** The pixel of a mask nearest to its centroid, the first of equals by rows. */
export function innerPoint(mask: Mask): [number, number] {
  const bitmap = mask.toBitmap();
  const { gridWidth } = mask;
  const places = [...bitmap.keys()].filter((p) => bitmap[p] === 1);
  const x = places.reduce((sum, p) => sum + (p % gridWidth), 0) / places.length;
  const y = places.reduce((sum, p) => sum + Math.floor(p / gridWidth), 0) / places.length;
  let best = places[0];
  let least = Infinity;
  for (const p of places) {
    const distance = ((p % gridWidth) - x) ** 2 + (Math.floor(p / gridWidth) - y) ** 2;
    if (distance >= least) continue;
    least = distance;
    best = p;
  }
  return [best % gridWidth, Math.floor(best / gridWidth)];
}

/** Places of the objects that the marked regions ask for, each once; at a point the object of the best score. */
export function askedBy(scene: Results, truth: Mask, hint: Exclude<Hint, 'none'>): number[] {
  const regions = connectedComponents(truth);
  if (regions.length === 0 || scene.length === 0) return [];
  const prompt =
    hint === 'box'
      ? { boxes: regions.map((region) => [...boundingBox(region)]) }
      : { points: regions.map(innerPoint), pick: 'best' as const };
  return [...new Set(scene.prompt(prompt).matches.flatMap(({ objects }) => objects))].sort((a, b) => a - b);
}

/** Pixels of any of some objects; undefined for none. */
export function unionOf(scene: Results, places: readonly number[]): Mask | undefined {
  return places
    .map((i) => scene.imageMasks[i])
    .reduce<Mask | undefined>((all, mask) => (all ? union(all, mask) : mask), undefined);
}
