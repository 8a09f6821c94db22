/** Text prompts on results. */
import { loadTokenizer } from '../clip/text/tokenizer.js';
import { FastSAMError } from '../errors.js';
import type { Mask } from '../mask/mask.js';
import { areaInBox } from '../mask/setOps.js';
import { ascending } from '../prompt/point.js';
import { selectByPrompt } from '../prompt/select.js';
import { selectTexts, type TextEvidence } from '../prompt/text.js';
import { cropperOf } from '../prompt/textCrops.js';
import { cropFeatures, textFeatures } from '../prompt/textFeatures.js';
import type { TextModelSource } from '../prompt/textModel.js';
import { parseTexts, type ParsedTexts, type TextOptions } from '../prompt/textOptions.js';
import { recordOf, targetOf } from './ask.js';
import type { PromptRecord } from './data.js';
import type { Results } from './results.js';

/** See `Results.promptText`. */
export async function askTexts(
  results: Results,
  text: string | readonly string[],
  options: TextOptions,
): Promise<Results> {
  const parsed = parseTexts(text, options, results.compat);
  const target = targetOf(results);
  const also = parsed.or && selectByPrompt(target, parsed.or, results.compat);
  const evidence = await gather(results, target.masks, parsed, options);
  // Both peers pass results without objects on.
  const compat = results.length === 0 ? undefined : results.compat;
  const { indices, matches } = selectTexts(evidence, parsed, compat);
  return results.select(ascending([...(also?.indices ?? []), ...indices])).with({
    prompt: noteOf(parsed),
    matches: [...(also?.matches ?? []), ...matches],
  });
}

/** Has texts and crops encoded. Where there is no object to look at, nothing is loaded. */
function gather(
  results: Results,
  masks: readonly Mask[],
  parsed: ParsedTexts,
  options: TextOptions,
): Promise<TextEvidence> {
  const { ids, image, boxes, compat } = results;
  const places = placesToLookAt(masks, parsed);
  if (places.length === 0) return Promise.resolve(nothingSeen(results, parsed));
  const cropper = cropperOf({ image, masks, boxes: boxes.xyxy }, parsed, compat);
  const { signal, onProgress } = options;
  const overlong = compat === 'ultralytics' ? 'truncate' : 'error';
  const form = { templates: parsed.templates, overlong } as const;
  return encodersOf(results, options).use(
    async (model) => {
      const tokenizer = model.tokenizer ?? (await loadTokenizer());
      const texts = await textFeatures(model, tokenizer, parsed.texts, form, signal);
      const negatives = await textFeatures(model, tokenizer, parsed.negatives, form, signal);
      // The results' own masks name the features: those on the image's grid may be made anew for every results.
      const images = await cropFeatures(model, image, results.masks.list, places, cropper, signal);
      return { ids, images, texts, negatives, logitScale: model.logitScale };
    },
    { signal, onProgress },
  );
}

function nothingSeen({ ids, length }: Results, { texts }: ParsedTexts): TextEvidence {
  return {
    ids,
    images: new Array<undefined>(length).fill(undefined),
    texts: texts.map(() => new Float32Array(0)),
    negatives: [],
    logitScale: 1,
  };
}

function placesToLookAt(masks: readonly Mask[], { minArea, within }: ParsedTexts): number[] {
  const inside = (mask: Mask) => within.length === 0 || within.some((box) => 2 * areaInBox(mask, box) > mask.area);
  return masks.flatMap((mask, i) => (mask.area > minArea && inside(mask) ? [i] : []));
}

function encodersOf({ textModel }: Results, { clip }: TextOptions): TextModelSource {
  if (clip) return { use: (work) => work(clip) };
  if (textModel) return textModel;
  throw new FastSAMError(
    'INVALID_ARGUMENT',
    "clip: got none, and these results come from no model that brings encoders; give { clip: await Clip.load('ViT-B/32') }",
  );
}

function noteOf({ texts, topK, threshold, or }: ParsedTexts): PromptRecord {
  return {
    ...(or && recordOf(or, false)),
    texts,
    ...(Number.isFinite(topK) && { topK }),
    ...(threshold > 0 && { threshold }),
  };
}
