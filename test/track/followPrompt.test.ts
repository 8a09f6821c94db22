/** Objects chosen in the first frame keep their places through the clip. */
import { describe, expect, test } from 'vitest';
import { PromptFollower, type FollowOptions } from '../../src/track/followPrompt.js';
import type { TrackRows } from '../../src/track/types.js';
import { rectMask } from '../support/masks.js';
import { resultsOf } from '../support/results.js';

/** An object at a place, 8 x 8 pixels of 64 x 32, with the id of its track, 0 for none. */
type Seen = readonly [x: number, y: number, id: number];

function frame(objects: readonly Seen[]): [ReturnType<typeof resultsOf>, TrackRows] {
  const masks = objects.map(([x, y]) => rectMask(64, 32, [x, y, x + 8, y + 8]));
  const boxes = Float32Array.from(objects.flatMap(([x, y]) => [x, y, x + 8, y + 8]));
  const image = { data: new Uint8Array(64 * 32 * 3), width: 64, height: 32 };
  const tracked = objects.flatMap(([, , id], index) => (id > 0 ? [{ id, index }] : []));
  const rows: TrackRows = {
    ids: Int32Array.from(tracked, ({ id }) => id),
    indices: Int32Array.from(tracked, ({ index }) => index),
    boxes: new Float32Array(4 * tracked.length),
    scores: new Float32Array(tracked.length),
    classes: new Int32Array(tracked.length),
  };
  return [resultsOf(masks, { image, boxes }), rows];
}

/** For each frame [target, id, index] of the objects that are followed. */
function follow(point: readonly number[], clip: readonly (readonly Seen[])[], options?: FollowOptions) {
  const follower = new PromptFollower(frame(clip[0])[0], { points: [point] }, options);
  return clip.map((objects) => {
    const [results, rows] = frame(objects);
    return follower.update(results, rows).map(({ target, id, index }) => [target, id, index]);
  });
}

const AWAY = Array.from({ length: 30 }, () => [[0, 0, 1] as const]);

describe('PromptFollower', () => {
  test('goes by the id of the track, wherever the object is among the results', () => {
    const clip: Seen[][] = [
      [
        [0, 0, 1],
        [20, 0, 2],
      ],
      [
        [40, 20, 2],
        [20, 0, 1],
      ],
    ];
    expect(follow([22, 3], clip)).toEqual([[[0, 2, 1]], [[0, 2, 0]]]);
  });

  test('follows an object by its mask until it has a track', () => {
    const clip: Seen[][] = [[[0, 0, 0]], [[1, 0, 0]], [[2, 1, 5]], [[40, 0, 5]]];
    expect(follow([2, 2], clip)).toEqual([[[0, undefined, 0]], [[0, undefined, 0]], [[0, 5, 0]], [[0, 5, 0]]]);
  });

  test('does not take another object for one without a track', () => {
    expect(follow([2, 2], [[[0, 0, 0]], [[5, 0, 0]], [[1, 0, 3]]])).toEqual([[[0, undefined, 0]], [], [[0, 3, 0]]]);
  });

  test('gives up an object that never had a track when it was away too long', () => {
    const clip: Seen[][] = [[[0, 0, 0]], [], [], [[0, 0, 3]]];
    expect(follow([2, 2], clip, { rematchAfter: 2 })).toEqual([[[0, undefined, 0]], [], [], []]);
    expect(follow([2, 2], clip, { rematchAfter: 3 })).toEqual([[[0, undefined, 0]], [], [], [[0, 3, 0]]]);
  });

  test('is silent while the track is lost and goes on when its id is back', () => {
    const clip: Seen[][] = [[[0, 0, 1]], [], [[0, 0, 2]], [[30, 0, 1]]];
    expect(follow([2, 2], clip)).toEqual([[[0, 1, 0]], [], [], [[0, 1, 0]]]);
  });

  test('goes on as the twin that lay on it when its own track ends, and stays that', () => {
    const twins: Seen[] = [
      [0, 0, 1],
      [2, 0, 2],
    ];
    const both: Seen[] = [
      [3, 0, 2],
      [1, 0, 1],
    ];
    expect(follow([1, 2], [twins, [[1, 0, 2]], both])).toEqual([[[0, 1, 0]], [[0, 2, 0]], [[0, 2, 0]]]);
    // It lies elsewhere by then.
    expect(follow([1, 2], [twins, [[9, 0, 2]]])).toEqual([[[0, 1, 0]], []]);
  });

  test('does not take its neighbour for a twin, nor another object that was chosen', () => {
    const neighbours: Seen[] = [
      [0, 0, 1],
      [5, 0, 2],
    ];
    expect(follow([1, 2], [neighbours, [[1, 0, 2]]])).toEqual([[[0, 1, 0]], []]);
    const chosen: Seen[] = [
      [0, 0, 1],
      [2, 0, 2],
    ];
    const places = follow([4, 2], [chosen, [[1, 0, 2]]]).map((found) => found.map(([target, id]) => [target, id]));
    expect(places[0]).toHaveLength(2);
    expect(places[1]).toEqual([places[0].find(([, id]) => id === 2)]);
  });

  test('takes an object with a new id for the old one only if asked, after long, and only a track that started since', () => {
    const start: Seen[] = [
      [0, 0, 1],
      [30, 0, 2],
    ];
    const back: Seen[] = [[30, 0, 3]];
    const elsewhere: Seen[] = [[50, 20, 3]];
    const last = (clip: readonly (readonly Seen[])[], options?: FollowOptions) => follow([32, 3], clip, options).at(-1);
    expect(last([start, ...AWAY, back])).toEqual([]);
    expect(last([start, ...AWAY, back], { rematchIou: 0.3 })).toEqual([[0, 3, 0]]);
    expect(last([start, ...AWAY.slice(1), back], { rematchIou: 0.3 })).toEqual([]);
    expect(last([start, ...AWAY, elsewhere], { rematchIou: 0.3 })).toEqual([]);
    expect(last([start, ...AWAY, [[30, 0, 1]]], { rematchIou: 0.3 })).toEqual([]);
  });

  test('keeps several objects apart', () => {
    const [results, rows] = frame([
      [0, 0, 0],
      [2, 0, 0],
    ]);
    const follower = new PromptFollower(results, {
      points: [
        [1, 2],
        [9, 2],
      ],
    });
    expect(follower.size).toBe(2);
    const places = follower.update(results, rows).map(({ target, index }) => [target, index]);
    expect(places).toEqual([
      [0, 0],
      [1, 1],
    ]);
    const [next, tracked] = frame([[1, 0, 4]]);
    expect(follower.update(next, tracked)).toEqual([{ target: 0, id: 4, index: 0 }]);
  });

  test('says why nothing was chosen and then follows nothing', () => {
    const [results, rows] = frame([[0, 0, 1]]);
    const follower = new PromptFollower(results, { points: [[40, 20]] });
    expect(follower.matches[0].reason).toBe('no mask at the point');
    expect(follower.size).toBe(0);
    expect(follower.update(results, rows)).toEqual([]);
  });

  test('refuses options that make no sense', () => {
    const [results] = frame([[0, 0, 1]]);
    expect(() => new PromptFollower(results, { points: [[2, 2]] }, { rematchIou: 2 })).toThrow(/rematchIou: got 2/);
    expect(() => new PromptFollower(results, { points: [[2, 2]] }, { rematchAfter: NaN })).toThrow(/rematchAfter/);
  });
});
