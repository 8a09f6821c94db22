/** The one way from a prompt to objects. */
import { invalidArgument } from '../errors.js';
import { unite } from './merge.js';
import type { ParsedPrompt } from './parse.js';
import type { PromptTarget, Selection } from './types.js';
import { ascending } from './values.js';

/** How prompts are answered; reference implementations differ in it. */
export interface PromptRules {
  /** Masks are looked at on the grid that they have, the network's too; false: on the image's. */
  readonly onMaskGrid: boolean;
  /**
   * Answers a prompt.
   * @throws FastSAMError `INVALID_PROMPT` when it cannot be answered, for choices and kinds that the reference does not
   *   know too; `INVALID_ARGUMENT` for masks that are not on the image's grid, unless `onMaskGrid`.
   */
  select(target: PromptTarget, prompt: ParsedPrompt): Selection;
}

/** This package's own rules: an object that answers any part of the prompt is chosen. */
export const OWN_PROMPTS: PromptRules = {
  onMaskGrid: false,
  select(target, { parts }) {
    requireImageGrid(target);
    return combine(
      target,
      parts.map(({ kind, parsed }) => kind.select(target, parsed)),
    );
  },
};

/** What any of several answers chooses; where one is merged, the rest is merged with it. */
function combine({ masks }: PromptTarget, answers: readonly Selection[]): Selection {
  const indices = ascending(answers.flatMap((answer) => answer.indices));
  const matches = answers.flatMap((answer) => answer.matches);
  const merged = answers.flatMap((answer) => answer.merged ?? []);
  if (merged.length === 0) return { indices, matches };
  const others = answers.flatMap((answer) => (answer.merged ? [] : answer.indices));
  return { indices, matches, merged: unite([...merged, ...others.map((i) => masks[i])]) };
}

/** @throws FastSAMError `INVALID_ARGUMENT` for a mask on another grid than the image's. */
export function requireImageGrid({ masks, image: { width, height } }: PromptTarget): void {
  const other = masks.find(({ gridWidth, gridHeight }) => gridWidth !== width || gridHeight !== height);
  if (!other) return;
  throw invalidArgument(
    `masks: got one of ${other.gridWidth} x ${other.gridHeight} pixels, expected the image's ${width} x ${height}, ` +
      'bring them to it with unletterboxMask',
  );
}
