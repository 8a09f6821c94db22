/** How text prompts are answered: what the image encoder sees, and which objects are chosen. */
import type { CropSource, Cropper } from './cropper.js';
import { squareCrops } from './textCrops.js';
import type { TextQuery } from './kinds/text.js';
import type { ParsedTexts, TextOptionRules } from './textOptions.js';
import type { Match, TextScore } from './types.js';

/** Rules of text prompts; reference implementations differ in them. */
export interface TextRules extends TextOptionRules {
  /** What becomes of a text with more tokens than the encoder takes: cut off, or an error. */
  readonly overlong: 'truncate' | 'error';
  /** What the encoder sees of the objects. */
  crops(source: CropSource, parsed: Pick<ParsedTexts, 'crop' | 'background'>): Cropper;
  /**
   * The objects that one text chooses, and why there are none.
   * @param scores one for each object.
   */
  choose(scores: readonly TextScore[], query: Omit<TextQuery, 'texts'>): Pick<Match, 'objects' | 'reason'>;
}

/** This package's own: the `topK` most probable objects, as far as they reach `threshold`. */
export const OWN_TEXTS: TextRules = {
  checkOptions: () => undefined,
  overlong: 'error',
  crops: squareCrops,
  choose(scores, parsed) {
    const objects = mostProbable(scores, parsed);
    if (objects.length > 0) return { objects };
    const seen = scores.some(({ cosine }) => !Number.isNaN(cosine));
    return { objects, reason: seen ? 'below the threshold' : 'no mask to look at' };
  },
};

/** Indices of the most probable objects, best first; the first among equals. */
export function mostProbable(scores: readonly TextScore[], { topK, threshold }: Omit<TextQuery, 'texts'>): number[] {
  return scores
    .flatMap(({ cosine, probability }, i) => (!Number.isNaN(cosine) && probability >= threshold ? [i] : []))
    .sort((a, b) => scores[b].probability - scores[a].probability || scores[b].cosine - scores[a].cosine || a - b)
    .slice(0, topK);
}
