/** Features of crops and texts: made once, then remembered for as long as image, mask and encoder live. */
import { throwIfAborted } from '../errors.js';
import type { RgbImage } from '../image/rgbImage.js';
import type { Mask } from '../mask/mask.js';
import { nextTurn } from '../platform/nextTurn.js';
import type { Cropper } from './cropper.js';
import type { TextImageModel, TextTokenizer } from './textModel.js';

/** Crops that are in memory at a time; encoders may take fewer at once. */
const BATCH = 128;
/** Crops made without a look at the signal. */
const CROPS_AT_ONCE = 16;
/** Texts remembered for each encoder. */
const MOST_TEXTS = 1024;

/** By kind of crop. */
type CropFeatures = Map<string, Float32Array>;

interface Memory {
  /** Masks are shared by everything that is chosen from a scene, and changed ones are new: no number names them as well. */
  readonly crops: WeakMap<RgbImage, WeakMap<Mask, CropFeatures>>;
  readonly texts: Map<string, Float32Array>;
  /** Calls wait for each other, so that two at once do not make the same features twice. */
  turn: Promise<unknown>;
}

const memories = new WeakMap<TextImageModel, Memory>();

function memoryOf(model: TextImageModel): Memory {
  let memory = memories.get(model);
  if (!memory) memories.set(model, (memory = { crops: new WeakMap(), texts: new Map(), turn: Promise.resolve() }));
  return memory;
}

/** Does work when all earlier work with this encoder is done, failed or not. */
function inTurn<T>(memory: Memory, work: () => Promise<T>): Promise<T> {
  const mine = memory.turn.then(work);
  memory.turn = mine.catch(() => undefined);
  return mine;
}

/**
 * Features of objects, float32 of unit length; only those that are not known yet are made.
 * @param masks one for each object of the image.
 * @param indices of the objects that are wanted.
 * @returns one entry for each mask, undefined for objects that are not wanted.
 * @throws FastSAMError `ABORTED`, and what the encoder throws; what was made by then is remembered.
 */
export function cropFeatures(
  model: TextImageModel,
  image: RgbImage,
  masks: readonly Mask[],
  indices: readonly number[],
  cropper: Cropper,
  signal?: AbortSignal,
): Promise<(Float32Array | undefined)[]> {
  const memory = memoryOf(model);
  return inTurn(memory, async () => {
    let known = memory.crops.get(image);
    if (!known) memory.crops.set(image, (known = new WeakMap()));
    const missing = indices.filter((i) => !known.get(masks[i])?.has(cropper.keyOf(i)));
    for (let from = 0; from < missing.length; from += BATCH) {
      const batch = missing.slice(from, from + BATCH);
      const crops = await makeCrops(batch, cropper, model.config.imageSize, signal);
      const rows = split(await model.encodeImages(crops, { signal }), model.config.embedDim);
      batch.forEach((i, row) => {
        let features = known.get(masks[i]);
        if (!features) known.set(masks[i], (features = new Map<string, Float32Array>()));
        features.set(cropper.keyOf(i), rows[row]);
      });
    }
    const found: (Float32Array | undefined)[] = masks.map(() => undefined);
    for (const i of indices) found[i] = known.get(masks[i])?.get(cropper.keyOf(i));
    return found;
  });
}

async function makeCrops(
  indices: readonly number[],
  cropper: Cropper,
  size: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array[]> {
  const crops: Uint8Array[] = [];
  for (const index of indices) {
    if (crops.length % CROPS_AT_ONCE === 0) {
      await nextTurn();
      throwIfAborted(signal);
    }
    crops.push(cropper.pixelsOf(index, size));
  }
  return crops;
}

/** What a text is turned into before it is encoded. */
export interface TextForm {
  /** Sentences with `{}` for the text. */
  readonly templates: readonly string[];
  readonly overlong: 'truncate' | 'error';
}

/**
 * Features of texts, float32 of unit length: the mean over the templates.
 * @throws FastSAMError `INVALID_PROMPT` for a text without tokens or with too many, `ABORTED`, and what the encoder throws.
 */
export function textFeatures(
  model: TextImageModel,
  tokenizer: TextTokenizer,
  texts: readonly string[],
  { templates, overlong }: TextForm,
  signal?: AbortSignal,
): Promise<Float32Array[]> {
  const memory = memoryOf(model);
  const sentences = texts.map((text) => templates.map((template) => template.replaceAll('{}', () => text)));
  return inTurn(memory, async () => {
    throwIfAborted(signal);
    const all = new Set(sentences.flat());
    const tokens = new Map([...all].map((sentence) => [sentence, tokenizer.encode(sentence, overlong)]));
    if (memory.texts.size + all.size > MOST_TEXTS) memory.texts.clear();
    const unknown = [...all].filter((sentence) => !memory.texts.has(sentence));
    if (unknown.length > 0) {
      const encoded = await model.encodeTokens(
        unknown.flatMap((sentence) => tokens.get(sentence) ?? []),
        { signal },
      );
      split(encoded, model.config.embedDim).forEach((row, i) => memory.texts.set(unknown[i], row));
    }
    return sentences.map((list) => meanDirection(list.flatMap((sentence) => memory.texts.get(sentence) ?? [])));
  });
}

/** The mean of features, brought back to unit length. */
function meanDirection(features: readonly Float32Array[]): Float32Array {
  if (features.length === 1) return features[0];
  const mean = features[0].map((_, k) => features.reduce((sum, feature) => sum + feature[k], 0));
  const length = Math.hypot(...mean);
  return length === 0 ? mean : mean.map((value) => value / length);
}

/** Rows of their own, so that no row keeps the whole batch alive. */
function split(rows: Float32Array, width: number): Float32Array[] {
  return Array.from({ length: rows.length / width }, (_, i) => rows.slice(i * width, (i + 1) * width));
}
