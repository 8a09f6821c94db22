/** Prompts on results: what the record that comes back holds. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { letterboxGeometry } from '../../src/image/letterbox.js';
import type { Mask } from '../../src/mask/mask.js';
import type { Prompt } from '../../src/prompt/kinds/list.js';
import { maskOf, rectMask } from '../support/masks.js';
import { idsOf, resultsOf } from '../support/results.js';

/** 8 x 6: the whole, its left part, a core in the part, something apart. */
const whole = rectMask(8, 6, [0, 0, 6, 6]);
const part = rectMask(8, 6, [0, 0, 3, 6]);
const core = rectMask(8, 6, [1, 2, 2, 4]);
const aside = rectMask(8, 6, [7, 0, 8, 3]);
const scene = resultsOf([part, whole, core, aside], {
  boxes: Float32Array.from([0, 0, 3, 6, 0, 0, 6, 6, 1, 2, 2, 4, 7, 0, 8, 3]),
});

describe('prompts on results', () => {
  test('the chosen objects keep their columns and their place in the whole scene', () => {
    const found = scene.prompt({ boxes: [[7, 0, 8, 3], [1, 2, 2, 4]] }); // prettier-ignore
    expect(idsOf(found)).toEqual([2, 3]);
    expect([...found.scores]).toEqual([scene.scores[2], scene.scores[3]]);
    expect(found.map(({ box }) => [...box])).toEqual([
      [1, 2, 2, 4],
      [7, 0, 8, 3],
    ]);
    expect(found.matches).toEqual([
      { kind: 'box', index: 0, objects: [3], iou: 1 },
      { kind: 'box', index: 1, objects: [2], iou: 1 },
    ]);
    expect(found.promptRecord).toEqual({ boxes: [[7, 0, 8, 3], [1, 2, 2, 4]] }); // prettier-ignore
    expect(scene.promptRecord).toBeNull();
  });

  test('a prompt that asks for nothing is an error', () => {
    expect(() => scene.prompt({})).toThrow(/prompt: got neither boxes nor points/);
  });

  test('nothing found is a result that can be asked again', () => {
    const none = scene.prompt({ points: [6, 5] });
    expect([none.length, none.masks.length, none.boxes.xyxy.length]).toEqual([0, 0, 0]);
    expect(none.prompt({ points: [1, 1] }).length).toBe(0);
    expect(none.prompt({ points: [1, 1], pick: 'merge' }).length).toBe(0);
  });

  test('merge: one object, the part cut out of the whole, with the box of what is left', () => {
    const [merged, ...more] = scene.prompt({ points: [[5, 5], [1, 0]], labels: [1, 0], pick: 'merge' }); // prettier-ignore
    expect(more).toEqual([]);
    expect(merged.area).toBe(18);
    expect([...merged.box]).toEqual([3, 0, 6, 6]);
    expect([...merged.mask.toBitmap().subarray(0, 8)]).toEqual([0, 0, 0, 1, 1, 1, 0, 0]);
    expect([merged.id, merged.score]).toEqual([1, scene.scores[1]]);
  });

  test('merge of points and a box has the score and id of the best object', () => {
    const found = scene.prompt({ points: [7, 0], boxes: [0, 0, 3, 6], pick: 'merge' });
    expect(found.map(({ area, id, score }) => [area, id, score])).toEqual([[21, 0, 0.75]]);
    expect(found.promptRecord).toEqual({ boxes: [[0, 0, 3, 6]], points: [[7, 0]], labels: [1], pick: 'merge' });
  });

  test('a prompt on an answer chooses among it: both must hold', () => {
    const point = fc.tuple(fc.nat(7), fc.nat(5));
    fc.assert(
      fc.property(point, point, fc.nat(1), fc.nat(1), (a, b, labelA, labelB) => {
        const [first, second]: Prompt[] = [
          { points: a, labels: labelA },
          { points: b, labels: labelB },
        ];
        const either = (prompt: Prompt): Set<number> => new Set(idsOf(scene.prompt(prompt)));
        const both = [...either(first)].filter((id) => either(second).has(id));
        expect(idsOf(scene.prompt(first).prompt(second))).toEqual(both);
      }),
    );
  });
});

