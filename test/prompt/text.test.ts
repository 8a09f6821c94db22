/** Which objects a text means, from features. */
import { describe, expect, test } from 'vitest';
import type { Compat } from '../../src/compat/reference.js';
import { referenceOf } from '../../src/compat/references.js';
import * as options from '../../src/prompt/textOptions.js';
import type { TextOptions } from '../../src/prompt/textOptions.js';
import * as texts from '../../src/prompt/textSelect.js';
import type { TextEvidence } from '../../src/prompt/textSelect.js';

const parseTexts = (text: string | readonly string[], given: TextOptions, compat?: Compat) =>
  options.parseTexts(text, given, referenceOf(compat).texts);
const selectTexts = (found: TextEvidence, query: { topK: number; threshold: number }, compat?: Compat) =>
  texts.selectTexts(found, query, referenceOf(compat).texts);

/** A feature in the plane whose cosine with [1, 0] is given. */
function at(cosine: number): Float32Array {
  return Float32Array.of(cosine, Math.sqrt(1 - cosine * cosine));
}

/** Cosines of objects with one text; undefined: not looked at. */
function evidence(cosines: readonly (number | undefined)[], changes: Partial<TextEvidence> = {}): TextEvidence {
  return {
    ids: cosines.map((_, i) => 10 + i),
    images: cosines.map((cosine) => (cosine === undefined ? undefined : at(cosine))),
    texts: [Float32Array.of(1, 0)],
    negatives: [],
    logitScale: 100,
    ...changes,
  };
}

const ONE = { topK: 1, threshold: 0 };
const ANY = { topK: Infinity, threshold: 0 };

describe('one text', () => {
  test('chooses the object with the highest cosine; scores are the softmax of 100 times the cosine', () => {
    const { indices, matches } = selectTexts(evidence([0.2, 0.23, 0.21]), ONE);
    expect(indices).toEqual([1]);
    const scores = matches[0].scores ?? [];
    expect(scores.map(({ id }) => id)).toEqual([10, 11, 12]);
    // e^-3, 1, e^-2 over their sum 1.185122
    expect(scores.map(({ probability }) => probability)).toBeAllclose([0.04201, 0.843795, 0.114195], { atol: 5e-6 });
    expect(scores.map(({ cosine }) => cosine)).toBeAllclose([0.2, 0.23, 0.21], { atol: 5e-7 });
  });

  test('topK: the best first in matches, places ascending in the answer', () => {
    const { indices, matches } = selectTexts(evidence([0.1, 0.3, 0.2, 0.4]), { topK: 3, threshold: 0 });
    expect(matches[0].objects).toEqual([3, 1, 2]);
    expect(indices).toEqual([1, 2, 3]);
  });

  test('the first among equals', () => {
    expect(selectTexts(evidence([0.1, 0.3, 0.3]), ONE).indices).toEqual([1]);
    expect(selectTexts(evidence([0.1, 0.3, 0.3]), ONE, 'ultralytics').indices).toEqual([1]);
  });

  test('the original repository takes the last among equals', () => {
    expect(selectTexts(evidence([0.1, 0.3, 0.3]), ONE, 'casia').indices).toEqual([2]);
  });

  test('threshold on the share among the objects', () => {
    const found = (threshold: number) => selectTexts(evidence([0.2, 0.23, 0.21]), { ...ANY, threshold }).indices;
    expect(found(0)).toEqual([0, 1, 2]);
    expect(found(0.1)).toEqual([1, 2]);
    expect(found(0.85)).toEqual([]);
    expect(selectTexts(evidence([0.2, 0.2]), { ...ANY, threshold: 0.9 }).matches[0].reason).toBe('below the threshold');
  });

  test('negatives: each object on its own, so that all or none may match', () => {
    const negatives = [at(0.25)]; // 100 * cosine of the negative with each object decides
    const near = evidence([0.9, 0.9], { negatives });
    const shares = selectTexts(near, { ...ANY, threshold: 0.5 });
    // cos(objects, negative) = 0.9 * 0.25 + sqrt(0.19 * 0.9375) = 0.6471
    expect(shares.indices).toEqual([0, 1]);
    expect(shares.matches[0].scores?.[0].probability).toBeCloseTo(1, 9);
    const far = selectTexts(evidence([0.25, 0.2], { negatives }), { ...ANY, threshold: 0.5 });
    expect(far.indices).toEqual([]);
  });

  test('nothing looked at', () => {
    const nothing = evidence([undefined, undefined]);
    const { indices, matches } = selectTexts(nothing, ONE);
    expect(indices).toEqual([]);
    expect(matches[0]).toMatchObject({ kind: 'text', index: 0, objects: [], reason: 'no mask to look at' });
    expect(matches[0].scores).toEqual([
      { id: 10, cosine: NaN, probability: 0 },
      { id: 11, cosine: NaN, probability: 0 },
    ]);
    expect(selectTexts(nothing, ONE, 'ultralytics').indices).toEqual([]);
    expect(() => selectTexts(nothing, ONE, 'casia')).toThrow(/no mask of more than 100 pixels/);
  });
});

