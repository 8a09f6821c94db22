/** Captions: lines of text on a filled plate. */
import type { Rect } from '../geometry/rect.js';
import { blend, fillRect, type Canvas } from './canvas.js';
import { GLYPH_ROWS, glyphOf, type Glyph } from './font.js';
import { inkOn, type Rgb } from './palette.js';

const GAP = 1;
/** How far between two dots the ink reaches; below one half, so that dots that touch only at corners still join. */
const INK_LEVEL = 0.4;

/** Whole-number magnification of the font for an image: 1 (8 pixels high) for thumbnails, 4 at 4K. */
export function textScale(width: number, height: number): number {
  return Math.max(1, Math.round((width + height) / 2 / 640));
}

/** Pixels that a line of text covers at a magnification. */
export function textSize(text: string, scale: number): { width: number; height: number } {
  let columns = 0;
  for (const character of text) columns += glyphOf(character).width + GAP;
  return { width: Math.max(columns - GAP, 0) * scale, height: GLYPH_ROWS * scale };
}

/** Writes a line of text with its top left corner at (x, y); parts outside the canvas are left out. */
export function drawText(canvas: Canvas, text: string, x: number, y: number, scale: number, colour: Rgb): void {
  let left = x;
  for (const character of text) {
    const glyph = glyphOf(character);
    drawGlyph(canvas, glyph, left, y, scale, colour);
    left += (glyph.width + GAP) * scale;
  }
}

/** Pixels that a plate with this text covers, its margins included. */
export function plateSize(text: string, scale: number): { width: number; height: number } {
  const size = textSize(text, scale);
  return { width: size.width + 4 * scale, height: size.height + 2 * scale };
}

/** Writes a line of text on a plate of a colour, in black or white ink, whichever reads better on it. */
export function drawPlate(canvas: Canvas, text: string, rect: Rect, scale: number, colour: Rgb): void {
  fillRect(canvas, rect, colour);
  drawText(canvas, text, rect.x + 2 * scale, rect.y + Math.ceil(1.5 * scale), scale, inkOn(colour));
}

/** Dots interpolated and cut at a level: sharp at magnification 1, rounded instead of blocky above. */
function drawGlyph(canvas: Canvas, glyph: Glyph, left: number, top: number, scale: number, colour: Rgb): void {
  const margin = scale > 1 ? 1 : 0;
  for (let y = -margin; y < GLYPH_ROWS * scale + margin; y++) {
    for (let x = -margin; x < glyph.width * scale + margin; x++) {
      const ink = inkAt(glyph, (x + 0.5) / scale - 0.5, (y + 0.5) / scale - 0.5);
      blend(canvas, left + x, top + y, colour, (ink - INK_LEVEL) * scale + 0.5);
    }
  }
}

/** Bilinear interpolation of the dots; column and row 0 are the centre of the first dot. */
function inkAt(glyph: Glyph, column: number, row: number): number {
  const c = Math.floor(column);
  const r = Math.floor(row);
  const fc = column - c;
  const fr = row - r;
  const upper = dot(glyph, c, r) * (1 - fc) + dot(glyph, c + 1, r) * fc;
  const lower = dot(glyph, c, r + 1) * (1 - fc) + dot(glyph, c + 1, r + 1) * fc;
  return upper * (1 - fr) + lower * fr;
}

function dot(glyph: Glyph, column: number, row: number): number {
  if (column < 0 || column >= glyph.width || row < 0 || row >= GLYPH_ROWS) return 0;
  return (glyph.rows[row] >> (glyph.width - 1 - column)) & 1;
}
