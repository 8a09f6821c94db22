/** Which object a pixel belongs to, where objects lie over each other. */
import { invalidArgument } from '../errors.js';
import { requireGrid, requireMasks, type Mask } from '../mask/mask.js';
import { paintOrder } from '../mask/paintOrder.js';
import { plural } from '../options/showValue.js';

/** Numbers of 16 bits but 0, which stands for none. */
const MOST_OBJECTS = 65_535;

/**
 * Which mask each pixel shows, the smallest on top.
 * @param masks on one grid.
 * @param width of the grid, which is the image, in pixels; so is `height`.
 * @returns `height * width` numbers, row by row: 0 where there is no mask, else 1 + the mask's index in the list.
 * @throws FastSAMError `INVALID_ARGUMENT` for more than 65,535 masks, and for masks on another grid.
 */
export function labelMap(masks: readonly Mask[], width: number, height: number): Uint16Array {
  requireMasks('label map', masks);
  requireGrid(width, height, 'label map');
  const order = paintOrder(masks);
  return paint(
    order.map((i) => masks[i]),
    order.map((i) => i + 1),
    width,
    height,
  );
}

/**
 * Paints masks into one image of numbers, one over the other.
 * @param masks bottom first; their grid is the image.
 * @param width, height the image in pixels.
 * @returns `height * width` numbers, row by row: 0 where there is no mask, else 1 + the mask's index in the list.
 * @throws FastSAMError `INVALID_ARGUMENT` for more than 65,535 masks, and for masks on another grid.
 */
export function paintLabels(masks: readonly Mask[], width: number, height: number): Uint16Array {
  return paint(
    masks,
    masks.map((_, i) => i + 1),
    width,
    height,
  );
}

function paint(masks: readonly Mask[], numbers: readonly number[], width: number, height: number): Uint16Array {
  if (masks.length > MOST_OBJECTS) {
    throw invalidArgument(
      `label map: got ${plural(masks.length, 'object')}, expected at most ${MOST_OBJECTS}, which 16 bits count; choose some with ` +
        'filter or select',
    );
  }
  const other = masks.find((mask) => mask.gridWidth !== width || mask.gridHeight !== height);
  if (other) {
    throw invalidArgument(
      `label map: got a mask on a grid of ${other.gridWidth} x ${other.gridHeight} pixels, expected ${width} x ${height}; ` +
        'resize it with masks.resizeMask',
    );
  }
  const painting = { labels: new Uint16Array(width * height), width, ...uncovered(width, height) };
  for (let i = masks.length - 1; i >= 0; i--) paintBelow(masks[i], numbers[i], painting);
  return painting.labels;
}

/** Labels, and a bit for each pixel that has one; rows of bits have a word to spare, for words that end beyond them. */
interface Painting {
  readonly labels: Uint16Array;
  readonly width: number;
  readonly covered: Uint32Array;
  readonly rowWords: number;
}

function uncovered(width: number, height: number): Pick<Painting, 'covered' | 'rowWords'> {
  const rowWords = ((width + 31) >>> 5) + 1;
  return { covered: new Uint32Array(rowWords * height), rowWords };
}

/** Paints what the masks above have left free, so that each pixel is written once, however many objects lie on it. */
function paintBelow(mask: Mask, label: number, { labels, width, covered, rowWords }: Painting): void {
  const { words } = mask;
  const shift = mask.x & 31;
  for (let r = 0, i = 0; r < mask.height; r++) {
    const row = (mask.y + r) * width + mask.x;
    let at = (mask.y + r) * rowWords + (mask.x >>> 5);
    for (let w = 0; w < mask.rowWords; w++, i++, at++) {
      const word = words[i] | 0;
      if (word === 0) continue;
      const above = shift === 0 ? covered[at] : (covered[at] >>> shift) | (covered[at + 1] << (32 - shift));
      const visible = word & ~above;
      if (visible === 0) continue;
      covered[at] |= word << shift;
      if (shift !== 0) covered[at + 1] |= word >>> (32 - shift);
      const base = row + 32 * w;
      if (visible === -1) labels.fill(label, base, base + 32);
      else paintBits(labels, base, visible, label);
    }
  }
}

/** Writes the pixels of one word, run by run. */
function paintBits(labels: Uint16Array, base: number, word: number, label: number): void {
  for (let rest = word; rest !== 0;) {
    const from = 31 - Math.clz32(rest & -rest);
    const after = rest + (rest & -rest); // carries over the lowest run
    const gone = rest & ~after;
    const to = 32 - Math.clz32(gone);
    for (let b = from; b < to; b++) labels[base + b] = label;
    rest &= after;
  }
}