test('several texts: the union, one match each', () => {
  const texts = [Float32Array.of(1, 0), Float32Array.of(0, 1), at(0.99)];
  const { indices, matches } = selectTexts(evidence([0.95, 0.05, 0.5], { texts }), ONE);
  expect(matches.map(({ objects }) => objects)).toEqual([[0], [1], [0]]);
  expect(indices).toEqual([0, 1]);
});

describe('places stay right when objects are left out: every case up to 8 objects', () => {
  /** The peer's arithmetic on places: among those looked at, plus the left out ones that are not above. */
  function casiaPlace(left: boolean[], best: number): number {
    const among = left.slice(0, best).filter((out) => !out).length;
    return among + left.filter((out, i) => out && i <= among).length;
  }

  test('default and ultralytics choose the object, casia its wrong one', () => {
    let wrong = 0;
    let cases = 0;
    for (let n = 1; n <= 8; n++) {
      for (let bits = 0; bits < 1 << n; bits++) {
        const left = Array.from({ length: n }, (_, i) => ((bits >> i) & 1) === 1);
        for (let best = 0; best < n; best++) {
          if (left[best]) continue;
          const cosines = left.map((out, i) => (out ? undefined : i === best ? 0.5 : 0.3 - i / 100));
          const input = evidence(cosines);
          expect(selectTexts(input, ONE).indices).toEqual([best]);
          expect(selectTexts(input, ONE, 'ultralytics').indices).toEqual([best]);
          const peer = selectTexts(input, ONE, 'casia').indices;
          expect(peer).toEqual([casiaPlace(left, best)]);
          cases++;
          if (peer[0] !== best) wrong++;
        }
      }
    }
    // n * 2^(n-1) summed; how often the peer is wrong shows that the cases tell them apart.
    expect(cases).toBe(1793);
    expect(wrong).toBeGreaterThan(cases / 5);
  });
});

describe('options', () => {
  test('defaults', () => {
    expect(parseTexts('a dog', {})).toMatchObject({
      ...{ texts: ['a dog'], topK: 1, threshold: 0, crop: 'masked', background: 'mean', templates: ['{}'] },
      ...{ negatives: [], minArea: 100, within: [] },
    });
    expect(parseTexts('a dog', { threshold: 0.5 }).topK).toBe(Infinity);
    expect(parseTexts('a dog', { threshold: 0.5, topK: 2 }).topK).toBe(2);
  });

  test.each([
    ['', {}, /text\[0\]: got an empty text/],
    [' \n', {}, /text\[0\]: got an empty text/],
    [[], {}, /text: got an empty list/],
    [['a', 3 as unknown as string], {}, /text\[1\]: got number, expected a string/],
    [undefined as unknown as string, {}, /text: got undefined/],
    ['a', { templates: ['a photo'] }, /templates: got 'a photo', expected \{\}/],
    ['a', { templates: [] }, /templates: got an empty list/],
    ['a', { negatives: [''] }, /negatives\[0\]: got an empty text/],
    ['a', { within: [5, 5, 1, 9] }, /within: got \[5, 5, 1, 9\], expected x1 < x2/],
    ['a', { or: {} }, /prompt: got neither boxes nor points/],
    ['a', { or: { points: [1, 1], pick: 'merge' as const } }, /or: got pick 'merge'/],
  ])('%j with %j is an INVALID_PROMPT', (text, options, message) => {
    expect(() => parseTexts(text, options)).toThrow(expect.objectContaining({ code: 'INVALID_PROMPT' }));
    expect(() => parseTexts(text, options)).toThrow(message);
  });

  test.each([
    [{ topK: 0 }, /topK/],
    [{ topK: 1.5 }, /topK/],
    [{ threshold: 2 }, /threshold/],
    [{ threshold: NaN }, /threshold/],
    [{ crop: 'round' as 'box' }, /crop: got 'round'/],
    [{ background: 'red' as 'mean' }, /background: got 'red'/],
    [{ minArea: -1 }, /minArea/],
    [JSON.parse('{"topk":1}') as TextOptions, /option "topk": not known/],
    [{ signal: {} as AbortSignal }, /signal/],
  ])('%j is an INVALID_ARGUMENT', (options, message) => {
    expect(() => parseTexts('a', options)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    expect(() => parseTexts('a', options)).toThrow(message);
  });

  test('the peers have one choice: everything else is refused', () => {
    const own = {
      threshold: 0.1,
      crop: 'box',
      background: 'white',
      templates: ['{}'],
      negatives: [],
      minArea: 9,
    } as const;
    for (const [name, value] of Object.entries({ ...own, within: [0, 0, 1, 1], topK: 2 })) {
      for (const compat of ['ultralytics', 'casia'] as const) {
        expect(() => parseTexts('a', { [name]: value }, compat), name).toThrow(`${name}: compat '${compat}'`);
      }
    }
    expect(parseTexts(['a', 'b'], { topK: 1, or: { points: [1, 1] } }, 'ultralytics').texts).toEqual(['a', 'b']);
    expect(() => parseTexts(['a', 'b'], {}, 'casia')).toThrow(/text: got 2, expected one/);
    expect(() => parseTexts('a', { or: { points: [1, 1] } }, 'casia')).toThrow(/or: compat 'casia'/);
  });
});
