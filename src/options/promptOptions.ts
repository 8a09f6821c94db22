/** The keys of a prompt; their values are the business of the prompts themselves. */
import { FastSAMError } from '../errors.js';
import { oneOf, parseNumbers, unchecked } from './kinds.js';
import { checkNames } from './names.js';
import type { OptionTable, Spelling } from './row.js';

/** How the command line spells a box. */
export const BOX_SPELLING = {
  value: '<x1,y1,x2,y2>',
  parse: (text) => ofLength(parseNumbers(text), [4]),
  expected: 'x1,y1,x2,y2',
  repeat: true,
} as const satisfies Spelling;

/** Every key of a prompt. */
export const PROMPT_OPTIONS = {
  boxes: unchecked<readonly number[] | readonly (readonly number[])[]>('[x1, y1, x2, y2] or a list of them', {
    text: 'for each box the object that fits it best',
    cli: { ...BOX_SPELLING, flag: 'box', text: 'the object in a box (may be repeated)' },
  }),
  points: unchecked<readonly number[] | readonly (readonly number[])[]>('[x, y] or a list of them', {
    text: 'the objects at points',
    cli: {
      flag: 'point',
      value: '<x,y[,0|1]>',
      text: 'the objects at a point; 0: not those (may be repeated)',
      parse: (text) => ofLength(parseNumbers(text), [2, 3]),
      expected: 'x,y or x,y,0',
      repeat: true,
    },
  }),
  labels: unchecked<number | readonly number[]>('1 or 0 for each point', {
    text: '1: the objects at the point, 0: not those',
    otherwise: '1',
  }),
  pick: oneOf(['all', 'smallest', 'best', 'merge'], {
    text: 'of several masks at a point',
    otherwise: 'all',
    cli: { value: '<which>' },
  }),
  boxRule: oneOf(['mask', 'box'], {
    text: "IoU of a box with masks or with masks' boxes",
    otherwise: 'mask',
    cli: { value: '<rule>' },
  }),
} satisfies OptionTable;

/**
 * Checks that a prompt has known keys and asks for something.
 * @throws FastSAMError `INVALID_PROMPT`
 */
export function checkPromptKeys(prompt: object): void {
  checkNames(prompt, Object.keys(PROMPT_OPTIONS), 'INVALID_PROMPT');
  const { boxes, points } = prompt as { readonly boxes?: unknown; readonly points?: unknown };
  if (boxes !== undefined || points !== undefined) return;
  throw new FastSAMError(
    'INVALID_PROMPT',
    'prompt: got neither boxes nor points, expected at least one; texts: promptText(…); everything: the results themselves',
  );
}

/** Numbers of one of these counts; undefined where there are others, or where one is none. */
function ofLength(values: readonly number[], counts: readonly number[]): readonly number[] | undefined {
  return counts.includes(values.length) && values.every(Number.isFinite) ? values : undefined;
}
