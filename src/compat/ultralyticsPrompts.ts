/** Box and point prompts exactly as Ultralytics 8.4 answers them, oddities included. */
import { areaInBox } from '../mask/setOps.js';
import { boxKind } from '../prompt/kinds/box.js';
import { pointKind, type LabelledPoint } from '../prompt/kinds/point.js';
import { partOf } from '../prompt/parse.js';
import { requireImageGrid, type PromptRules } from '../prompt/select.js';
import type { Box, Match, PromptTarget } from '../prompt/types.js';
import { ascending } from '../prompt/values.js';
import { refuseOwnPrompts } from './ownChoices.js';
import { argmaxLikeTorch, float32Iou } from './torchMath.js';

/**
 * Boxes: the mask with the best overlap each, the first one where nothing overlaps. Points: masks that hold a foreground
 * and no background point. Chosen is what either chooses. The peer rescales masks of the network's grid first.
 */
export const ULTRALYTICS_PROMPTS: PromptRules = {
  onMaskGrid: false,
  select(target, prompt) {
    refuseOwnPrompts(prompt, 'ultralytics', false);
    requireImageGrid(target);
    if (target.masks.length === 0) return { indices: [], matches: [] };
    const boxes = partOf(prompt, boxKind)?.boxes ?? [];
    const points = partOf(prompt, pointKind)?.points ?? [];
    const boxMatches = boxes.map((box, index) => matchBox(target, box, index));
    const atPoints = points.length > 0 ? underPoints(target, points) : [];
    const indices = ascending([...boxMatches.flatMap(({ objects }) => objects), ...atPoints]);
    const pointMatches = points.map((point, index): Match => ({
      kind: 'point',
      index,
      objects: atPoints.filter((i) => target.masks[i].has(...pixelOf(point, target))),
    }));
    return { indices, matches: [...boxMatches, ...pointMatches] };
  },
};

/** Coordinates are cut to whole pixels and clipped. Where nothing overlaps, the first object is taken. */
function matchBox(target: PromptTarget, box: Box, index: number): Match {
  const { width, height } = target.image;
  const clip = (value: number, high: number) => Math.min(Math.max(Math.trunc(value), 0), high);
  const [x1, x2] = [clip(box[0], width), clip(box[2], width)];
  const [y1, y2] = [clip(box[1], height), clip(box[3], height)];
  const area = (x2 - x1) * (y2 - y1);
  const ious = target.masks.map((mask) => float32Iou(areaInBox(mask, [x1, y1, x2, y2]), mask.area, area));
  const best = argmaxLikeTorch(ious);
  return { kind: 'box', index, objects: [best], iou: ious[best] };
}

/** Masks that hold a point of label 1, or all where the labels sum to 0, without those that hold one of label 0. */
function underPoints(target: PromptTarget, points: readonly LabelledPoint[]): number[] {
  const { masks } = target;
  const onlyBackground = points.reduce((sum, { label }) => sum + Math.trunc(label), 0) === 0;
  const kept = masks.map(() => onlyBackground);
  for (const wanted of [1, 0]) {
    for (const point of points) {
      if (Math.trunc(point.label) !== wanted) continue;
      const [x, y] = pixelOf(point, target);
      masks.forEach((mask, i) => {
        if (mask.has(x, y)) kept[i] = wanted === 1;
      });
    }
  }
  return kept.flatMap((keep, i) => (keep ? [i] : []));
}

/** The whole pixel of a point, clipped to the image. */
function pixelOf({ x, y }: LabelledPoint, { image: { width, height } }: PromptTarget): [number, number] {
  return [Math.min(Math.max(Math.trunc(x), 0), width - 1), Math.min(Math.max(Math.trunc(y), 0), height - 1)];
}
