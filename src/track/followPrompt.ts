/** Follows through a clip what a box or a point chose in its first frame. */
import { number } from '../options/kinds.js';
import { COUNT } from '../options/limits.js';
import { resolve } from '../options/resolve.js';
import type { RowsOf } from '../options/row.js';
import type { Mask } from '../mask/mask.js';
import { iou } from '../mask/setOps.js';
import type { Prompt } from '../prompt/kinds/list.js';
import type { Match } from '../prompt/types.js';
import { Results } from '../results/results.js';
import type { TrackRows } from './types.js';

/** Mask IoU from which two objects, of one frame or of consecutive ones, are taken for the same one. */
const SAME_OBJECT_IOU = 0.5;

/** How objects are found again that their tracker gave up. */
export interface FollowOptions {
  /**
   * IoU with the mask last seen from which an object whose track started since is taken for a chosen one that was away for
   * `rematchAfter` frames. Default 0: an object that comes back with another id is another object.
   */
  readonly rematchIou?: number;
  /**
   * Until so many frames have passed an object may come back with its own id, and one that never had an id by its mask.
   * Default 30, the trackers' buffer.
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
  /** Its place in the frame's results. */
  readonly index: number;
}

interface Target {
  /** The latest is the one that it goes by now. */
  id: number | undefined;
  /** As last seen. */
  mask: Mask;
  /** Frames since then. */
  missed: number;
  /** The highest id that there was then: later ones belong to tracks that started since. */
  lastId: number;
  /** Tracks that lay on it while it was seen: detectors find many an object twice, and only one track goes on. */
  readonly duplicates: Set<number>;
}

/**
 * Keeps the objects that a prompt chose in the first frame. What has a track goes by its id: while the tracker has lost
 * it, it is absent, and it is back when the id is. What has no track yet, since trackers only start one for a sure object
 * seen several times, is followed from mask to mask until its detection has one. What was found twice goes on as its twin
 * when its own track ends.
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
   * @param asked what to choose there, or what was chosen already: `await first.promptText('a dog')`.
   * @throws FastSAMError `INVALID_PROMPT` when the prompt cannot be answered, `INVALID_ARGUMENT` for wrong options.
   */
  constructor(first: Results, asked: Prompt | Results, options: FollowOptions = {}) {
    const { rematchIou, rematchAfter } = resolve(FOLLOW_OPTIONS, options);
    this.#rematchIou = rematchIou;
    this.#rematchAfter = rematchAfter;
    const answer = asked instanceof Results ? asked : first.prompt(asked);
    this.matches = answer.matches;
    const chosen =
      asked instanceof Results ? placesOf(answer, first) : new Set(this.matches.flatMap(({ objects }) => objects));
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
   * The chosen objects that are in sight, in the order of the targets. To be called for every frame.
   * @param results what the tracker's detections were taken from, in the same order.
   */
  update(results: Results, rows: TrackRows): Followed[] {
    const idOf = new Map(Array.from(rows.indices, (index, i) => [index, rows.ids[i]]));
    const indexOf = new Map(Array.from(idOf, ([index, id]) => [id, index]));
    const taken = new Set(this.#targets.flatMap(({ id }) => (id === undefined ? [] : (indexOf.get(id) ?? []))));
    this.#lastId = rows.ids.reduce((last, id) => Math.max(last, id), this.#lastId);
    return this.#targets.flatMap((target, place): Followed[] => {
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
      return [{ target: place, id: target.id, index }];
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

/** Where the objects of one result are in the one that they were chosen from. */
function placesOf(chosen: Results, from: Results): Set<number> {
  return new Set(Array.from(chosen.ids, (id) => from.ids.indexOf(id)).filter((place) => place >= 0));
}

/** The candidate whose mask has the greatest IoU with this one; undefined where none reaches the least. */
function mostAlike(mask: Mask, results: Results, candidates: readonly number[], least: number): number | undefined {
  const alike = candidates
    .map((index) => ({ index, value: iou(mask, results.imageMasks[index]) }))
    .filter(({ value }) => value >= least);
  return alike.reduce<(typeof alike)[0] | undefined>((a, b) => (a && a.value >= b.value ? a : b), undefined)?.index;
}
