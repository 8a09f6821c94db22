/** Results as the JSON that the command line prints, files hold and the server answers. Schema: docs/results.schema.json. */
import type { Rle } from '../mask/rleCounts.js';
import type { WindowRecord } from '../image/windowRecord.js';
import { encodeRle } from '../mask/rle.js';
import type { PromptRecord } from '../prompt/kinds/list.js';
import type { Speed } from '../record/record.js';
import type { SceneRecord } from '../record/record.js';
import type { ImageFormat } from './format.js';

/** One object. */
export interface JsonMask {
  /** The object's index in the first, unfiltered result. */
  id: number;
  /** Only where objects were tracked: the track that it belongs to, from 1. */
  track_id?: number;
  score: number;
  /** The detector's box (the tracker's where objects were tracked), xyxy in pixels of the original image. */
  bbox: [number, number, number, number];
  /** Pixels of the mask. */
  area: number;
  segmentation: Rle;
  /** Only for text prompts: how well each text fits, in the order of `prompt.texts`. */
  texts?: JsonTextScore[];
  /** Only where the model knows more than one class. */
  class?: number;
  name?: string;
}

/** How well a text fits an object. */
export interface JsonTextScore {
  /** null for an object that was not looked at. */
  cosine: number | null;
  /** 0 … 1, see `TextScore`. */
  probability: number;
}

/** The image. */
export interface JsonImage {
  path: string | null;
  width: number;
  height: number;
  /** Only where the file holds more images than this, the first one. */
  frames?: number;
  /** Only where the file has more than 8 bits a channel: how they became 8. */
  window?: WindowRecord;
}

/** One image. */
export interface ResultsJson {
  /** Only for frames of a video: its number, from 0, and its seconds where they are known. */
  frame?: number;
  time?: number;
  image: JsonImage;
  model: string;
  imgsz: number | readonly [number, number];
  device: string;
  precision: string;
  /** Only where outputs of layers were changed: their names. */
  edited?: readonly string[];
  prompt: PromptRecord | null;
  /** Milliseconds. */
  speed: Speed;
  masks: JsonMask[];
}

const SCORE_DECIMALS = 6;
const PIXEL_DECIMALS = 3;
const SPEED_DECIMALS = 2;
const TIME_DECIMALS = 6;

/**
 * The record of one image, plain data, ready for `JSON.stringify`. Scores and seconds are rounded to 6 decimals, boxes to
 * 3, milliseconds to 2; masks are exact.
 */
export function resultsToJson(results: SceneRecord): ResultsJson {
  const { image, speed, frame, trackIds } = results;
  const scoresOf = textScores(results);
  return {
    ...(frame && { frame: frame.index }),
    ...(frame?.time !== undefined && { time: round(frame.time, TIME_DECIMALS) }),
    image: {
      path: image.path ?? null,
      width: image.width,
      height: image.height,
      ...(image.frames !== undefined && { frames: image.frames }),
      ...(image.window && { window: image.window }),
    },
    model: results.model,
    imgsz: results.imgsz,
    device: results.device,
    precision: results.precision,
    ...(results.edited && { edited: results.edited }),
    prompt: results.promptRecord,
    speed: {
      preprocess: round(speed.preprocess, SPEED_DECIMALS),
      inference: round(speed.inference, SPEED_DECIMALS),
      postprocess: round(speed.postprocess, SPEED_DECIMALS),
    },
    masks: results.imageMasks.map((mask, i) => ({
      id: results.ids[i],
      ...(trackIds && { track_id: trackIds[i] }),
      score: round(results.scores[i], SCORE_DECIMALS),
      bbox: roundBox(results.boxes.at(i)),
      area: mask.area,
      segmentation: encodeRle(mask),
      ...scoresOf(results.ids[i]),
      ...(hasClasses(results) && classOf(results, i)),
    })),
  };
}

/** Looks up how well the texts fit the object of an id. */
function textScores({ matches }: SceneRecord): (id: number) => { texts?: JsonTextScore[] } {
  const texts = matches.flatMap(({ scores }) => (scores ? [new Map(scores.map((score) => [score.id, score]))] : []));
  if (texts.length === 0) return () => ({});
  return (id) => ({
    texts: texts.map((scores) => {
      const { cosine = NaN, probability = 0 } = scores.get(id) ?? {};
      return {
        cosine: Number.isNaN(cosine) ? null : round(cosine, SCORE_DECIMALS),
        probability: round(probability, SCORE_DECIMALS),
      };
    }),
  });
}

/** A number with at most that many decimals. */
export function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

/** A box with the decimals that files hold. */
export function roundBox(box: readonly [number, number, number, number]): [number, number, number, number] {
  return [
    round(box[0], PIXEL_DECIMALS),
    round(box[1], PIXEL_DECIMALS),
    round(box[2], PIXEL_DECIMALS),
    round(box[3], PIXEL_DECIMALS),
  ];
}

/** Whether the model knows more than one class. */
export function hasClasses(results: SceneRecord): boolean {
  return results.classes !== undefined && Object.keys(results.names).length > 1;
}

function classOf(results: SceneRecord, i: number): { class: number; name?: string } {
  const index = results.classes?.[i] ?? 0;
  return index in results.names ? { class: index, name: results.names[index] } : { class: index };
}

export const json: ImageFormat = {
  name: 'json',
  about: 'the record of an image, masks as run lengths',
  ending: '.json',
  scope: 'image',
  encode(scene, { reproducible }) {
    const record = resultsToJson(scene);
    return `${JSON.stringify(reproducible ? { ...record, speed: undefined } : record)}\n`;
  },
  video: { kind: 'text', ending: '.jsonl' },
};
