/** Box prompts: for each box the object that fits it best. */
import { areaInBox } from '../mask/setOps.js';
import { boxArea, boxIou } from '../geometry/boxIou.js';
import { invalid, type Box } from './parse.js';
import type { Match, PromptTarget } from './types.js';

/**
 * The best object for each box by IoU; ties go to the higher score. A box that overlaps nothing has no match. Parts
 * outside the image are cut off.
 * @param rule `mask`: IoU of the pixels that the box touches with a mask's pixels (both peers' code, which cuts boxes
 *   down to whole pixels instead); `box`: IoU of the two boxes (FastSAM paper, section 3.3).
 * @throws FastSAMError `INVALID_PROMPT` for a box without area or wholly outside the image.
 */
export function selectBoxes(target: PromptTarget, boxes: readonly Box[], rule: 'mask' | 'box'): Match[] {
  return boxes.map((box, index) => {
    const inside = clip(box, index, target);
    const ious = rule === 'mask' ? maskIous(target, inside) : boxIous(target, inside);
    const iou = Math.max(...ious, 0);
    if (iou === 0) return { kind: 'box', index, objects: [], reason: 'no overlap' };
    return { kind: 'box', index, objects: [ious.indexOf(iou)], iou };
  });
}

function clip([x1, y1, x2, y2]: Box, index: number, { width, height }: PromptTarget): Box {
  if (!(x2 > x1 && y2 > y1)) {
    throw invalid(`boxes[${index}]: got [${x1}, ${y1}, ${x2}, ${y2}], expected x1 < x2 and y1 < y2 (xyxy, not xywh)`);
  }
  const inside: Box = [Math.max(x1, 0), Math.max(y1, 0), Math.min(x2, width), Math.min(y2, height)];
  if (inside[0] >= inside[2] || inside[1] >= inside[3]) {
    throw invalid(
      `boxes[${index}]: got [${x1}, ${y1}, ${x2}, ${y2}], expected a box inside the image of ${width} x ${height} pixels`,
    );
  }
  return inside;
}

/** IoU of each mask with the pixels that the box touches: at least one, however small the box. */
function maskIous({ masks }: PromptTarget, [x1, y1, x2, y2]: Box): number[] {
  const touched: Box = [Math.floor(x1), Math.floor(y1), Math.ceil(x2), Math.ceil(y2)];
  const touchedArea = boxArea(touched);
  return masks.map((mask) => {
    const shared = areaInBox(mask, touched);
    return shared / (touchedArea + mask.area - shared);
  });
}

function boxIous({ masks, boxes }: PromptTarget, box: Box): number[] {
  return masks.map((_, i) => boxIou(box, boxes.subarray(4 * i, 4 * i + 4)));
}
