/** Text prompts: from features of texts and of objects' crops to the objects that a text means. */
import { ascending } from './point.js';
import { chooseLikeCasia } from './textCasia.js';
import type { ParsedTexts } from './textOptions.js';
import type { Compat, Match, TextScore } from './types.js';

/** What the encoders made of a prompt; every feature is of unit length. */
export interface TextEvidence {
  /** The objects' ids, in the order of the places. */
  readonly ids: ArrayLike<number>;
  /** One for each object; undefined: not looked at. */
  readonly images: readonly (Float32Array | undefined)[];
  /** One for each text. */
  readonly texts: readonly Float32Array[];
  readonly negatives: readonly Float32Array[];
  readonly logitScale: number;
}

/** What texts choose. */
export interface TextSelection {
  /** Places of the objects that any text chose, ascending. */
  readonly indices: readonly number[];
  /** One entry for each text. */
  readonly matches: readonly Match[];
}

/**
 * For each text the objects that it means: the `topK` most probable, as far as they reach `threshold`. Ultralytics' choice
 * is that of the defaults; CASIA's goes wrong as `chooseLikeCasia` says.
 * @throws FastSAMError `INVALID_PROMPT` under `casia` where no object was looked at.
 */
export function selectTexts(
  evidence: TextEvidence,
  parsed: Pick<ParsedTexts, 'topK' | 'threshold'>,
  compat?: Compat,
): TextSelection {
  const matches = evidence.texts.map((_, index): Match => {
    const scores = scoreObjects(evidence, index);
    if (compat === 'casia') return { kind: 'text', index, objects: [chooseLikeCasia(scores)], scores };
    const objects = best(scores, parsed);
    if (objects.length > 0 || compat) return { kind: 'text', index, objects, scores };
    const reason = scores.every(({ cosine }) => Number.isNaN(cosine)) ? 'no mask to look at' : 'below the threshold';
    return { kind: 'text', index, objects, scores, reason };
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

/** Places of the most probable objects, best first; the first among equals. */
function best(scores: readonly TextScore[], { topK, threshold }: Pick<ParsedTexts, 'topK' | 'threshold'>): number[] {
  return scores
    .flatMap(({ cosine, probability }, i) => (!Number.isNaN(cosine) && probability >= threshold ? [i] : []))
    .sort((a, b) => scores[b].probability - scores[a].probability || scores[b].cosine - scores[a].cosine || a - b)
    .slice(0, topK);
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
