/** The calibration of several scores as a small image. */
import { blend, fillRect, strokeRect, type Canvas } from '../../draw/canvas.js';
import type { Rgb } from '../../draw/palette.js';
import { drawText, textSize } from '../../draw/text.js';
import type { RgbImage } from '../../image/rgbImage.js';
import type { CalibrationBin } from '../../evaluate/statistics/calibration.js';

/** One panel. */
export interface CalibrationPanel {
  readonly title: string;
  readonly bins: readonly CalibrationBin[];
}

const SIDE = 200;
const LEFT = 30;
const TOP = 22;
const BELOW = 34;
const RIGHT = 14;
const INK: Rgb = [40, 40, 40];
const BAR: Rgb = [70, 120, 200];
const COUNT: Rgb = [200, 200, 200];
const IDEAL: Rgb = [200, 60, 40];

/**
 * A panel for each score. Bars show the mean IoU by score; a calibrated score lies on the diagonal. The share of masks
 * in each bin is grey below the bars (the tallest takes a quarter of the panel).
 */
export function calibrationPlot(panels: readonly CalibrationPanel[]): RgbImage {
  const width = panels.length * (LEFT + SIDE + RIGHT);
  const height = TOP + SIDE + BELOW;
  const canvas: Canvas = { data: new Uint8Array(width * height * 3).fill(255), width, height };
  panels.forEach((panel, i) => {
    drawPanel(canvas, panel, i * (LEFT + SIDE + RIGHT) + LEFT);
  });
  return canvas;
}

function drawPanel(canvas: Canvas, { title, bins }: CalibrationPanel, left: number): void {
  const bottom = TOP + SIDE;
  const most = Math.max(1, ...bins.map(({ count }) => count));
  for (const { low, high, count, iou } of bins) {
    const x = left + Math.round(low * SIDE);
    const width = Math.round(high * SIDE) - Math.round(low * SIDE);
    const bar = Math.round((iou ?? 0) * SIDE);
    fillRect(canvas, { x: x + 1, y: bottom - bar, width: width - 2, height: bar }, BAR);
    const share = Math.round(((count / most) * SIDE) / 4);
    fillRect(canvas, { x: x + 4, y: bottom - share, width: width - 8, height: share }, COUNT, 0.8);
  }
  for (let i = 0; i < SIDE; i++) blend(canvas, left + i, bottom - 1 - i, IDEAL, 1);
  strokeRect(canvas, { x: left, y: TOP, width: SIDE, height: SIDE }, 1, INK);
  drawText(canvas, title, left, 7, 1, INK);
  for (const value of [0, 0.5, 1]) {
    const label = value.toFixed(1);
    const { width } = textSize(label, 1);
    drawText(canvas, label, left + value * SIDE - width / 2, bottom + 6, 1, INK);
    drawText(canvas, label, left - width - 5, bottom - value * SIDE - 4, 1, INK);
  }
  drawText(canvas, 'score', left + SIDE / 2 - textSize('score', 1).width / 2, bottom + 20, 1, INK);
  drawText(canvas, 'mean IoU', left + 4, TOP + 4, 1, INK);
}
