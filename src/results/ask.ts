/** Prompts on results. */
import { unletterboxMask } from '../mask/resize.js';
import { boundingBox } from '../mask/setOps.js';
import { parsePrompt } from '../prompt/parse.js';
import { selectByPrompt } from '../prompt/select.js';
import type { Prompt, PromptTarget, Selection } from '../prompt/types.js';
import type { PromptRecord } from './data.js';
import type { Results } from './results.js';

/** See `Results.prompt`. */
export function askResults(results: Results, prompt: Prompt): Results {
  const selection = selectByPrompt(targetOf(results), prompt, results.compat);
  const asked = recordOf(prompt, selection.merged !== undefined);
  const chosen = results.select(selection.indices);
  return selection.merged
    ? merge(chosen, selection, asked)
    : chosen.with({ prompt: asked, matches: selection.matches });
}

/** What prompts choose from. */
export function targetOf(results: Results): PromptTarget {
  const { compat, image, boxes, scores } = results;
  return {
    width: image.width,
    height: image.height,
    boxes: boxes.xyxy,
    scores,
    // CASIA compares on the grid that the masks have, Ultralytics brings them to the image's first.
    masks: compat === 'casia' ? results.masks.list : results.imageMasks,
  };
}

/** One object made of several: its box is its mask's, its score, id and class are those of the best of them. */
function merge(chosen: Results, { merged, matches }: Selection, prompt: PromptRecord | null): Results {
  if (!merged || merged.area === 0 || chosen.length === 0) return chosen.select([]).with({ prompt, matches });
  return chosen.select([0]).with({
    masks: [merged],
    boxes: Float32Array.from(boundingBox(unletterboxMask(merged, chosen.letterbox))),
    prompt,
    matches,
    assembly: undefined, // no coefficients make this mask
  });
}

/**
 * The prompt as results note it.
 * @param merged whether one mask was made of the objects: CASIA does so with all points.
 */
export function recordOf(prompt: Prompt, merged: boolean): PromptRecord | null {
  const { boxes, points, pick } = parsePrompt(prompt);
  if (boxes.length === 0 && points.length === 0) return null;
  return {
    ...(boxes.length > 0 && { boxes }),
    ...(points.length > 0 && {
      points: points.map(({ x, y }) => [x, y]),
      labels: points.map(({ label }) => label),
      pick: merged ? 'merge' : pick,
    }),
  };
}
