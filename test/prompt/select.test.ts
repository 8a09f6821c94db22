import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Mask } from '../../src/mask/mask.js';
import { withoutContained } from '../../src/mask/containment.js';
import type { Prompt } from '../../src/prompt/kinds/list.js';
import type { PromptTarget } from '../../src/prompt/types.js';
import { select, targetOf } from '../support/scenes.js';
import { maskOf, rowsOf } from '../support/masks.js';

// A whole, a part of it, a part of the part, and something beside them.
const whole = maskOf('######..', '######..', '######..', '######..', '######..', '........');
const part = maskOf('........', '.####...', '.####...', '.####...', '........', '........');
const core = maskOf('........', '........', '..##....', '........', '........', '........');
const aside = maskOf('......##', '......##', '......##', '........', '........', '........');
const scene = targetOf([part, whole, core, aside], 8, 6, [
  [1, 1, 5, 4],
  [0, 0, 6, 5],
  [2, 2, 4, 3],
  [6, 0, 8, 3],
]);
const [PART, WHOLE, CORE, ASIDE] = [0, 1, 2, 3];

const indices = (prompt: Prompt, target: PromptTarget = scene): readonly number[] => select(target, prompt).indices;

describe('nothing', () => {
  test.each([{}, { boxes: undefined }, { pick: 'best' }] as Prompt[])('%j asks for nothing', (prompt) => {
    expect(() => select(scene, prompt)).toThrow(/prompt: got neither boxes nor points/);
  });

  test('nothing found answers every prompt with nothing', () => {
    const empty = targetOf([], 8, 6);
    for (const compat of [undefined, 'ultralytics', 'casia'] as const) {
      expect(select(empty, { boxes: [0, 0, 4, 4] }, compat).indices).toEqual([]);
      expect(select(empty, { points: [1, 1] }, compat).indices).toEqual([]);
    }
    expect(select(empty, { points: [1, 1] }).matches).toEqual([
      { kind: 'point', index: 0, objects: [], reason: 'no mask at the point' },
    ]);
  });
});

describe('boxes', () => {
  test('the mask with the best overlap, flat or in a list', () => {
    expect(indices({ boxes: [1, 1, 5, 4] })).toEqual([PART]);
    expect(indices({ boxes: [[1, 1, 5, 4]] })).toEqual([PART]);
  });

  test('one match for each box, duplicates chosen once, in order of score', () => {
    const found = select(scene, { boxes: [[6, 0, 8, 3], [0, 0, 6, 5], [0, 0, 6, 4]] }); // prettier-ignore
    expect(found.indices).toEqual([WHOLE, ASIDE]);
    expect(found.matches).toEqual([
      { kind: 'box', index: 0, objects: [ASIDE], iou: 1 },
      { kind: 'box', index: 1, objects: [WHOLE], iou: 1 },
      { kind: 'box', index: 2, objects: [WHOLE], iou: 24 / 30 },
    ]);
  });

  test('equal overlaps go to the better score', () => {
    expect(indices({ boxes: [2, 2, 4, 3] }, targetOf([aside, core, core], 8, 6))).toEqual([1]);
  });

  test('a box that overlaps nothing has no match, and says so', () => {
    expect(select(scene, { boxes: [6, 4, 8, 6] })).toEqual({
      indices: [],
      matches: [{ kind: 'box', index: 0, objects: [], reason: 'no overlap' }],
    });
  });

  test('what lies outside the image is cut off', () => {
    expect(select(scene, { boxes: [6, -9, 99, 3] }).matches[0].iou).toBe(1);
  });

  test('a box smaller than a pixel touches one', () => {
    expect(select(scene, { boxes: [2.2, 2.2, 2.3, 2.3] }).matches[0]).toMatchObject({
      objects: [CORE],
      iou: 0.5,
    });
  });

  test("by boxes: the detection's box decides, not the pixels", () => {
    const ring = maskOf('####', '#..#', '####');
    const blob = maskOf('....', '.##.', '....');
    const target = targetOf([blob, ring], 4, 3, [
      [0, 0, 1, 1],
      [1, 1, 3, 2],
    ]);
    expect(indices({ boxes: [1, 1, 3, 2] }, target)).toEqual([0]);
    expect(select(target, { boxes: [1, 1, 3, 2], boxRule: 'box' }).matches[0]).toMatchObject({
      objects: [1],
      iou: 1,
    });
    expect(select(target, { boxes: [3, 2, 4, 3], boxRule: 'box' }).matches[0].reason).toBe('no overlap');
  });
});

