/** Box and point prompts exactly as the original repository answers them, oddities included. */
import { roundHalfEven } from '../geometry/rounding.js';
import { Mask } from '../mask/mask.js';
import { areaInBox, difference, union } from '../mask/setOps.js';
import { boxKind } from '../prompt/kinds/box.js';
import { pointKind, type LabelledPoint } from '../prompt/kinds/point.js';
import { partOf } from '../prompt/parse.js';
import type { PromptRules } from '../prompt/select.js';
import type { Box, Match, PromptTarget, Selection } from '../prompt/types.js';
import { invalidPrompt } from '../prompt/values.js';
import { refuseOwnPrompts } from './ownChoices.js';
import { listOfSet } from './pythonSet.js';
import { argmaxLikeTorch, float32Iou } from './torchMath.js';

/**
 * Boxes: the mask with the best overlap each. Points: one merged mask. Where both are given, boxes win, as on the peer's
 * command line. On masks of the network's grid, coordinates are scaled as if there were no letterbox.
 * Refused is what stops the peer with an exception: a box with x2 or y2 of 0, a point whose coordinates are no whole
 * numbers or lie beyond the border (up to a whole image to the left or above it they wrap around).
 */
export const CASIA_PROMPTS: PromptRules = {
  onMaskGrid: true,
  select(target, prompt) {
    refuseOwnPrompts(prompt, 'casia', true);
    if (target.masks.length === 0) return { indices: [], matches: [] };
    const withBoxes = partOf(prompt, boxKind);
    if (!withBoxes) return paintPoints(target, partOf(prompt, pointKind)?.points ?? []);
    const matches = withBoxes.boxes.map((box, index) => matchBox(target, box, index));
    return { indices: listOfSet(matches.flatMap(({ objects }) => objects)), matches };
  },
};

/** Whether the masks lie on the network input's grid. */
function isScaled({ masks, image: { width, height } }: PromptTarget): boolean {
  return masks[0].gridWidth !== width || masks[0].gridHeight !== height;
}

/** From the image's pixels to the masks': the peer forgets the letterbox and drops fractions. */
function scale(value: number, to: number, from: number): number {
  return Math.trunc((value * to) / from);
}

function matchBox(target: PromptTarget, box: Box, index: number): Match {
  const { masks, image } = target;
  const { gridWidth, gridHeight } = masks[0];
  if (box[2] === 0 || box[3] === 0) {
    throw invalidPrompt(`boxes[${index}]: got [${box.join(', ')}], expected x2 and y2 other than 0 (compat: casia)`);
  }
  const [left, top, right, bottom] = isScaled(target)
    ? box.map((value, i) =>
        i % 2 === 0 ? scale(value, gridWidth, image.width) : scale(value, gridHeight, image.height),
      )
    : box;
  const x1 = Math.max(roundHalfEven(left), 0);
  const y1 = Math.max(roundHalfEven(top), 0);
  const x2 = Math.min(roundHalfEven(right), gridWidth);
  const y2 = Math.min(roundHalfEven(bottom), gridHeight);
  // A negative end counts from the far side, as in Python's slices.
  const slice = [x1, y1, x2 < 0 ? Math.max(0, gridWidth + x2) : x2, y2 < 0 ? Math.max(0, gridHeight + y2) : y2];
  const area = (x2 - x1) * (y2 - y1);
  const ious = masks.map((mask) => float32Iou(areaInBox(mask, slice), mask.area, area));
  const best = argmaxLikeTorch(ious);
  return { kind: 'box', index, objects: [best], iou: ious[best] };
}

/** One merged mask: the largest masks first, for each mask the points in their order, later ones overwriting. */
function paintPoints(target: PromptTarget, points: readonly LabelledPoint[]): Selection {
  const { masks, image } = target;
  const { gridWidth, gridHeight } = masks[0];
  const scaled = isScaled(target);
  const pixels = points.map(({ x, y, label }, i) => ({
    x: wrap(scaled ? scale(x, gridWidth, image.width) : x, gridWidth, i),
    y: wrap(scaled ? scale(y, gridHeight, image.height) : y, gridHeight, i),
    label,
  }));
  const order = masks.map((_, i) => i).sort((a, b) => masks[b].area - masks[a].area || a - b);
  const painted: number[] = [];
  let merged = Mask.empty(gridWidth, gridHeight);
  for (const i of order) {
    // Painting a mask several times over comes to its last coat.
    const coat = pixels.findLast(({ x, y, label }) => (label === 0 || label === 1) && masks[i].has(x, y));
    if (!coat) continue;
    merged = coat.label === 1 ? union(merged, masks[i]) : difference(merged, masks[i]);
    if (coat.label === 1) painted.push(i);
  }
  painted.sort((a, b) => a - b);
  const matches = pixels.map(({ x, y }, index): Match => {
    return { kind: 'point', index, objects: painted.filter((i) => masks[i].has(x, y)) };
  });
  return { indices: painted, merged, matches };
}

/** An index of an array; negative ones count from the far side, as in Python. */
function wrap(value: number, size: number, index: number): number {
  const at = value < 0 ? value + size : value;
  if (Number.isInteger(at) && at >= 0 && at < size) return at;
  throw invalidPrompt(
    `points[${index}]: got ${value}, expected a whole number from ${-size} to ${size - 1} in pixels of the masks ` +
      '(compat: casia)',
  );
}
