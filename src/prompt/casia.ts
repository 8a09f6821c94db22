/** Box and point prompts exactly as the original repository answers them, oddities included. */
import { roundHalfEven } from '../image/rounding.js';
import { Mask } from '../mask/mask.js';
import { areaInBox, difference, union } from '../mask/setOps.js';
import { pixelIou } from './box.js';
import { invalid, type Box, type LabelledPoint, type ParsedPrompt } from './parse.js';
import { ascending } from './point.js';
import type { Match, PromptTarget, Selection } from './types.js';
import { argmaxLikeTorch } from './ultralytics.js';

/**
 * Boxes win over points. On masks of the network's grid, coordinates are scaled as if there were no letterbox.
 * @throws FastSAMError `INVALID_PROMPT` where the peer stops with an exception: a box with x2 or y2 of 0, a point beyond
 *   the right or bottom border.
 */
export function selectLikeCasia(target: PromptTarget, { boxes, points }: ParsedPrompt): Selection {
  if (target.masks.length === 0) return { indices: [], matches: [] };
  if (boxes.length > 0) {
    const matches = boxes.map((box, index) => matchBox(target, box, index));
    return { indices: ascending(matches.flatMap(({ objects }) => objects)), matches };
  }
  return paintPoints(target, points);
}

function matchBox({ masks, width, height }: PromptTarget, box: Box, index: number): Match {
  const { gridWidth, gridHeight } = masks[0];
  if (box[2] === 0 || box[3] === 0) {
    throw invalid(`boxes[${index}]: got [${box.join(', ')}], expected x2 and y2 other than 0 (compat: casia)`);
  }
  const scaled =
    gridWidth === width && gridHeight === height ? box : scale(box, gridWidth / width, gridHeight / height);
  const x1 = Math.max(roundHalfEven(scaled[0]), 0);
  const y1 = Math.max(roundHalfEven(scaled[1]), 0);
  const x2 = Math.min(roundHalfEven(scaled[2]), gridWidth);
  const y2 = Math.min(roundHalfEven(scaled[3]), gridHeight);
  // A negative end counts from the far side, as in Python's slices.
  const slice: Box = [x1, y1, x2 < 0 ? Math.max(0, gridWidth + x2) : x2, y2 < 0 ? Math.max(0, gridHeight + y2) : y2];
  const area = (x2 - x1) * (y2 - y1);
  const ious = masks.map((mask) => pixelIou(areaInBox(mask, slice), mask.area, area));
  const best = argmaxLikeTorch(ious);
  return { kind: 'box', index, objects: [best], iou: ious[best] };
}

function scale([x1, y1, x2, y2]: Box, sx: number, sy: number): Box {
  return [Math.trunc(x1 * sx), Math.trunc(y1 * sy), Math.trunc(x2 * sx), Math.trunc(y2 * sy)];
}

/** One merged mask: the largest masks first, for each mask the points in their order, later ones overwriting. */
function paintPoints({ masks, width, height }: PromptTarget, points: readonly LabelledPoint[]): Selection {
  const { gridWidth, gridHeight } = masks[0];
  const onImage = gridWidth === width && gridHeight === height;
  const places = points.map(({ x, y, label }, i) => ({
    x: wrap(onImage ? x : (x * gridWidth) / width, gridWidth, i),
    y: wrap(onImage ? y : (y * gridHeight) / height, gridHeight, i),
    label,
  }));
  const order = masks.map((_, i) => i).sort((a, b) => masks[b].area - masks[a].area || a - b);
  let merged = Mask.empty(gridWidth, gridHeight);
  const used = new Set<number>();
  for (const i of order) {
    for (const { x, y, label } of places) {
      if (!masks[i].has(x, y)) continue;
      if (label === 1) {
        merged = union(merged, masks[i]);
        used.add(i);
      } else if (label === 0) merged = difference(merged, masks[i]);
    }
  }
  const matches = points.map((_, index): Match => ({ kind: 'point', index, objects: ascending([...used]) }));
  return { indices: ascending([...used]), merged, matches };
}

/** A whole index; negative ones count from the far side, as in Python. */
function wrap(value: number, size: number, index: number): number {
  const whole = Math.trunc(value);
  const at = whole < 0 ? whole + size : whole;
  if (at < 0 || at >= size)
    throw invalid(`points[${index}]: got ${value} outside the mask of ${size} pixels (compat: casia)`);
  return at;
}
