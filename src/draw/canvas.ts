/** The image that is drawn on, and the few shapes that everything else is made of. */
import type { Rect } from '../geometry/rect.js';
import { requireNumber, requireNumbers, requireObject } from '../options/requireKind.js';
import { requireRgbImage, type RgbImage } from '../image/rgbImage.js';
import type { Rgb } from './palette.js';

/** An image that may be written to: RGB bytes, row by row. */
export interface Canvas {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A canvas with a copy of the image. */
export function canvasOf(image: RgbImage): Canvas {
  return { data: new Uint8Array(image.data), width: image.width, height: image.height };
}

/** Line width in pixels that reads alike in images of every size: 0.3 % of the mean side, at least 1. */
export function lineWidth(width: number, height: number): number {
  return Math.max(Math.round(((width + height) / 2) * 0.003), 1);
}

/**
 * Lays a colour over one pixel, a whole column x and row y; nothing happens outside the canvas. Opacity 0 … 1.
 * @throws FastSAMError `INVALID_ARGUMENT` for arguments of other kinds.
 */
export function blendPixel(canvas: Canvas, x: number, y: number, colour: Rgb, opacity: number): void {
  requireRgbImage('canvas', canvas);
  requirePaint(colour, opacity);
  requireNumber('x', x);
  requireNumber('y', y);
  blend(canvas, Math.floor(x), Math.floor(y), colour, opacity);
}

/** As `blendPixel`, for loops over pixels: nothing is checked. */
export function blend(canvas: Canvas, x: number, y: number, colour: Rgb, opacity: number): void {
  if (x < 0 || y < 0 || x >= canvas.width || y >= canvas.height || opacity <= 0) return;
  const k = Math.min(opacity, 1);
  const p = (y * canvas.width + x) * 3;
  const { data } = canvas;
  data[p] = Math.round(data[p] + (colour[0] - data[p]) * k);
  data[p + 1] = Math.round(data[p + 1] + (colour[1] - data[p + 1]) * k);
  data[p + 2] = Math.round(data[p + 2] + (colour[2] - data[p + 2]) * k);
}

function requirePaint(colour: unknown, opacity: unknown): void {
  requireNumbers('colour', colour, 3);
  requireNumber('opacity', opacity);
}

/** @throws FastSAMError `INVALID_ARGUMENT` for what is no rectangle */
export function requireRect(value: unknown): asserts value is Rect {
  requireObject('rect', value);
  for (const name of ['x', 'y', 'width', 'height']) requireNumber(`rect ${name}`, value[name]);
}

/**
 * Lays a colour over a rectangle; parts outside the canvas are left out.
 * @throws FastSAMError `INVALID_ARGUMENT` for arguments of other kinds.
 */
export function fillRect(canvas: Canvas, rect: Rect, colour: Rgb, opacity = 1): void {
  requireRgbImage('canvas', canvas);
  requireRect(rect);
  requirePaint(colour, opacity);
  const right = Math.min(rect.x + rect.width, canvas.width);
  const bottom = Math.min(rect.y + rect.height, canvas.height);
  for (let y = Math.max(rect.y, 0); y < bottom; y++) {
    for (let x = Math.max(rect.x, 0); x < right; x++) blend(canvas, x, y, colour, opacity);
  }
}

/**
 * Lays a colour over a disc with a smooth rim. Centre in pixel coordinates (the first pixel's centre is 0.5, 0.5).
 * @throws FastSAMError `INVALID_ARGUMENT` for arguments of other kinds.
 */
export function fillCircle(canvas: Canvas, cx: number, cy: number, radius: number, colour: Rgb, opacity = 1): void {
  requireRgbImage('canvas', canvas);
  requirePaint(colour, opacity);
  for (const [name, value] of [
    ['cx', cx],
    ['cy', cy],
    ['radius', radius],
  ] as const)
    requireNumber(name, value);
  const [right, bottom] = [Math.min(cx + radius + 1, canvas.width), Math.min(cy + radius + 1, canvas.height)];
  for (let y = Math.max(0, Math.floor(cy - radius - 1)); y <= bottom; y++) {
    for (let x = Math.max(0, Math.floor(cx - radius - 1)); x <= right; x++) {
      const inside = radius + 0.5 - Math.hypot(x + 0.5 - cx, y + 0.5 - cy);
      blend(canvas, x, y, colour, Math.min(inside, 1) * opacity);
    }
  }
}

/**
 * Draws the outline of a rectangle, `thickness` pixels wide, inside the rectangle.
 * @throws FastSAMError `INVALID_ARGUMENT` for arguments of other kinds.
 */
export function strokeRect(canvas: Canvas, rect: Rect, thickness: number, colour: Rgb, opacity = 1): void {
  requireRgbImage('canvas', canvas);
  requireRect(rect);
  requireNumber('thickness', thickness);
  requirePaint(colour, opacity);
  const t = Math.min(thickness, Math.ceil(rect.width / 2), Math.ceil(rect.height / 2));
  if (t <= 0) return;
  const inner = Math.max(rect.height - 2 * t, 0);
  fillRect(canvas, { ...rect, height: t }, colour, opacity);
  fillRect(
    canvas,
    { ...rect, y: rect.y + Math.max(rect.height - t, t), height: Math.min(t, rect.height - t) },
    colour,
    opacity,
  );
  fillRect(canvas, { x: rect.x, y: rect.y + t, width: t, height: inner }, colour, opacity);
  fillRect(
    canvas,
    { x: rect.x + Math.max(rect.width - t, t), y: rect.y + t, width: Math.min(t, rect.width - t), height: inner },
    colour,
    opacity,
  );
}

/** The whole pixels that an xyxy box covers, at least one. */
export function pixelRect([x1, y1, x2, y2]: readonly number[]): Rect {
  const x = Math.round(x1);
  const y = Math.round(y1);
  return { x, y, width: Math.max(Math.round(x2) - x, 1), height: Math.max(Math.round(y2) - y, 1) };
}
