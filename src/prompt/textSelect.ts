/** From features of texts and of objects' crops to the objects that a text means. */
import type { TextQuery } from './kinds/text.js';
import type { TextRules } from './textRules.js';
import type { Match, Selection, TextScore } from './types.js';
import { ascending } from './values.js';

/** What the encoders made of a prompt; every feature is of unit length. */
export interface TextEvidence {
  /** The objects' ids, in their order. */
  readonly ids: ArrayLike<number>;
  /** One for each object; undefined: not looked at. */
  readonly images: readonly (Float32Array | undefined)[];
  /** One for each text. */
  readonly texts: readonly Float32Array[];
  readonly negatives: readonly Float32Array[];
  readonly logitScale: number;
}

/**
 * For each text the objects that it means.
 * @throws FastSAMError `INVALID_PROMPT` where the rules refuse; CASIA's do where no object was looked at.
 */
export function selectTexts(
  evidence: TextEvidence,
  parsed: Omit<TextQuery, 'texts'>,
  rules: Pick<TextRules, 'choose'>,
): Selection {
  const matches = evidence.texts.map((_, index): Match => {
    const scores = scoreObjects(evidence, index);
    const { objects, ...why } = rules.choose(scores, parsed);
    return { kind: 'text', index, objects, scores, ...why };
  });
  return { indices: ascending(matches.flatMap(({ objects }) => objects)), matches };
}

/** How well a text fits each object. */
function scoreObjects({ ids, images, texts, negatives, logitScale }: TextEvidence, text: number): TextScore[] {
  const cosines = images.map((image) => (image ? dot(image, texts[text]) : NaN));
  const among = softmax(cosines.map((cosine) => (Number.isNaN(cosine) ? -Infinity : logitScale * cosine)));
  return images.map((image, i) => {
    const cosine = cosines[i];
    if (!image) return { id: ids[i], cosine, probability: 0 };
    if (negatives.length === 0) return { id: ids[i], cosine, probability: among[i] };
    const others = negatives.map((negative) => logitScale * dot(image, negative));
    return { id: ids[i], cosine, probability: softmax([logitScale * cosine, ...others])[0] };
  });
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Shares that sum to 1; 0 for -Infinity. */
function softmax(logits: readonly number[]): number[] {
  const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const parts = logits.map((logit) => (logit === -Infinity ? 0 : Math.exp(logit - most)));
  const sum = parts.reduce((a, b) => a + b, 0);
  return parts.map((part) => part / sum);
}
