/** Choices of both peers, against tools/golden/prompts.py. */
import { describe, expect, test } from 'vitest';
import { unletterboxMask } from '../../src/mask/resize.js';
import { listOfSet } from '../../src/compat/pythonSet.js';
import type { Compat } from '../../src/compat/reference.js';
import type { Prompt } from '../../src/prompt/kinds/list.js';
import type { PromptTarget, Selection } from '../../src/prompt/types.js';
import { select, targetOf } from '../support/scenes.js';
import { maskOfRuns, runsOf } from '../support/masks.js';
import { readGolden } from '../support/golden.js';

interface Scene {
  readonly size: [number, number];
  readonly grid: [number, number];
  readonly masks: number[][];
  /** Boxes, Ultralytics' choice, CASIA's (null: it stops with an exception). */
  readonly boxes: [number[][], number[], number[] | null][];
  /** Points, labels, Ultralytics' choice, CASIA's mask (null: an exception; empty: nothing). */
  readonly points: [number[][], number[] | null, number[], number[] | null][];
  readonly both: [number[][], number[][], number[], number[]][];
}

const { scenes, sets } = readGolden<{
  scenes: Scene[];
  sets: [number[], number[]][];
}>('prompts/cases.json');

function target({ size, grid, masks }: Scene, compat: Compat): PromptTarget {
  const [imageWidth, imageHeight] = size;
  const own = masks.map((runs) => maskOfRuns(runs, ...grid));
  const list = compat === 'casia' ? own : own.map((mask) => unletterboxMask(mask, { imageWidth, imageHeight }));
  return targetOf(list, ...size);
}

/** The selection, or undefined where the prompt is refused. */
function attempt(on: PromptTarget, prompt: Prompt, compat: Compat): Selection | undefined {
  try {
    return select(on, prompt, compat);
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_PROMPT' });
    return undefined;
  }
}

describe.each(scenes.map((scene, i) => ({ scene, name: `scene ${i}, ${scene.masks.length} masks` })))(
  '$name',
  ({ scene }) => {
    test('Ultralytics: boxes', () => {
      const on = target(scene, 'ultralytics');
      for (const [boxes, wanted] of scene.boxes) {
        expect(select(on, { boxes }, 'ultralytics').indices, JSON.stringify(boxes)).toEqual(wanted);
      }
    });

    test('Ultralytics: points', () => {
      const on = target(scene, 'ultralytics');
      for (const [points, labels, wanted] of scene.points) {
        const found = select(on, { points, ...(labels && { labels }) }, 'ultralytics');
        expect(found.indices, JSON.stringify([points, labels])).toEqual(wanted);
      }
    });

    test('Ultralytics: boxes or points', () => {
      const on = target(scene, 'ultralytics');
      for (const [boxes, points, labels, wanted] of scene.both) {
        expect(select(on, { boxes, points, labels }, 'ultralytics').indices).toEqual(wanted);
      }
    });

    test('CASIA: boxes, in the order of its set', () => {
      const on = target(scene, 'casia');
      for (const [boxes, , wanted] of scene.boxes) {
        expect(attempt(on, { boxes }, 'casia')?.indices ?? null, JSON.stringify(boxes)).toEqual(wanted);
      }
    });

    test('CASIA: the painted mask', () => {
      const on = target(scene, 'casia');
      for (const [points, labels, , wanted] of scene.points) {
        const found = attempt(on, { points, ...(labels && { labels }) }, 'casia');
        const painted = found && (found.merged ? runsOf(found.merged) : []);
        expect(painted ?? null, JSON.stringify([points, labels])).toEqual(wanted);
      }
    });
  },
);

test.each(sets)('the set of %j', (values, wanted) => {
  expect(listOfSet(values)).toEqual(wanted);
});
