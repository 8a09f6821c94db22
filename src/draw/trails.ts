/** The ways that objects have come, as lines that fade into the past. */
import { blend, type Canvas } from './canvas.js';
import type { ColourOf, Rgb } from './palette.js';

/** Where an object was, oldest first. */
export interface Trail {
  /** Says the colour, as an object's id or track does. */
  readonly id: number;
  /** Pixels of the image. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

const OPACITY = 0.9;

/** Draws the trails, `thickness` pixels wide; the latest part is the clearest. */
export function drawTrails(canvas: Canvas, trails: readonly Trail[], colour: ColourOf, thickness: number): void {
  for (const { id, points } of trails) {
    const own = colour(id);
    for (let i = 1; i < points.length; i++) {
      drawSegment(canvas, points[i - 1], points[i], thickness, own, (OPACITY * i) / (points.length - 1));
    }
  }
}

/** A straight line with round ends and a smooth rim. */
function drawSegment(
  canvas: Canvas,
  [x1, y1]: readonly [number, number],
  [x2, y2]: readonly [number, number],
  thickness: number,
  colour: Rgb,
  opacity: number,
): void {
  const reach = thickness / 2 + 0.5;
  const [dx, dy] = [x2 - x1, y2 - y1];
  const square = dx * dx + dy * dy;
  const range = (a: number, b: number, size: number) => [
    Math.max(0, Math.floor(Math.min(a, b) - reach)),
    Math.min(size - 1, Math.ceil(Math.max(a, b) + reach)),
  ];
  const [left, right] = range(x1, x2, canvas.width);
  const [top, bottom] = range(y1, y2, canvas.height);
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const [px, py] = [x + 0.5 - x1, y + 0.5 - y1];
      const along = square === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / square));
      const inside = reach - Math.hypot(px - along * dx, py - along * dy);
      if (inside > 0) blend(canvas, x, y, colour, Math.min(1, inside) * opacity);
    }
  }
}
