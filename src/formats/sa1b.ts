/** Results in the format of the SA-1B data set: one JSON file an image (Kirillov et al. 2023, "Segment Anything"). */
import { encodeRle } from '../mask/rle.js';
import type { Mask } from '../mask/mask.js';
import type { Rle } from '../mask/rleCounts.js';
import { boundingRect } from '../mask/setOps.js';
import { stabilityScores } from '../record/stability.js';
import { hashText } from '../platform/hashText.js';
import type { SceneRecord } from '../record/record.js';
import type { ImageFormat } from './format.js';
import { round } from './json.js';

/** One mask. Boxes are left, top, width, height in pixels of the image. */
export interface Sa1bAnnotation {
  /** The mask's number in the file, from 1. */
  id: number;
  segmentation: Rle;
  /** The mask's own box. */
  bbox: [number, number, number, number];
  /** Pixels of the mask. */
  area: number;
  /** SAM's estimate of the mask's quality; here the detector's score. */
  predicted_iou: number;
  /** IoU of the masks at logits +1 and -1, as in SAM. */
  stability_score: number;
  /** The crop that the mask was found in: here always the whole image. */
  crop_box: [number, number, number, number];
  /** SAM's prompt; FastSAM has none, so a point inside the mask: the middle of its longest run of pixels. */
  point_coords: [[number, number]];
}

/** One image. */
export interface Sa1bFile {
  /** `image_id`: the first 52 bits of the SHA-256 of `file_name`, so that it stays when images are added. */
  image: { image_id: number; width: number; height: number; file_name: string };
  annotations: Sa1bAnnotation[];
}

/** Hexadecimal digits of a hash that a number holds exactly. */
const ID_DIGITS = 13;
const DECIMALS = 6;

/**
 * The masks of an image, best first; objects without a pixel are left out.
 * @param results with their prototypes, as they come from the model.
 * @param name of the image.
 * @throws FastSAMError `INVALID_ARGUMENT` for results without prototypes.
 */
export async function resultsToSa1b(results: SceneRecord, name: string): Promise<Sa1bFile> {
  const { width, height } = results.image;
  const stability = stabilityScores(results);
  const annotations = results.imageMasks.flatMap((mask, i): Sa1bAnnotation[] => {
    const box = boundingRect(mask);
    if (!box) return [];
    const run = longestRun(mask);
    return [
      {
        id: i + 1,
        segmentation: encodeRle(mask),
        bbox: [box.x, box.y, box.width, box.height],
        area: mask.area,
        predicted_iou: round(results.scores[i], DECIMALS),
        stability_score: round(stability[i], DECIMALS),
        crop_box: [0, 0, width, height],
        point_coords: [[run.x + run.length / 2, run.y + 0.5]],
      },
    ];
  });
  const imageId = parseInt((await hashText(name)).slice(0, ID_DIGITS), 16);
  return { image: { image_id: imageId, width, height, file_name: name }, annotations };
}

/** The longest horizontal run of pixels, the topmost, leftmost among equals. */
function longestRun(mask: Mask): { x: number; y: number; length: number } {
  let best = { x: 0, y: 0, length: 0 };
  for (let y = mask.y; y < mask.y + mask.height; y++) {
    let length = 0;
    for (let x = mask.x; x <= mask.x + mask.width; x++) {
      if (mask.has(x, y)) length++;
      else {
        if (length > best.length) best = { x: x - length, y, length };
        length = 0;
      }
    }
  }
  return best;
}

export const sa1b: ImageFormat = {
  name: 'sa1b',
  about: 'the fields of the SA-1B data set',
  ending: '.json',
  scope: 'image',
  encode: async (scene, { name }) => `${JSON.stringify(await resultsToSa1b(scene, name))}\n`,
  video: { kind: 'text', ending: '.jsonl' },
};
