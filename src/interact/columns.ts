/** Results made of other results: with objects of a crop, and of the selection. */
import { iou, boundingBox, shift } from '../mask/setOps.js';
import type { Mask } from '../mask/mask.js';
import type { ResultsData } from '../record/record.js';
import type { Results } from '../results/results.js';
import { Scene } from './scene.js';
import type { SelectedItem } from './state.js';

/** Two masks of more than this IoU are one object. */
const SAME = 0.8;

/** What no longer fits when masks come from elsewhere. */
const GONE = { maskInputs: undefined, anchors: undefined, strides: undefined, trackIds: undefined } as const;

/**
 * The scene with what was found in a crop of its image. Objects that are there already are left out.
 * @param dx column of the crop's corner; `dy` its row.
 * @returns the scene itself where nothing is new.
 */
export function withObjects(scene: Scene, found: Results, dx: number, dy: number): Scene {
  const grid = { gridWidth: scene.width, gridHeight: scene.height };
  const masks = [...scene.masks];
  const taken: number[] = [];
  found.imageMasks.forEach((mask, i) => {
    const moved = shift(mask, dx, dy, grid);
    if (moved.area === 0 || masks.some((other) => iou(other, moved) > SAME)) return;
    masks.push(moved);
    taken.push(i);
  });
  if (taken.length === 0) return scene;
  const { results } = scene;
  const added = masks.slice(scene.masks.length);
  const firstId = results.ids.reduce((most, id) => Math.max(most, id), -1) + 1;
  const classes = results.classes && [...results.classes, ...taken.map((i) => found.classes?.[i] ?? 0)];
  const columns: Partial<ResultsData> = {
    ...GONE,
    masks,
    boxes: Float32Array.from([...results.boxes.xyxy, ...added.flatMap((mask) => boundingBox(mask))]),
    scores: Float32Array.from([...results.scores, ...taken.map((i) => found.scores[i])]),
    ids: Int32Array.from([...results.ids, ...taken.map((_, k) => firstId + k)]),
    ...(classes && { classes: Int32Array.from(classes) }),
  };
  return new Scene(results.with(columns));
}

/**
 * The selected items as results. An item's score is the best of its objects', 1 for what was drawn; its class that of its
 * first object; its id that of its first object, where no item before it has it, else a number after those of the scene.
 */
export function resultsOfItems({ results }: Scene, items: readonly SelectedItem[]): Results {
  const taken = new Set<number>();
  let next = results.ids.reduce((most, id) => Math.max(most, id), -1) + 1;
  const ids = items.map(({ objects }) => {
    const own = objects.length > 0 ? results.ids[objects[0]] : -1;
    const id = own < 0 || taken.has(own) ? next++ : own;
    taken.add(id);
    return id;
  });
  const masks: Mask[] = items.map(({ mask }) => mask);
  const score = ({ objects }: SelectedItem): number => Math.max(...objects.map((i) => results.scores[i]));
  return results.with({
    ...GONE,
    masks,
    boxes: Float32Array.from(masks.flatMap((mask) => boundingBox(mask))),
    scores: Float32Array.from(items, (item) => (item.objects.length > 0 ? score(item) : 1)),
    ids: Int32Array.from(ids),
    ...(results.classes && { classes: Int32Array.from(items, ({ objects }) => results.classes?.[objects[0]] ?? 0) }),
    promptRecord: null,
    matches: [],
  });
}
