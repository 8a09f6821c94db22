/** Filters on a mask's parts: islands and holes. */
import { requireNumber } from '../options/requireKind.js';
import { labelRuns, selectComponents, type Connectivity } from './components.js';
import { contourArea, traceContours } from './contours.js';
import { requireMask, Mask } from './mask.js';
import { complement, shrinkWindow, union } from './setOps.js';

/** Each connected component as a mask in its smallest window, in the order of their topmost, leftmost pixels. */
export function connectedComponents(mask: Mask, connectivity: Connectivity = 8): Mask[] {
  const runs = labelRuns(mask, connectivity);
  return Array.from(runs.areas, (_, label) => shrinkWindow(selectComponents(mask, runs, (other) => other === label)));
}

/** The component with the most pixels (the first in scan order among equals); the mask itself if it is one piece. */
export function largestComponent(mask: Mask, connectivity: Connectivity = 8): Mask {
  const runs = labelRuns(mask, connectivity);
  if (runs.areas.length <= 1) return mask;
  const largest = runs.areas.indexOf(runs.areas.reduce((a, b) => Math.max(a, b)));
  return shrinkWindow(selectComponents(mask, runs, (label) => label === largest));
}

/**
 * What drawing the mask's largest outer contour filled gives: the component whose outer contour encloses the largest
 * area, its holes closed.
 */
export function largestContour(mask: Mask): Mask {
  requireMask(mask);
  const contours = traceContours(mask, { mode: 'external' });
  if (contours.length === 0) return mask;
  let best = contours[0];
  for (const contour of contours) {
    if (contourArea(contour.points) > contourArea(best.points)) best = contour;
  }
  const [x, y] = best.points;
  const runs = labelRuns(mask, 8);
  const label = runs.label[firstRunAt(runs.rowStart, runs.start, x - mask.x, y - mask.y)];
  return fillHoles(shrinkWindow(selectComponents(mask, runs, (other) => other === label)));
}

/** The run that begins at column x of row y: a contour's first point is the leftmost pixel of its top row. */
function firstRunAt(rowStart: Int32Array, start: Int32Array, x: number, y: number): number {
  let run = rowStart[y];
  while (start[run] !== x) run++;
  return run;
}

/** The mask's holes: background that cannot reach the outside through the 4 neighbours of pixels. */
export function holes(mask: Mask, maxArea = Infinity): Mask {
  requireMask(mask);
  requireNumber('maxArea', maxArea, 0);
  const background = complement(mask, mask);
  const runs = labelRuns(background, 4);
  const { width, height } = background;
  const open = new Uint8Array(runs.areas.length);
  for (let r = 0; r < height; r++) {
    for (let run = runs.rowStart[r]; run < runs.rowStart[r + 1]; run++) {
      // Touching the window's edge is touching the outside: beyond the window there is no mask.
      if (r === 0 || r === height - 1 || runs.start[run] === 0 || runs.end[run] === width) open[runs.label[run]] = 1;
    }
  }
  return selectComponents(background, runs, (label) => open[label] === 0 && runs.areas[label] <= maxArea);
}

/** The mask with its holes of up to `maxArea` pixels closed; all of them by default. */
export function fillHoles(mask: Mask, maxArea = Infinity): Mask {
  return union(mask, holes(mask, maxArea));
}

/** The mask without its components of fewer than `minArea` pixels. */
export function removeSmallRegions(mask: Mask, minArea: number, connectivity: Connectivity = 8): Mask {
  requireNumber('minArea', minArea, 0);
  const runs = labelRuns(mask, connectivity);
  if (runs.areas.every((area) => area >= minArea)) return mask;
  return shrinkWindow(selectComponents(mask, runs, (label) => runs.areas[label] >= minArea));
}

/** The pixel [x, y] of a mask that is nearest to its centroid; the first of equals, by rows. */
export function pixelNearCentroid(mask: Mask): [number, number] {
  const bitmap = mask.toBitmap();
  const { gridWidth } = mask;
  const pixels = [...bitmap.keys()].filter((p) => bitmap[p] === 1);
  const x = pixels.reduce((sum, p) => sum + (p % gridWidth), 0) / pixels.length;
  const y = pixels.reduce((sum, p) => sum + Math.floor(p / gridWidth), 0) / pixels.length;
  let best = pixels[0];
  let least = Infinity;
  for (const p of pixels) {
    const distance = ((p % gridWidth) - x) ** 2 + (Math.floor(p / gridWidth) - y) ** 2;
    if (distance >= least) continue;
    least = distance;
    best = p;
  }
  return [best % gridWidth, Math.floor(best / gridWidth)];
}
