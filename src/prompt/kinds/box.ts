/** Box prompts: for each box the object that fits it best. */
import { pixelRect } from '../../draw/canvas.js';
import { drawDashedRect } from '../../draw/marks.js';
import { boxArea, boxIou } from '../../geometry/boxIou.js';
import { areaInBox, boundingBox } from '../../mask/setOps.js';
import { oneOf, parseCounts, unchecked } from '../../options/kinds.js';
import { checkValue } from '../../options/resolve.js';
import type { RowsOf, Spelling } from '../../options/row.js';
import type { Box, Match, PromptTarget } from '../types.js';
import { invalidPrompt, rowsOf } from '../values.js';
import type { BuiltInKind } from './kind.js';

/** The part of a prompt that asks with boxes. */
export interface BoxPrompt {
  /** One box [x1, y1, x2, y2] or a list of them: for each the object that fits it best. */
  readonly boxes?: readonly number[] | readonly (readonly number[])[];
  /** Whether a box is compared with the pixels of masks (`mask`, both peers' code) or with their boxes (the paper). */
  readonly boxRule?: BoxRule;
}

/** What a box is compared with. */
export type BoxRule = 'mask' | 'box';

/** Boxes, checked. */
export interface ParsedBoxes {
  readonly boxes: readonly Box[];
  readonly rule: BoxRule;
}

/** What results note of boxes. */
export interface BoxRecord {
  /** xyxy. */
  readonly boxes?: readonly (readonly number[])[];
}

/** How the command line spells a box. */
export const BOX_SPELLING = {
  value: '<x1,y1,x2,y2>',
  parse: parseCounts(4),
  expected: 'x1,y1,x2,y2',
  repeat: true,
} as const satisfies Spelling;

/** The rows of box prompts. */
export const BOX_OPTIONS = {
  boxes: unchecked<NonNullable<BoxPrompt['boxes']>>('[x1, y1, x2, y2] or a list of them', {
    text: 'for each box the object that fits it best',
    cli: { ...BOX_SPELLING, flag: 'box', text: 'the object in a box (may be repeated)' },
  }),
  boxRule: oneOf(['mask', 'box'], {
    text: "IoU of a box with masks or with masks' boxes",
    otherwise: 'mask',
    cli: { value: '<rule>' },
  }),
} satisfies RowsOf<BoxPrompt>;

/**
 * The best object for each box by IoU; ties go to the higher score. A box that overlaps nothing has no match. Parts
 * outside the image are cut off. Boxes without area or wholly outside the image are refused.
 */
export const boxKind: BuiltInKind<BoxPrompt, ParsedBoxes, BoxRecord> = {
  name: 'box',
  options: BOX_OPTIONS,
  parse({ boxes: given, boxRule: rule = 'mask' }) {
    const boxes = rowsOf('boxes', given, 4) as unknown as Box[];
    checkValue('boxRule', BOX_OPTIONS.boxRule, rule, 'INVALID_PROMPT');
    return boxes.length === 0 ? undefined : { boxes, rule };
  },
  select(target, { boxes, rule }) {
    const matches = boxes.map((box, index) => matchBox(target, box, index, rule));
    return { indices: matches.flatMap(({ objects }) => objects), matches };
  },
  record: ({ boxes }) => ({ boxes }),
  draw(canvas, { boxes = [] }) {
    for (const box of boxes) drawDashedRect(canvas, pixelRect(box));
  },
  promptFor: (regions) => ({ boxes: regions.map((region) => [...boundingBox(region)]) }),
};

/**
 * @param rule `mask`: IoU of the pixels that the box touches with a mask's pixels (both peers cut boxes down to whole
 *   pixels instead); `box`: IoU of the two boxes (FastSAM paper, section 3.3).
 */
function matchBox(target: PromptTarget, box: Box, index: number, rule: BoxRule): Match {
  const inside = clip(box, index, target);
  const ious = rule === 'mask' ? maskIous(target, inside) : boxIous(target, inside);
  const iou = Math.max(...ious, 0);
  if (iou === 0) return { kind: 'box', index, objects: [], reason: 'no overlap' };
  return { kind: 'box', index, objects: [ious.indexOf(iou)], iou };
}

function clip([x1, y1, x2, y2]: Box, index: number, { image: { width, height } }: PromptTarget): Box {
  if (!(x2 > x1 && y2 > y1)) {
    throw invalidPrompt(
      `boxes[${index}]: got [${x1}, ${y1}, ${x2}, ${y2}], expected x1 < x2 and y1 < y2 (xyxy, not xywh)`,
    );
  }
  const inside: Box = [Math.max(x1, 0), Math.max(y1, 0), Math.min(x2, width), Math.min(y2, height)];
  if (inside[0] >= inside[2] || inside[1] >= inside[3]) {
    throw invalidPrompt(
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