describe('prompts on results under compat', () => {
  const casia = scene.with({ compat: 'casia' });

  test('CASIA always merges points, and the record says so', () => {
    const found = casia.prompt({ points: [[1, 0], [7, 1]] }); // prettier-ignore
    expect(found.map(({ area }) => area)).toEqual([39]);
    expect(found.promptRecord?.pick).toBe('merge');
    expect([...found.boxes.xyxy]).toEqual([0, 0, 8, 6]);
  });

  test('CASIA: points that erase everything leave an empty result', () => {
    expect(casia.prompt({ points: [[5, 5], [5, 4]], labels: [1, 0] }).length).toBe(0); // prettier-ignore
  });

  test("masks on the network's grid: the merged object's box is in pixels of the image", () => {
    // 64 x 32 pixels in a square of 32: content in rows 8 to 24, half the size.
    const letterbox = letterboxGeometry(64, 32, 32, { auto: false });
    const left = rectMask(32, 32, [4, 12, 10, 16]);
    const image = { data: new Uint8Array(64 * 32 * 3), width: 64, height: 32 };
    const small = resultsOf([left], { image, letterbox, compat: 'casia' });
    // The peer forgets the letterbox: image row 26 is grid row 26.
    const found = small.prompt({ points: [10, 13] });
    expect(found.masks.at(0).width).toBe(32);
    expect([...found.boxes.xyxy]).toEqual([8, 8, 20, 16]);
  });

  test("Ultralytics chooses on the image's grid and gives back masks on the network's", () => {
    const letterbox = letterboxGeometry(64, 32, 32, { auto: false });
    const image = { data: new Uint8Array(64 * 32 * 3), width: 64, height: 32 };
    const masks = [rectMask(32, 32, [4, 12, 10, 16]), rectMask(32, 32, [20, 8, 26, 12])];
    const found = resultsOf(masks, { image, letterbox, compat: 'ultralytics' }).prompt({ points: [10, 10] });
    expect(idsOf(found)).toEqual([0]);
    expect(found.masks.at(0).width).toBe(32);
  });

  test.each([
    ['ultralytics', { pick: 'smallest' }],
    ['ultralytics', { pick: 'merge' }],
    ['casia', { pick: 'best' }],
    ['casia', { boxRule: 'box' }],
  ] as const)('%s has no choice of %o', (compat, choice) => {
    expect(() => scene.with({ compat }).prompt({ points: [1, 1], ...choice })).toThrow(
      expect.objectContaining({ code: 'INVALID_PROMPT' }) as Error,
    );
  });
});

test('the two peers differ where the specification says so', () => {
  const a: Mask = maskOf('####', '####', '....');
  const b: Mask = maskOf('##..', '....', '....');
  const nested = resultsOf([a, b]);
  const ask = (compat: 'ultralytics' | 'casia', points: number[][], labels: number[]): number[] =>
    nested.with({ compat }).prompt({ points, labels }).map(({ area }) => area); // prettier-ignore
  const [inside, outside] = [[0, 0], [3, 1]]; // prettier-ignore
  // Foreground in the larger, background in the smaller one.
  expect(ask('ultralytics', [outside, inside], [1, 0])).toEqual([]);
  expect(ask('casia', [outside, inside], [1, 0])).toEqual([]);
  expect(ask('casia', [inside, outside], [0, 1])).toEqual([6]);
  // Foreground in the smaller, background in the larger one.
  expect(ask('ultralytics', [inside, outside], [1, 0])).toEqual([2]);
  expect(ask('casia', [inside, outside], [1, 0])).toEqual([2]);
  expect(ask('casia', [outside, inside], [0, 1])).toEqual([8]);
});
