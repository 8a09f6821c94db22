/** The way back from the record of an image (`Results.toJSON`) to results. */
import * as v from 'valibot';
import { invalidArgument } from '../errors.js';
import type { ResultsJson } from '../formats/json.js';
import { letterboxGeometry } from '../image/letterbox.js';
import type { Mask } from '../mask/mask.js';
import { decodeRle } from '../mask/rle.js';
import type { Rle } from '../mask/rleCounts.js';
import { showValue } from '../options/showValue.js';
import type { Match } from '../prompt/types.js';
import type { ResultsData } from '../record/record.js';
import { withImage, type GivenImageOptions } from './givenImage.js';

const count = (low: number) => v.pipe(v.number(), v.integer(), v.minValue(low));

/** The part of docs/results.schema.json that results are made of. */
const RECORD = v.object({
  frame: v.optional(count(0)),
  time: v.optional(v.number()),
  image: v.object({
    path: v.nullable(v.string()),
    width: count(1),
    height: count(1),
    frames: v.optional(count(1)),
    window: v.optional(
      v.object({
        rule: v.picklist(['full', 'percentiles', 'range']),
        low: v.number(),
        high: v.number(),
        bits: v.number(),
      }),
    ),
  }),
  model: v.string(),
  imgsz: v.union([count(1), v.strictTuple([count(1), count(1)])]),
  device: v.string(),
  precision: v.string(),
  edited: v.optional(v.array(v.string())),
  prompt: v.nullable(v.record(v.string(), v.unknown())),
  speed: v.optional(v.object({ preprocess: v.number(), inference: v.number(), postprocess: v.number() })),
  masks: v.array(
    v.object({
      id: count(0),
      track_id: v.optional(count(1)),
      score: v.number(),
      bbox: v.strictTuple([v.number(), v.number(), v.number(), v.number()]),
      segmentation: v.object({
        size: v.strictTuple([count(1), count(1)]),
        counts: v.union([v.string(), v.array(v.number())]),
      }),
      texts: v.optional(v.array(v.object({ cosine: v.nullable(v.number()), probability: v.number() }))),
      class: v.optional(count(0)),
      name: v.optional(v.string()),
    }),
  ),
});

type Parsed = v.InferOutput<typeof RECORD>;
type ParsedMask = Parsed['masks'][number];

const NO_TIME = { preprocess: 0, inference: 0, postprocess: 0 };

/**
 * See `Results.fromJSON`.
 * @throws FastSAMError `INVALID_ARGUMENT` for what is no such record, and for an image of another size.
 */
export function dataOfJson(json: ResultsJson, options: GivenImageOptions): ResultsData {
  const record = parse(json);
  const { masks: objects, imgsz, frame, time, edited } = record;
  const { path, width, height, ...rest } = record.image;
  const known = { data: new Uint8Array(0), width, height, ...(path !== null && { path }), ...rest };
  return {
    image: withImage(known, options),
    masks: objects.map((object, i) => maskOf(object, i, record.image)),
    boxes: Float32Array.from(objects.flatMap(({ bbox }) => bbox)),
    scores: Float32Array.from(objects, ({ score }) => score),
    ids: Int32Array.from(objects, ({ id }) => id),
    classes: Int32Array.from(objects, (object) => object.class ?? 0),
    names: namesOf(objects),
    ...trackIdsOf(objects),
    promptRecord: record.prompt,
    matches: textMatches(objects),
    speed: record.speed ?? NO_TIME,
    model: record.model,
    imgsz,
    device: record.device,
    precision: record.precision,
    ...(edited && { edited }),
    ...(frame !== undefined && { frame: { index: frame, ...(time !== undefined && { time }) } }),
    letterbox: letterboxGeometry(width, height, imgsz),
  };
}

function parse(json: unknown): Parsed {
  const parsed = safeParse(json);
  if (!parsed) throw invalidArgument(`record: got ${showValue(json)}, expected what Results.toJSON gives`);
  if (parsed.success) return parsed.output;
  const [{ path = [], input, expected }] = parsed.issues;
  const place = path.map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  throw invalidArgument(
    `record${place}: got ${showValue(input)}, expected ${expected ?? 'another value'}; give what Results.toJSON made ` +
      '(JSON.parse the text of a file)',
  );
}

/** Undefined for a value that throws when it is looked at. */
function safeParse(json: unknown) {
  try {
    return v.safeParse(RECORD, json);
  } catch {
    return undefined;
  }
}

function maskOf({ segmentation }: ParsedMask, i: number, image: Parsed['image']): Mask {
  const [height, width] = segmentation.size;
  if (width === image.width && height === image.height) return decodeRle(segmentation as Rle);
  throw invalidArgument(
    `record.masks[${i}].segmentation: got a grid of ${width} x ${height} pixels, expected the image's ${image.width} x ` +
      `${image.height}`,
  );
}

/**
 * The names that the record holds. Records name classes only where the model has several; where the objects are of one of
 * them, a stand-in for the others keeps that so.
 */
function namesOf(objects: readonly ParsedMask[]): Record<number, string> {
  const classes = objects.flatMap((object) => (object.class === undefined ? [] : [object.class]));
  if (classes.length === 0) return { 0: 'object' };
  const names: Record<number, string> = {};
  for (const { class: index, name } of objects) if (index !== undefined && name !== undefined) names[index] = name;
  for (let free = 0; Object.keys(names).length < 2; free++) {
    if (!classes.includes(free)) names[free] = `class ${free}`;
  }
  return names;
}

function trackIdsOf(objects: readonly ParsedMask[]): Pick<ResultsData, 'trackIds'> {
  const ids = objects.flatMap((object) => (object.track_id === undefined ? [] : [object.track_id]));
  if (ids.length === 0) return {};
  if (ids.length === objects.length) return { trackIds: Int32Array.from(ids) };
  throw invalidArgument(`record.masks: got ${ids.length} with a track_id of ${objects.length}, expected all or none`);
}

/** How well texts fit; which of several texts chose an object is not in the record. */
function textMatches(objects: readonly ParsedMask[]): Match[] {
  const texts = objects.length === 0 ? 0 : (objects[0].texts?.length ?? 0);
  const wrong = objects.findIndex((object) => (object.texts?.length ?? 0) !== texts);
  if (wrong >= 0) {
    throw invalidArgument(
      `record.masks[${wrong}].texts: got ${objects[wrong].texts?.length ?? 0}, expected ${texts} as for the first object`,
    );
  }
  return Array.from({ length: texts }, (_, index) => {
    const fits = objects.map(({ id, texts: scores = [] }) => {
      const { cosine, probability } = scores[index];
      return { id, cosine: cosine ?? NaN, probability };
    });
    const best = fits.map((_, i) => i).sort((a, b) => fits[b].probability - fits[a].probability);
    return { kind: 'text', index, objects: texts === 1 ? best : [], scores: fits };
  });
}
