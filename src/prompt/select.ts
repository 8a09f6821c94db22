/** The one way from a prompt to objects. */
import { FastSAMError } from '../errors.js';
import { union } from '../mask/setOps.js';
import { selectBoxes } from './box.js';
import { selectLikeCasia } from './casia.js';
import { invalid, parsePrompt, type ParsedPrompt } from './parse.js';
import { ascending, selectPoints } from './point.js';
import type { Compat, Prompt, PromptTarget, Selection } from './types.js';
import { selectLikeUltralytics } from './ultralytics.js';

/**
 * Chooses objects by boxes and points; an object that answers any of them is chosen. A prompt without boxes and points
 * asks for everything.
 * @throws FastSAMError `INVALID_PROMPT` when the prompt cannot be answered, `INVALID_ARGUMENT` for masks that are not on
 *   the image's grid (other than under `casia`).
 */
export function selectByPrompt(target: PromptTarget, prompt: Prompt, compat?: Compat): Selection {
  const parsed = parsePrompt(prompt);
  const { boxes, points, pick, boxRule } = parsed;
  if (boxes.length === 0 && points.length === 0) return { indices: target.masks.map((_, i) => i), matches: [] };
  if (compat) requireOwnChoices(parsed, compat);
  if (compat === 'casia') return selectLikeCasia(target, parsed);
  requireImageGrid(target);
  if (compat === 'ultralytics') return selectLikeUltralytics(target, parsed);
  const boxMatches = selectBoxes(target, boxes, boxRule);
  const inBoxes = boxMatches.flatMap(({ objects }) => objects);
  if (points.length === 0) return { indices: ascending(inBoxes), matches: boxMatches };
  const atPoints = selectPoints(target, points, pick);
  const matches = [...boxMatches, ...atPoints.matches];
  const indices = ascending([...inBoxes, ...atPoints.indices]);
  if (!atPoints.merged) return { indices, matches };
  return { indices, matches, merged: inBoxes.reduce((mask, i) => union(mask, target.masks[i]), atPoints.merged) };
}

/** The peers have no options for what is chosen: refuse what would go unheard. */
function requireOwnChoices({ pick, boxRule }: ParsedPrompt, compat: Compat): void {
  const merges = compat === 'casia' && pick === 'merge';
  if (pick !== 'all' && !merges)
    throw invalid(`pick: got '${pick}', which compat '${compat}' does not know, leave it out`);
  if (boxRule !== 'mask')
    throw invalid(`boxRule: got '${boxRule}', which compat '${compat}' does not know, leave it out`);
}

function requireImageGrid({ masks, width, height }: PromptTarget): void {
  const other = masks.find(({ gridWidth, gridHeight }) => gridWidth !== width || gridHeight !== height);
  if (!other) return;
  throw new FastSAMError(
    'INVALID_ARGUMENT',
    `masks: got one of ${other.gridWidth} x ${other.gridHeight} pixels, expected the image's ${width} x ${height}, ` +
      'bring them to it with unletterboxMask',
  );
}