describe('points', () => {
  test('all masks that hold the point', () => {
    expect(indices({ points: [2, 2] })).toEqual([PART, WHOLE, CORE]);
    expect(indices({ points: [[0, 0]] })).toEqual([WHOLE]);
  });

  test('fractions belong to the pixel they lie in', () => {
    expect(indices({ points: [5.99, 4.99] })).toEqual([WHOLE]);
    expect(indices({ points: [6, 4.5] })).toEqual([]);
  });

  test('smallest and best, for each point', () => {
    expect(indices({ points: [[2, 2], [6, 0]], pick: 'smallest' })).toEqual([CORE, ASIDE]); // prettier-ignore
    expect(indices({ points: [2, 2], pick: 'best' })).toEqual([PART]);
    expect(indices({ points: [2, 2], pick: 'best' }, { ...scene, scores: Float32Array.of(0.1, 0.2, 0.9, 0) })).toEqual([
      CORE,
    ]);
  });

  test('a background point rules out what holds it', () => {
    expect(indices({ points: [[2, 2], [0, 0]], labels: [1, 0] })).toEqual([PART, CORE]); // prettier-ignore
    expect(indices({ points: [[2, 2], [0, 0]], labels: [1, 0], pick: 'smallest' })).toEqual([CORE]); // prettier-ignore
  });

  test('background points alone leave everything that holds none of them', () => {
    expect(indices({ points: [2, 2], labels: 0 })).toEqual([ASIDE]);
    expect(indices({ points: [[7, 5]], labels: [0] })).toEqual([PART, WHOLE, CORE, ASIDE]);
  });

  test('reasons', () => {
    const points = [[7, 5], [2, 2], [3, 2]]; // prettier-ignore
    const { matches } = select(scene, { points, labels: [1, 1, 0] });
    expect(matches.map(({ index, reason }) => [index, reason])).toEqual([
      [0, 'no mask at the point'],
      [1, 'ruled out by background points'],
    ]);
  });

  test('boxes and points together: what either chooses', () => {
    expect(indices({ boxes: [6, 0, 8, 3], points: [2, 2], pick: 'smallest' })).toEqual([CORE, ASIDE]);
  });
});

describe('merge', () => {
  const merged = (prompt: Prompt) => select(scene, { ...prompt, pick: 'merge' }).merged;

  test('the union of what holds the foreground points', () => {
    expect(
      merged({
        points: [
          [2, 2],
          [7, 0],
        ],
      }),
    ).toEqualMask('########', '########', '########', '######..', '######..', '........');
  });

  test('a part can be cut out of a whole', () => {
    expect(
      merged({
        points: [
          [0, 0],
          [1, 1],
        ],
        labels: [1, 0],
      }),
    ).toEqualMask('######..', '#....#..', '#....#..', '#....#..', '######..', '........');
  });

  test('a part can be had without the whole around it', () => {
    expect(merged({ points: [[0, 0], [1, 1]], labels: [0, 1] })).toEqualMask(part); // prettier-ignore
    expect(merged({ points: [[2, 2], [1, 1]], labels: [1, 0] })).toEqualMask(core); // prettier-ignore
  });

  test('foreground and background in the same smallest mask contradict each other', () => {
    const points = [[2, 2], [3, 2]]; // prettier-ignore
    const found = select(scene, { points, labels: [1, 0], pick: 'merge' });
    expect(found.merged?.area).toBe(0);
    expect(found.matches).toEqual([{ kind: 'point', index: 0, objects: [], reason: 'ruled out by background points' }]);
  });

  test('boxes add their masks', () => {
    const { merged: mask, indices: made } = select(scene, {
      boxes: [6, 0, 8, 3],
      points: [2, 2],
      pick: 'merge',
    });
    expect([mask?.area, made]).toEqual([whole.area + aside.area, [PART, WHOLE, CORE, ASIDE]]);
  });

  test('background points alone: the union of the rest', () => {
    expect(merged({ points: [2, 2], labels: 0 })).toEqualMask(aside);
  });
});

describe('what cannot be answered is refused', () => {
  test.each<[string, Prompt]>([
    ['a box of three', { boxes: [1, 2, 3] }],
    ['NaN in a box', { boxes: [[0, 0, NaN, 3]] }],
    ['a box without width', { boxes: [3, 0, 3, 3] }],
    ['a box upside down', { boxes: [0, 3, 3, 0] }],
    ['a box outside', { boxes: [8, 0, 12, 3] }],
    ['no boxes in a list', { boxes: [] }],
    ['a point of three', { points: [[1, 2, 1]] }],
    ['an infinite point', { points: [Infinity, 0] }],
    ['a point to the left', { points: [-0.1, 0] }],
    ['a point on the right border', { points: [8, 0] }],
    ['no points in a list', { points: [] }],
    ['too few labels', { points: [[1, 1], [2, 2]], labels: [1] }], // prettier-ignore
    ['a label without a point', { labels: 1 }],
    ['labels by name', { points: [1, 1], labels: { 0: 1 } as unknown as number[] }],
    ['a label of 2', { points: [1, 1], labels: 2 }],
    ['an unknown pick', { points: [1, 1], pick: 'any' as 'all' }],
    ['an unknown rule', { boxes: [1, 1, 2, 2], boxRule: 'iou' as 'box' }],
    ['words', { points: 'here' as unknown as number[] }],
  ])('%s', (_, prompt) => {
    expect(() => select(scene, prompt)).toThrow(expect.objectContaining({ code: 'INVALID_PROMPT' }) as Error);
  });

  test('masks of another grid', () => {
    const other = targetOf([Mask.empty(16, 12)], 8, 6);
    for (const compat of [undefined, 'ultralytics'] as const) {
      expect(() => select(other, { points: [1, 1] }, compat)).toThrow(/16 x 12/);
    }
    expect(select(other, { points: [1, 1] }, 'casia').merged?.gridWidth).toBe(16);
  });
});

