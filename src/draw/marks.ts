/** Marks of a prompt: points, boxes and a caption. */
import type { Rect } from '../geometry/rect.js';
import { requireRgbImage } from '../image/rgbImage.js';
import { requireFlag, requireNumber, requireText } from '../options/requireKind.js';
import { blend, fillCircle, fillRect, lineWidth, requireRect, type Canvas } from './canvas.js';
import type { Rgb } from './palette.js';
import { drawPlate, plateSize, textScale } from './text.js';

const FOREGROUND: Rgb = [22, 163, 74];
const BACKGROUND: Rgb = [220, 38, 38];
const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
const PLATE: Rgb = [20, 20, 20];

/**
 * Draws a point of a prompt: a disc in a white ring, green with a plus for the foreground, red with a minus for the
 * background, so that the two differ without colour too.
 * @param x column in pixels of the canvas.
 * @param y row in pixels of the canvas.
 * @throws FastSAMError `INVALID_ARGUMENT` for arguments of other kinds.
 */
export function drawPoint(canvas: Canvas, x: number, y: number, foreground: boolean): void {
  requireRgbImage('canvas', canvas);
  requireNumber('x', x);
  requireNumber('y', y);
  requireFlag('foreground', foreground);
  const unit = lineWidth(canvas.width, canvas.height);
  const radius = 2.5 + 1.8 * unit;
  const ring = 1 + 0.4 * unit;
  // Centred on a pixel's centre: the bars of the sign are an odd number of pixels wide.
  const cx = Math.floor(x) + 0.5;
  const cy = Math.floor(y) + 0.5;
  fillCircle(canvas, cx, cy, radius + ring + Math.max(1, 0.3 * unit), BLACK, 0.55);
  fillCircle(canvas, cx, cy, radius + ring, WHITE);
  fillCircle(canvas, cx, cy, radius, foreground ? FOREGROUND : BACKGROUND);
  const arm = Math.max(2, Math.round(radius * 0.55));
  const half = Math.floor(radius * 0.14);
  const bar: Rect = { x: Math.floor(x) - arm, y: Math.floor(y) - half, width: 2 * arm + 1, height: 2 * half + 1 };
  fillRect(canvas, bar, WHITE);
  if (!foreground) return;
  fillRect(canvas, { x: Math.floor(x) - half, y: Math.floor(y) - arm, width: bar.height, height: bar.width }, WHITE);
}

/**
 * Draws a box of a prompt as a line of white and black dashes, visible on any image, inside the rectangle.
 * @throws FastSAMError `INVALID_ARGUMENT` for arguments of other kinds.
 */
export function drawDashedRect(canvas: Canvas, rect: Rect): void {
  requireRgbImage('canvas', canvas);
  requireRect(rect);
  const thickness = lineWidth(canvas.width, canvas.height);
  const dash = 4 * thickness + 2;
  const perimeter = 2 * (rect.width + rect.height);
  let along = 0;
  const side = (length: number, dx: number, dy: number, x0: number, y0: number, nx: number, ny: number): void => {
    // Only the part beside the canvas: from where the side enters it to where it leaves.
    const [start, step, size] = dx === 0 ? [y0, dy, canvas.height] : [x0, dx, canvas.width];
    const [enters, leaves] = step > 0 ? [-start, size - start] : [start - size, start + 1];
    const last = Math.min(length, Math.ceil(leaves));
    for (let i = Math.max(0, Math.floor(enters)); i < last; i++) {
      const colour = Math.floor((along + i) / dash) % 2 === 0 ? WHITE : BLACK;
      for (let t = 0; t < thickness; t++) {
        blend(canvas, x0 + dx * i + nx * t, y0 + dy * i + ny * t, colour, 0.95);
      }
    }
    along += Math.max(0, length);
  };
  if (perimeter === 0) return;
  const right = rect.x + rect.width - 1;
  const bottom = rect.y + rect.height - 1;
  side(rect.width, 1, 0, rect.x, rect.y, 0, 1);
  side(rect.height, 0, 1, right, rect.y, -1, 0);
  side(rect.width, -1, 0, right, bottom, 0, -1);
  side(rect.height, 0, -1, rect.x, bottom, 1, 0);
}

/**
 * Writes a line of text in the lower left corner, as the text of a prompt.
 * @throws FastSAMError `INVALID_ARGUMENT` for arguments of other kinds.
 */
export function drawCaption(canvas: Canvas, text: string): void {
  requireRgbImage('canvas', canvas);
  requireText('text', text);
  const scale = textScale(canvas.width, canvas.height);
  const size = plateSize(text, scale);
  const margin = 2 * scale;
  drawPlate(canvas, text, { x: margin, y: canvas.height - size.height - margin, ...size }, scale, PLATE);
}
