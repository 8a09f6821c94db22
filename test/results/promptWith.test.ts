/** A kind of prompt of one's own, brought through the public API alone. */
import { expect, describe, test } from 'vitest';
import { drawDashedRect, FastSAMError, type PromptKind } from '../../src/index.js';
import { rectMask } from '../support/masks.js';
import { resultsOf } from '../support/results.js';
import { violations } from '../support/schema.js';

interface Stroke {
  readonly points: readonly (readonly [number, number])[];
}

interface StrokeRecord {
  readonly stroke: readonly (readonly [number, number])[];
}

/** The objects that hold every point of a stroke; `merge` makes one of them. */
const strokeKind = (merge = false): PromptKind<Stroke, Stroke, StrokeRecord> => ({
  name: 'stroke',
  parse: (stroke) => (stroke.points.length > 0 ? stroke : undefined),
  select({ masks, image }, { points }) {
    if (points.some(([x]) => x >= image.width)) throw new FastSAMError('INVALID_PROMPT', 'stroke: outside the image');
    const indices = masks.flatMap((mask, i) => (points.every(([x, y]) => mask.has(x, y)) ? [i] : []));
    const matches = [{ kind: 'stroke', index: 0, objects: indices, reason: 'no mask under the stroke' }];
    return { indices, matches, ...(merge && indices.length > 0 && { merged: masks[indices[0]] }) };
  },
  record: ({ points }) => ({ stroke: points }),
  draw(canvas, { stroke = [] }) {
    for (const [x, y] of stroke) drawDashedRect(canvas, { x, y, width: 1, height: 1 });
  },
});

/** 8 x 6: a whole, its left part, something apart. */
const scene = resultsOf([rectMask(8, 6, [0, 0, 6, 6]), rectMask(8, 6, [0, 0, 3, 6]), rectMask(8, 6, [7, 0, 8, 3])]);
const LEFT: Stroke = { points: [[1, 1], [2, 4]] }; // prettier-ignore
const RIGHT: Stroke = { points: [[1, 1], [5, 4]] }; // prettier-ignore

describe('a kind of prompt of your own', () => {
  test('chooses objects and says what it found', () => {
    const found = scene.promptWith(strokeKind(), RIGHT);
    expect([...found.ids]).toEqual([0]);
    expect(found.matches).toEqual([{ kind: 'stroke', index: 0, objects: [0], reason: 'no mask under the stroke' }]);
    expect([...scene.promptWith(strokeKind(), LEFT).ids]).toEqual([0, 1]);
  });

  test('is noted in the record and in JSON, which fits its schema', () => {
    const found = scene.promptWith(strokeKind(), LEFT);
    expect(found.promptRecord).toEqual({ stroke: LEFT.points });
    const json = JSON.parse(JSON.stringify(found)) as object;
    expect(json).toMatchObject({ prompt: { stroke: LEFT.points } });
    expect(violations(json)).toEqual([]);
  });

  test('is drawn by its own draw, on what is chosen further too, and not when another prompt follows', () => {
    const plain = scene.select([0, 1]).plot().data;
    const differing = (data: Uint8Array) =>
      Array.from({ length: 48 }, (_, p) => p).filter((p) =>
        [0, 1, 2].some((c) => data[3 * p + c] !== plain[3 * p + c]),
      );
    const found = scene.promptWith(strokeKind(), LEFT);
    expect(differing(found.plot().data)).toEqual([1 + 8, 2 + 4 * 8]);
    expect(differing(found.filter(() => true).plot().data)).toEqual([1 + 8, 2 + 4 * 8]);
    expect(differing(found.plot({ prompt: false }).data)).toEqual([]);
    expect(differing(scene.promptWith({ ...strokeKind(), draw: undefined }, LEFT).plot().data)).toEqual([]);
    const further = found.prompt({ points: [1, 1] });
    expect(further.promptRecord).toEqual({ points: [[1, 1]], labels: [1], pick: 'all' });
    expect(differing(further.plot().data)).toEqual(differing(scene.prompt({ points: [1, 1] }).plot().data));
  });

  test('may make one mask of the objects', () => {
    const [merged, ...more] = scene.promptWith(strokeKind(true), LEFT);
    expect(more).toEqual([]);
    expect([merged.id, merged.area, [...merged.box]]).toEqual([0, 36, [0, 0, 6, 6]]);
    expect(scene.promptWith(strokeKind(true), { points: [[7, 5]] }).length).toBe(0);
  });

  test('sees masks on the image’s grid under compat, too', () => {
    const letterbox = {
      ...{ imageWidth: 8, imageHeight: 4, netWidth: 16, netHeight: 16, width: 16, height: 8 },
      ...{ top: 4, bottom: 4, left: 0, right: 0 },
    };
    const image = { data: new Uint8Array(96), width: 8, height: 4 };
    const network = resultsOf([rectMask(16, 16, [0, 4, 8, 12])], { image, letterbox, compat: 'casia' });
    expect(network.promptWith(strokeKind(), { points: [[3, 3]] }).length).toBe(1);
    expect(network.promptWith(strokeKind(), { points: [[4, 3]] }).length).toBe(0);
  });

  test('is refused where it asks for nothing, and where it answers with what is not there', () => {
    expect(() => scene.promptWith(strokeKind(), { points: [] })).toThrow(/stroke: got an empty prompt/);
    expect(() => scene.promptWith(strokeKind(), { points: [[9, 0]] })).toThrow(/stroke: outside the image/);
    const without = (part: object) => () => scene.promptWith({ ...strokeKind(), ...part }, LEFT);
    expect(without({ name: undefined })).toThrow('prompt kind: name: got undefined, expected a text');
    expect(without({ record: undefined })).toThrow('prompt kind stroke: record: got undefined, expected a function');
    expect(without({ select: () => [0] })).toThrow('stroke: got [0] from select, expected { indices, matches }');
    const answering = (answer: object): PromptKind<Stroke> => ({
      ...{ name: 'wrong', parse: (stroke) => stroke, record: () => ({}) },
      select: () => ({ indices: [0], matches: [], ...answer }),
    });
    expect(() => scene.promptWith(answering({ indices: [3] }), LEFT)).toThrow(/object index: got 3/);
    expect(() => scene.promptWith(answering({ merged: rectMask(4, 4, [0, 0, 1, 1]) }), LEFT)).toThrow(
      /wrong: got a merged mask of 4 x 4 pixels, expected the image's 8 x 6/,
    );
  });
});
