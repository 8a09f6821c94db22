/** Which object stands out? Rules that need no training; FastSAM's authors publish none. */
import type { Mask } from '../../mask/mask.js';
import type { Results } from '../../results/results.js';
import type { ByteMap } from '../../evaluate/salient/measures.js';

export const SALIENCE_RULES = ['product', 'score', 'area', 'centre'] as const;
/**
 * - `score`: the detector's;
 * - `area`: the square root of the share of the image, 0 above four fifths, which is background;
 * - `centre`: exp(-d² / (2 · 0.35²)), d the distance of the mask's centroid from the image's centre, half a diagonal = 1;
 * - `product`: all three.
 */
export type SalienceRule = (typeof SALIENCE_RULES)[number];

const BACKGROUND = 0.8;
const CENTRE_WIDTH = 0.35;

/** A number for each object, the largest stands out most. */
export function salienceOf(scene: Pick<Results, 'imageMasks' | 'scores' | 'image'>, rule: SalienceRule): number[] {
  const { width, height } = scene.image;
  return scene.imageMasks.map((mask, i) => {
    const score = scene.scores[i];
    if (rule === 'score') return score;
    const share = mask.area / (width * height);
    const area = share > BACKGROUND ? 0 : Math.sqrt(share);
    if (rule === 'area') return area;
    const centre = mask.area === 0 ? 0 : centrality(mask, width, height);
    return rule === 'centre' ? centre : score * area * centre;
  });
}

function centrality(mask: Mask, width: number, height: number): number {
  let [x, y] = [0, 0];
  for (let r = 0; r < mask.height; r++) {
    for (let c = 0; c < mask.width; c++) {
      if (!mask.has(mask.x + c, mask.y + r)) continue;
      x += mask.x + c + 0.5;
      y += mask.y + r + 0.5;
    }
  }
  const squared = (x / mask.area - width / 2) ** 2 + (y / mask.area - height / 2) ** 2;
  const half = (width ** 2 + height ** 2) / 4;
  return Math.exp(-squared / half / (2 * CENTRE_WIDTH ** 2));
}

/** The map of the first objects: white where the first lies, others as bright as their number is to the first's. */
export function mapOf(
  masks: readonly Mask[],
  values: readonly number[],
  top: number,
  size: { width: number; height: number },
): ByteMap {
  const { width, height } = size;
  const data = new Uint8Array(width * height);
  const order = [...masks.keys()].sort((a, b) => values[b] - values[a]).slice(0, top);
  const most = order.length === 0 ? 0 : values[order[0]];
  for (const i of order) {
    const grey = most === 0 ? 0 : Math.round((255 * values[i]) / most);
    masks[i].toBitmap().forEach((bit, p) => {
      if (bit === 1) data[p] = Math.max(data[p], grey);
    });
  }
  return { data, width, height };
}