describe('on random masks', () => {
  const W = 7;
  const H = 5;
  const bitmap = fc.array(fc.boolean(), { minLength: W * H, maxLength: W * H });
  const target = fc
    .array(bitmap, { maxLength: 6 })
    .map((bitmaps) => targetOf(bitmaps.map((bits) => Mask.fromBitmap(bits.map(Number), W, H)), W, H)); // prettier-ignore
  const point = fc.tuple(fc.nat(W - 1), fc.nat(H - 1));
  const labelled = fc.array(fc.tuple(point, fc.nat(1)), { minLength: 1, maxLength: 4 });
  const pick = fc.constantFrom('all', 'smallest', 'best', 'merge');
  const promptOf = (rows: readonly (readonly [readonly number[], number])[]): Prompt => ({
    points: rows.map(([xy]) => xy),
    labels: rows.map(([, label]) => label),
  });

  test('pick "all" is the set definition', () => {
    fc.assert(
      fc.property(target, labelled, (on, rows) => {
        const at = (i: number, label: number): boolean[] =>
          rows.filter((row) => row[1] === label).map(([[x, y]]) => on.masks[i].has(x, y));
        const wanted = on.masks.flatMap((_, i) => {
          const wantedHere = at(i, 1).length === 0 || at(i, 1).some(Boolean);
          return wantedHere && !at(i, 0).some(Boolean) ? [i] : [];
        });
        expect(indices(promptOf(rows), on)).toEqual(wanted);
      }),
    );
  });

  test('the order of points makes no difference', () => {
    fc.assert(
      fc.property(target, labelled, pick, (on, rows, which) => {
        const ask = (list: typeof rows): unknown => {
          const { indices: found, merged } = select(on, { ...promptOf(list), pick: which });
          return [found, merged && rowsOf(merged)];
        };
        expect(ask(rows.toReversed())).toEqual(ask(rows));
      }),
    );
  });

  test('another background point never adds an object', () => {
    fc.assert(
      fc.property(target, labelled, point, (on, rows, extra) => {
        const before = indices(promptOf(rows), on);
        const after = indices(promptOf([...rows, [extra, 0]]), on);
        expect(before).toEqual(expect.arrayContaining([...after]));
      }),
    );
  });

  test('a merged mask holds every foreground point that matched and no background point', () => {
    fc.assert(
      fc.property(target, labelled, (on, rows) => {
        const { merged, matches } = select(on, { ...promptOf(rows), pick: 'merge' });
        for (const { index, objects } of matches) {
          const [x, y] = rows[index][0];
          if (objects.length > 0) expect(merged?.has(x, y)).toBe(true);
        }
        for (const [[x, y], label] of rows) if (label === 0) expect(merged?.has(x, y)).toBe(false);
      }),
    );
  });

  test('a box finds what counting pixels finds', () => {
    const box = fc.tuple(fc.nat(W - 1), fc.nat(H - 1), fc.integer({ min: 1, max: W }), fc.integer({ min: 1, max: H }));
    fc.assert(
      fc.property(target, box, (on, [x1, y1, w, h]) => {
        const [x2, y2] = [Math.min(x1 + w, W), Math.min(y1 + h, H)];
        const ious = on.masks.map((mask) => {
          let shared = 0;
          for (let y = y1; y < y2; y++) for (let x = x1; x < x2; x++) if (mask.has(x, y)) shared++;
          return shared / (mask.area + (x2 - x1) * (y2 - y1) - shared);
        });
        const best = Math.max(0, ...ious);
        expect(indices({ boxes: [x1, y1, x1 + w, y1 + h] }, on)).toEqual(best > 0 ? [ious.indexOf(best)] : []);
      }),
    );
  });
});

describe('containment', () => {
  test('masks mostly inside larger ones go', () => {
    expect(withoutContained(scene.masks)).toEqual([WHOLE, ASIDE]);
  });

  test('exactly the threshold stays, equal masks stay, empty masks stay', () => {
    const five = maskOf('#####....');
    const six = maskOf('.######..'); // holds 4 of the 5
    expect(withoutContained([five, six])).toEqual([0, 1]);
    expect(withoutContained([five, six], 0.79)).toEqual([1]);
    expect(withoutContained([five, five, Mask.empty(9, 1)])).toEqual([0, 1, 2]);
  });
});
