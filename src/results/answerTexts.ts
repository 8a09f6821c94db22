/** Text prompts on the record of one image. */
import { loadTokenizer } from '../clip/text/tokenizer.js';
import { referenceOf } from '../compat/references.js';
import { invalidArgument } from '../errors.js';
import { requirePixels } from '../image/pixels.js';
import type { Mask } from '../mask/mask.js';
import { areaInBox } from '../mask/setOps.js';
import { textKind } from '../prompt/kinds/text.js';
import { recordPrompt } from '../prompt/parse.js';
import { cropFeatures, textFeatures } from '../prompt/textFeatures.js';
import type { TextModelSource } from '../prompt/textModel.js';
import { parseTexts, type ParsedTexts, type TextOptions } from '../prompt/textOptions.js';
import { OWN_TEXTS } from '../prompt/textRules.js';
import { selectTexts, type TextEvidence } from '../prompt/textSelect.js';
import type { PromptTarget } from '../prompt/types.js';
import { ascending } from '../prompt/values.js';
import { targetOf, type Answer } from './answer.js';
import type { SceneRecord } from '../record/record.js';

/** See `Results.promptText`. */
export async function answerTexts(
  record: SceneRecord,
  text: string | readonly string[],
  options: TextOptions,
): Promise<Answer> {
  const { prompts, texts } = referenceOf(record.compat);
  const parsed = parseTexts(text, options, texts);
  const target = targetOf(record);
  const also = parsed.or && prompts.select(target, parsed.or);
  const evidence = await gather(record, target, parsed, options);
  // Both peers return results without objects as they are.
  const rules = target.masks.length === 0 ? OWN_TEXTS : texts;
  const { indices, matches } = selectTexts(evidence, parsed, rules);
  return {
    selection: {
      indices: ascending([...(also?.indices ?? []), ...indices]),
      matches: [...(also?.matches ?? []), ...matches],
    },
    promptRecord: { ...(parsed.or && recordPrompt(parsed.or, {})), ...textKind.record(parsed, {}) },
  };
}

/** Has texts and crops encoded. Where there is no object to look at, nothing is loaded. */
function gather(
  record: SceneRecord,
  { image, masks, boxes }: PromptTarget,
  parsed: ParsedTexts,
  options: TextOptions,
): Promise<TextEvidence> {
  const { ids } = record;
  const rules = referenceOf(record.compat).texts;
  const indices = indicesToLookAt(masks, parsed);
  if (indices.length === 0) return Promise.resolve(nothingSeen(record, parsed));
  requirePixels('text prompt', image);
  const cropper = rules.crops({ image, masks, boxes }, parsed);
  const { signal, onProgress } = options;
  const form = { templates: parsed.templates, overlong: rules.overlong };
  return encodersOf(record, options).use(
    async (model) => {
      const tokenizer = model.tokenizer ?? (await loadTokenizer());
      const texts = await textFeatures(model, tokenizer, parsed.texts, form, signal);
      const negatives = await textFeatures(model, tokenizer, parsed.negatives, form, signal);
      // The record's own masks name the features: those on the image's grid may be made anew for every record.
      const images = await cropFeatures(model, image, record.masks.list, indices, cropper, signal);
      return { ids, images, texts, negatives, logitScale: model.logitScale };
    },
    { signal, onProgress },
  );
}

function nothingSeen({ ids }: SceneRecord, { texts }: ParsedTexts): TextEvidence {
  return {
    ids,
    images: Array.from(ids, () => undefined),
    texts: texts.map(() => new Float32Array(0)),
    negatives: [],
    logitScale: 1,
  };
}

function indicesToLookAt(masks: readonly Mask[], { minArea, within }: ParsedTexts): number[] {
  const inside = (mask: Mask) => within.length === 0 || within.some((box) => 2 * areaInBox(mask, box) > mask.area);
  return masks.flatMap((mask, i) => (mask.area > minArea && inside(mask) ? [i] : []));
}

function encodersOf({ textModel }: SceneRecord, { clip }: TextOptions): TextModelSource {
  if (clip) return { use: (work) => work(clip) };
  if (textModel) return textModel;
  throw invalidArgument(
    "clip: got none, and these results come from no model that brings encoders; give { clip: await Clip.load('ViT-B/32') }",
  );
}
