/** Which object a pixel belongs to, where objects lie over each other. */
import type { Mask } from '../mask/mask.js';

/**
 * The order in which masks are painted so that the smallest lies on top (as CASIA's plot orders them): by area, the
 * largest first; of equal areas the one listed first is painted last.
 * @returns indices in the list.
 */
export function paintOrder(masks: readonly Mask[]): number[] {
  return masks.map((_, i) => i).sort((a, b) => masks[b].area - masks[a].area || b - a);
}

/**
 * Paints masks into one image of numbers, one over the other.
 * @param masks bottom first; their grid is the image.
 * @param width, height the image in pixels.
 * @returns `height * width` numbers, row by row: 0 where there is no mask, else 1 + the mask's index in the list.
 */
export function paintLabels(masks: readonly Mask[], width: number, height: number): Uint32Array {
  const labels = new Uint32Array(width * height);
  masks.forEach((mask, i) => {
    paintMask(mask, i + 1, labels, width);
  });
  return labels;
}

function paintMask(mask: Mask, label: number, labels: Uint32Array, width: number): void {
  const { words, rowWords } = mask;
  for (let r = 0; r < mask.height; r++) {
    const row = (mask.y + r) * width + mask.x;
    for (let w = 0; w < rowWords; w++) {
      let word = words[r * rowWords + w];
      const base = row + 32 * w;
      if (word === 0xffffffff) {
        labels.fill(label, base, base + 32);
        continue;
      }
      while (word !== 0) {
        const bit = 31 - Math.clz32(word & -word);
        labels[base + bit] = label;
        word &= word - 1;
      }
    }
  }
}
