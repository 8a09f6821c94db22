/** Follows objects through a clip that a prompt chose in its first frame. */
import { invalidArgument } from '../errors.js';
import { number } from '../options/kinds.js';
import { requireInstance, requireObject } from '../options/requireKind.js';
import { COUNT } from '../options/limits.js';
import { resolve } from '../options/resolve.js';
import type { RowsOf } from '../options/row.js';
import type { Mask } from '../mask/mask.js';
import { iou } from '../mask/setOps.js';
import type { Prompt } from '../prompt/kinds/list.js';
import type { Match } from '../prompt/types.js';
import { Results } from '../results/results.js';
import { checkIndex } from '../record/indices.js';
import type { TrackRows } from './types.js';
import { plural } from '../options/showValue.js';

/** Two objects of one frame or of consecutive frames are the same from this mask IoU up. */
const SAME_OBJECT_IOU = 0.5;

/** How objects are found again after their tracker gave them up. */
export interface FollowOptions {
  /**
   * Least IoU with the mask that was last seen, 0 … 1. A chosen object that was away for `rematchAfter` frames is
   * matched with an object whose track started since. Default 0: an object that comes back with another id is another
   * object.
   */
  readonly rematchIou?: number;
  /**
   * Frames for which an object may come back with its own id, or by its mask if it never had an id. Default 30, the
   * trackers' buffer.
   */
  readonly rematchAfter?: number;
}

/** Every option of `PromptFollower`. */
export const FOLLOW_OPTIONS = {
  rematchIou: number(0, 1, {
    text: 'IoU with the mask last seen from which a new track is taken for a chosen object that was away; 0: never',
    default: 0,
  }),
  rematchAfter: number(0, COUNT.high, { text: 'frames that it has to be away for that', default: 30 }),
} satisfies RowsOf<FollowOptions>;

/** A chosen object in a frame. */
export interface Followed {
  /** Which of the chosen objects, from 0, in the first frame's order. */
  readonly target: number;
  /** Its track; undefined while it has none. */
  readonly id: number | undefined;
  /** Its index in the frame's results. */
  readonly index: number;
}

interface Target {
  /** Its current track; undefined before the first. */
  id: number | undefined;
  /** As last seen. */
  mask: Mask;
  /** Frames since then. */
  missed: number;
  /** The highest id at that time. Higher ids belong to tracks that started since. */
  lastId: number;
  /** Tracks that covered it while it was seen. Detectors often find an object twice, and only one track goes on. */
  readonly duplicates: Set<number>;
}

/**
 * Keeps the objects that a prompt chose in the first frame. A track is followed by its id. While the tracker has lost
 * it, it is absent; it is back when the id is. Trackers start a track only for a sure object that is seen several
 * times. An object without a track is followed from mask to mask until its detection has one. An object that was
 * detected twice goes on as its duplicate when its own track ends.
 *
 * @example
 * const first = await model.segment(frame);
 * const follower = new PromptFollower(first, { points: [[120, 80]] });
 * // then for every frame, the first included:
 * const scene = await model.segment(frame);
 * const rows = tracker.update({ boxes: scene.boxes.xyxy, scores: scene.scores }, frame);
 * const kept = scene.select(follower.update(scene, rows).map(({ index }) => index));
 */
export class PromptFollower {
  /** What each box and point found in the first frame. */
  readonly matches: readonly Match[];
  readonly #targets: readonly Target[];
  readonly #rematchIou: number;
  readonly #rematchAfter: number;
  #lastId = 0;

  /**
   * @param first results of the clip's first frame; `update` takes this frame, too.
   * @param prompt what to choose there, or the objects already chosen: `await first.promptText('a dog')`.
   * @throws FastSAMError `INVALID_PROMPT` when the prompt cannot be answered, `INVALID_ARGUMENT` for wrong options.
   */
  constructor(first: Results, prompt: Prompt | Results, options: FollowOptions = {}) {
    requireInstance('first', first, Results, 'Results, as segment gives them');
    const { rematchIou, rematchAfter } = resolve(FOLLOW_OPTIONS, options);
    this.#rematchIou = rematchIou;
    this.#rematchAfter = rematchAfter;
    const answer = prompt instanceof Results ? prompt : first.prompt(prompt);
    this.matches = answer.matches;
    const chosen =
      prompt instanceof Results ? indicesOf(answer, first) : new Set(this.matches.flatMap(({ objects }) => objects));
    const masks = first.imageMasks;
    this.#targets = [...chosen]
      .sort((a, b) => a - b)
      .map((i) => ({ id: undefined, mask: masks[i], missed: 0, lastId: 0, duplicates: new Set() }));
  }

