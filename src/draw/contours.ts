/** Outlines of objects, drawn along the inner side of each visible region. */
import type { Canvas } from './canvas.js';
import type { Rgb } from './palette.js';

// Chamfer distances (Borgefors 1986) in tenths of a pixel; the edge of a region runs between two pixels, half a step
// from each.
const STRAIGHT = 10;
const DIAGONAL = 14;
const STRAIGHT_EDGE = 5;
const DIAGONAL_EDGE = 7;
const FAR = 255;

/** Widest line that can be drawn, in pixels: distances are kept in bytes. */
export const WIDEST_CONTOUR = 20;

/**
 * Draws a line of `thickness` pixels with a smooth inner rim along the inside of each mask's visible edge, in the mask's
 * colour. The image's border is not an edge.
 * @param labels `height * width`, 0 or 1 + index into `colours`; greater labels lie on top (see `paintLabels`).
 */
export function drawContours(
  canvas: Canvas,
  labels: Uint16Array,
  colours: readonly Rgb[],
  thickness: number,
  opacity: number,
): void {
  const { data, width, height } = canvas;
  const distance = edgeDistance(labels, width, height);
  const strength = strengthTable(Math.min(thickness, WIDEST_CONTOUR), opacity);
  for (let i = 0, p = 0; i < labels.length; i++, p += 3) {
    const k = strength[distance[i]];
    const label = labels[i];
    if (k === 0 || label === 0) continue;
    const colour = colours[label - 1];
    data[p] += ((colour[0] - data[p]) * k + 128) >> 8;
    data[p + 1] += ((colour[1] - data[p + 1]) * k + 128) >> 8;
    data[p + 2] += ((colour[2] - data[p + 2]) * k + 128) >> 8;
  }
}

/** Opacity of the line (0 … 256) at each distance from the edge. */
function strengthTable(thickness: number, opacity: number): Int32Array {
  const table = new Int32Array(FAR + 1);
  for (let d = 0; d < FAR; d++) {
    const covered = Math.min(Math.max(thickness - d / STRAIGHT + 0.5, 0), 1);
    table[d] = Math.round(covered * opacity * 256);
  }
  return table;
}

/**
 * Distance from each pixel's centre to the nearest edge of its own mask, in tenths of a pixel, up to 255. Two passes over
 * the image, four neighbours each. An edge between two masks belongs to the one on top: the other one may well go on
 * below it.
 */
function edgeDistance(labels: Uint16Array, width: number, height: number): Uint8Array {
  const distance = new Uint8Array(width * height).fill(FAR);
  sweep(labels, distance, width, height, 1);
  sweep(labels, distance, width, height, -1);
  return distance;
}

/** One pass in reading order (direction 1) or against it (-1), looking at the four neighbours that came before. */
function sweep(labels: Uint16Array, distance: Uint8Array, width: number, height: number, direction: 1 | -1): void {
  const row = direction * width;
  for (let y = 0; y < height; y++) {
    let i = direction === 1 ? y * width : (height - y) * width - 1;
    for (let x = 0; x < width; x++, i += direction) {
      const label = labels[i];
      if (label === 0) continue;
      let d = distance[i];
      if (x > 0) d = nearer(d, i - direction, label, labels, distance, STRAIGHT, STRAIGHT_EDGE);
      if (y > 0) {
        d = nearer(d, i - row, label, labels, distance, STRAIGHT, STRAIGHT_EDGE);
        if (x > 0) d = nearer(d, i - row - direction, label, labels, distance, DIAGONAL, DIAGONAL_EDGE);
        if (x < width - 1) d = nearer(d, i - row + direction, label, labels, distance, DIAGONAL, DIAGONAL_EDGE);
      }
      distance[i] = d;
    }
  }
}

/** The smaller of `d` and the way over neighbour `j`. */
function nearer(
  d: number,
  j: number,
  label: number,
  labels: Uint16Array,
  distance: Uint8Array,
  step: number,
  edge: number,
): number {
  const other = labels[j];
  if (other === label) return Math.min(d, distance[j] + step);
  return other < label ? Math.min(d, edge) : d;
}
