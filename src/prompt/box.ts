/** Box prompts: for each box the object that fits it best. */
import { areaInBox, windowOfBox } from '../mask/setOps.js';
import { invalid, type Box } from './parse.js';
import type { Match, PromptTarget } from './types.js';

/**
 * The best object for each box by IoU; ties go to the higher score. A box that overlaps nothing has no match. Parts
 * outside the picture are cut off.
 * @param rule `mask`: IoU of the box's pixels with a mask's pixels; `box`: IoU of the two boxes.
 * @throws FastSAMError `INVALID_PROMPT` for a box without area or wholly outside the picture.
 */
export function selectBoxes(target: PromptTarget, boxes: readonly Box[], rule: 'mask' | 'box'): Match[] {
  return boxes.map((box, index) => {
    const inside = clip(box, index, target);
    const [best, iou] = argmax(
      rule === 'mask'
        ? target.masks.map((mask) => pixelIou(areaInBox(mask, inside), mask.area, pixels(inside, target)))
        : target.masks.map((_, i) => boxIou(inside, target.boxes.subarray(4 * i, 4 * i + 4))),
    );
    return iou > 0 ? { kind: 'box', index, objects: [best], iou } : { kind: 'box', index, objects: [] };
  });
}

function clip([x1, y1, x2, y2]: Box, index: number, { width, height }: PromptTarget): Box {
  if (!(x2 > x1 && y2 > y1)) {
    throw invalid(`boxes[${index}]: got [${x1}, ${y1}, ${x2}, ${y2}], expected x1 < x2 and y1 < y2 (xyxy, not xywh)`);
  }
  const inside: Box = [Math.max(x1, 0), Math.max(y1, 0), Math.min(x2, width), Math.min(y2, height)];
  if (inside[0] >= inside[2] || inside[1] >= inside[3]) {
    throw invalid(
      `boxes[${index}]: got [${x1}, ${y1}, ${x2}, ${y2}], expected a box inside the picture of ${width} x ${height} pixels`,
    );
  }
  return inside;
}

function pixels(box: Box, { width, height }: PromptTarget): number {
  const window = windowOfBox(box, width, height);
  return Math.max(0, window.width) * Math.max(0, window.height);
}

/** Intersection over union from three pixel counts. */
export function pixelIou(shared: number, maskArea: number, boxArea: number): number {
  return shared / (boxArea + maskArea - shared);
}

function boxIou(a: Box, b: Float32Array): number {
  const shared =
    Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0])) * Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const area = (r: ArrayLike<number>) => (r[2] - r[0]) * (r[3] - r[1]);
  return shared === 0 ? 0 : shared / (area(a) + area(b) - shared);
}

/** Place and value of the largest; the first among equals. [-1, -Infinity] for an empty list. */
function argmax(values: readonly number[]): [number, number] {
  let best = -1;
  values.forEach((value, i) => {
    if (best < 0 || value > values[best]) best = i;
  });
  return best < 0 ? [-1, -Infinity] : [best, values[best]];
}
