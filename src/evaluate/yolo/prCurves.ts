/** Precision-recall curves as an image. */
import { fillCircle, fillRect, type Canvas } from '../../draw/canvas.js';
import { colourOf, type Rgb } from '../../draw/palette.js';
import { drawText, textSize } from '../../draw/text.js';
import type { RgbImage } from '../../image/rgbImage.js';

/** One curve: precision at evenly spaced recalls 0 … 1. */
export interface PrCurve {
  readonly label: string;
  readonly precision: readonly number[];
}

const WIDTH = 800;
const HEIGHT = 640;
const MARGIN = { left: 72, right: 24, top: 40, bottom: 60 };
const INK: Rgb = [40, 40, 40];
const GRID: Rgb = [225, 225, 225];
const SCALE = 2;
const THICKNESS = 1.5;

/** Draws curves over one another, with axes, a grid of tenths and a legend. 800 x 640 pixels. */
export function plotPrCurves(title: string, curves: readonly PrCurve[]): RgbImage {
  const canvas: Canvas = { data: new Uint8Array(WIDTH * HEIGHT * 3).fill(255), width: WIDTH, height: HEIGHT };
  const plotWidth = WIDTH - MARGIN.left - MARGIN.right;
  const plotHeight = HEIGHT - MARGIN.top - MARGIN.bottom;
  const x = (recall: number) => MARGIN.left + recall * plotWidth;
  const y = (precision: number) => HEIGHT - MARGIN.bottom - precision * plotHeight;
  for (let i = 0; i <= 10; i++) {
    const colour = i === 0 ? INK : GRID;
    fillRect(canvas, { x: Math.round(x(i / 10)), y: MARGIN.top, width: 1, height: plotHeight }, colour);
    fillRect(canvas, { x: MARGIN.left, y: Math.round(y(i / 10)), width: plotWidth, height: 1 }, colour);
    if (i % 2 === 1) continue;
    const text = (i / 10).toFixed(1);
    const size = textSize(text, SCALE);
    drawText(canvas, text, Math.round(x(i / 10) - size.width / 2), HEIGHT - MARGIN.bottom + 8, SCALE, INK);
    drawText(canvas, text, MARGIN.left - size.width - 8, Math.round(y(i / 10) - size.height / 2), SCALE, INK);
  }
  drawText(canvas, title, MARGIN.left, 12, SCALE, INK);
  drawText(canvas, 'precision (up) over recall (right)', MARGIN.left, HEIGHT - 24, SCALE, INK);
  curves.forEach(({ label, precision }, i) => {
    const colour = colourOf(i);
    precision.forEach((value, n) => {
      const at = (k: number) => x(k / (precision.length - 1));
      const before = precision[Math.max(0, n - 1)];
      drawSegment(canvas, at(Math.max(0, n - 1)), y(before), at(n), y(value), colour);
    });
    const size = textSize(label, SCALE);
    const row = MARGIN.top + 10 + i * (size.height + 8);
    const left = WIDTH - MARGIN.right - size.width - 8;
    fillRect(canvas, { x: left - 28, y: row + (size.height >> 1) - 1, width: 20, height: 3 }, colour);
    drawText(canvas, label, left, row, SCALE, INK);
  });
  return canvas;
}

/** A straight line with round ends. */
function drawSegment(canvas: Canvas, x0: number, y0: number, x1: number, y1: number, colour: Rgb): void {
  const steps = Math.max(1, Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0))));
  for (let i = 0; i <= steps; i++) {
    const x = x0 + ((x1 - x0) * i) / steps;
    const y = y0 + ((y1 - y0) * i) / steps;
    fillCircle(canvas, x, y, THICKNESS / 2, colour);
  }
}
