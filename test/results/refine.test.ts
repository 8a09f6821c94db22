import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { letterboxGeometry } from '../../src/image/letterbox.js';
import { difference, intersectionArea, union } from '../../src/mask/setOps.js';
import { randomMasks, maskOf, rectMask } from '../support/masks.js';
import { idsOf, resultsOf } from '../support/results.js';

describe('refine', () => {
  test('without options only objects without pixels go', () => {
    const results = resultsOf([
      rectMask(9, 9, [0, 0, 3, 3]),
      rectMask(9, 9, [0, 0, 0, 0]),
      rectMask(9, 9, [4, 4, 5, 5]),
    ]);
    const refined = results.refine({});
    expect(idsOf(refined)).toEqual([0, 2]);
    expect([...refined.scores]).toEqual([results.scores[0], results.scores[2]]);
    expect(refined.map(({ area }) => area)).toEqual([9, 1]);
  });

  test('clean closes a hole of one pixel and drops specks', () => {
    const block = rectMask(30, 30, [10, 10, 20, 19]);
    const speck = rectMask(30, 30, [22, 22, 26, 26]);
    const dirty = difference(union(block, speck), rectMask(30, 30, [14, 13, 15, 14]));
    const refined = resultsOf([speck, dirty]).refine({ clean: true });
    expect(idsOf(refined)).toEqual([1]);
    // The 8 x 8 kernel has no middle: OpenCV's opening, and so the peer's clean-up, moves masks by a pixel.
    expect(refined.masks.list[0]).toEqualMask(rectMask(30, 30, [11, 11, 21, 20]));
  });

  test('largest keeps one part and fills it', () => {
    const mask = maskOf('####.#', '#..#.#', '####.#');
    const [only] = resultsOf([mask]).refine({ largest: true }).masks.list;
    expect(only).toEqualMask('####..', '####..', '####..');
  });

  test("masks on the network's grid come to the image's", () => {
    const letterbox = letterboxGeometry(64, 32, 32, { auto: false });
    const image = { data: new Uint8Array(64 * 32 * 3), width: 64, height: 32 };
    const results = resultsOf([rectMask(32, 32, [4, 12, 10, 16])], { image, letterbox, compat: 'casia' });
    expect(results.refine({}).map(({ mask, area }) => [mask.width, mask.height, area])).toEqual([[64, 32, 96]]);
  });
});

describe('refine with dropContained', () => {
  /** Five pixels, of which the larger one covers four: exactly 0.8. */
  const five = maskOf('#####....');
  const six = maskOf('.######..');
  const inSix = maskOf('..##.....');

  test("true: CASIA's 0.8, strictly above", () => {
    expect(idsOf(resultsOf([five, inSix, six]).refine({ dropContained: true }))).toEqual([0, 2]);
  });

  test('a share of its own', () => {
    expect(idsOf(resultsOf([five, inSix, six]).refine({ dropContained: 0.79 }))).toEqual([2]);
    expect(idsOf(resultsOf([five, inSix, six]).refine({ dropContained: 1 }))).toEqual([0, 1, 2]);
    expect(idsOf(resultsOf([five, inSix, six]).refine({ dropContained: false }))).toEqual([0, 1, 2]);
    expect(idsOf(resultsOf([five, maskOf('........#')]).refine({ dropContained: 0 }))).toEqual([0, 1]);
  });

  test('what was cleaned before decides', () => {
    // The ring does not cover the dot, the filled ring does.
    const ring = maskOf('#####', '#...#', '#...#', '#####');
    const dot = maskOf('.....', '..#..', '.....', '.....');
    expect(idsOf(resultsOf([dot, ring]).refine({ dropContained: true }))).toEqual([0, 1]);
    expect(idsOf(resultsOf([dot, ring]).refine({ dropContained: true, largest: true }))).toEqual([1]);
  });

  test('random masks: the loop of the original over masks by falling area', () => {
    fc.assert(
      fc.property(fc.array(randomMasks([40, 30]), { maxLength: 9 }), fc.constantFrom(0.2, 0.5, 0.8), (masks, share) => {
        const present = masks.filter(({ area }) => area > 0);
        const byArea = present.map((_, i) => i).sort((a, b) => present[b].area - present[a].area || a - b);
        const gone = new Set<number>();
        byArea.forEach((i, place) => {
          for (const j of byArea.slice(place + 1)) {
            const [a, b] = [present[i], present[j]];
            if (!gone.has(j) && b.area < a.area && intersectionArea(a, b) / b.area > share) gone.add(j);
          }
        });
        const wanted = present.flatMap((_, i) => (gone.has(i) ? [] : [i]));
        expect(idsOf(resultsOf(present).refine({ dropContained: share }))).toEqual(wanted);
      }),
    );
  });

  test.each([-0.1, 1.5, NaN])('refuses %d', (dropContained) => {
    expect(() => resultsOf([five]).refine({ dropContained })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error,
    );
  });
});