  /** Number of chosen objects; 0 if the prompt matched nothing. */
  get size(): number {
    return this.#targets.length;
  }

  /**
   * The chosen objects that are in sight, in the order of the targets. Call it for every frame.
   * @param results the objects that the tracker's detections were made from, in the same order.
   * @throws FastSAMError `INVALID_ARGUMENT` for what are no results, and rows of other objects.
   */
  update(results: Results, rows: TrackRows): Followed[] {
    requireInstance('results', results, Results, 'Results, as segment gives them');
    requireRows(rows, results.length);
    const idOf = new Map(Array.from(rows.indices, (index, i) => [index, rows.ids[i]]));
    const indexOf = new Map(Array.from(idOf, ([index, id]) => [id, index]));
    const taken = new Set(this.#targets.flatMap(({ id }) => (id === undefined ? [] : (indexOf.get(id) ?? []))));
    this.#lastId = rows.ids.reduce((last, id) => Math.max(last, id), this.#lastId);
    return this.#targets.flatMap((target, targetIndex): Followed[] => {
      const index = this.#find(target, results, idOf, indexOf, taken);
      if (index === undefined) {
        target.missed++;
        return [];
      }
      taken.add(index);
      target.id = idOf.get(index) ?? target.id;
      target.mask = results.imageMasks[index];
      for (const [other, id] of idOf) {
        if (iou(target.mask, results.imageMasks[other]) >= SAME_OBJECT_IOU) target.duplicates.add(id);
      }
      target.missed = 0;
      target.lastId = this.#lastId;
      return [{ target: targetIndex, id: target.id, index }];
    });
  }

  #find(
    { id, mask, missed, lastId, duplicates }: Target,
    results: Results,
    idOf: ReadonlyMap<number, number>,
    indexOf: ReadonlyMap<number, number>,
    taken: ReadonlySet<number>,
  ): number | undefined {
    const free = (index: number): boolean => !taken.has(index);
    if (id === undefined) {
      if (missed >= this.#rematchAfter) return undefined;
      const all = results.imageMasks.map((_, i) => i);
      return mostAlike(mask, results, all.filter(free), SAME_OBJECT_IOU);
    }
    if (indexOf.has(id)) return indexOf.get(id);
    const tracked = (wanted: (id: number) => boolean) =>
      [...idOf].flatMap(([index, other]) => (wanted(other) && free(index) ? [index] : []));
    const duplicate = mostAlike(
      mask,
      results,
      tracked((other) => duplicates.has(other)),
      SAME_OBJECT_IOU,
    );
    if (duplicate !== undefined) return duplicate;
    if (this.#rematchIou === 0 || missed < this.#rematchAfter) return undefined;
    return mostAlike(
      mask,
      results,
      tracked((other) => other > lastId),
      this.#rematchIou,
    );
  }
}

function requireRows(rows: unknown, objects: number): asserts rows is TrackRows {
  requireObject('rows', rows);
  const { ids, indices } = rows;
  requireInstance('rows ids', ids, Int32Array, "an Int32Array, as a tracker's update gives it");
  requireInstance('rows indices', indices, Int32Array, "an Int32Array, as a tracker's update gives it");
  if (ids.length !== indices.length) {
    throw invalidArgument(`rows: got ${plural(ids.length, 'id')} for ${indices.length} indices, expected one for each`);
  }
  for (const index of indices) checkIndex('rows', index, objects);
}

/** Indices of chosen objects in the result that they were chosen from. */
function indicesOf(chosen: Results, from: Results): Set<number> {
  return new Set(Array.from(chosen.ids, (id) => from.ids.indexOf(id)).filter((index) => index >= 0));
}

/** The candidate whose mask has the greatest IoU with this one; undefined where none reaches the least. */
function mostAlike(mask: Mask, results: Results, candidates: readonly number[], least: number): number | undefined {
  const alike = candidates
    .map((index) => ({ index, value: iou(mask, results.imageMasks[index]) }))
    .filter(({ value }) => value >= least);
  return alike.reduce<(typeof alike)[0] | undefined>((a, b) => (a && a.value >= b.value ? a : b), undefined)?.index;
}
