/**
 * Points worth following: J. Shi and C. Tomasi, "Good Features to Track", CVPR 1994. A point can be followed in both
 * directions where the smaller eigenvalue of the gradients' second-moment matrix around it is large.
 */

import { type GreyPlane, mirrored } from './greyPlane.js';

/** What `findCorners` keeps. */
export interface CornerOptions {
  /** At most so many, the strongest. */
  readonly maxCorners: number;
  /** Corners weaker than this share of the strongest one are left out. */
  readonly quality: number;
}

/**
 * The strongest corners of a plane: local maxima (3 x 3) of the smaller eigenvalue, Sobel gradients summed over 3 x 3 pixels.
 * The outermost pixels are never corners. Same choice as OpenCV's `goodFeaturesToTrack` with `minDistance` up to 1.
 * @returns `x, y` pairs in pixels of the plane, strongest first.
 */
export function findCorners(plane: GreyPlane, { maxCorners, quality }: CornerOptions): Float32Array {
  const { width } = plane;
  const strength = cornerStrength(plane);
  let strongest = 0;
  for (const value of strength) if (value > strongest) strongest = value;
  const places = localMaxima(strength, plane, quality * strongest);
  // Of equally strong corners the later one goes first, as in OpenCV.
  places.sort((a, b) => strength[b] - strength[a] || b - a);
  const corners = new Float32Array(2 * Math.min(maxCorners, places.length));
  for (let i = 0; 2 * i < corners.length; i++) {
    corners[2 * i] = places[i] % width;
    corners[2 * i + 1] = Math.floor(places[i] / width);
  }
  return corners;
}

/** Places whose strength is above the threshold and not below that of any of their eight neighbours. */
function localMaxima(strength: Float32Array, { width, height }: GreyPlane, threshold: number): number[] {
  const places: number[] = [];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1, i = y * width + 1; x < width - 1; x++, i++) {
      const value = strength[i];
      if (value <= threshold || value < strength[i - 1] || value < strength[i + 1]) continue;
      const up = i - width;
      const down = i + width;
      if (value < strength[up - 1] || value < strength[up] || value < strength[up + 1]) continue;
      if (value < strength[down - 1] || value < strength[down] || value < strength[down + 1]) continue;
      places.push(i);
    }
  }
  return places;
}

/** The gradients' products of one row, each summed over three neighbours along the row. */
interface ProductRow {
  readonly xx: Int32Array;
  readonly xy: Int32Array;
  readonly yy: Int32Array;
}

/** The smaller eigenvalue of `[xx xy; xy yy]` at every pixel, up to a constant factor. */
function cornerStrength(plane: GreyPlane): Float32Array {
  const { width, height } = plane;
  const strength = new Float32Array(width * height);
  const gradients = { dx: new Int32Array(width), dy: new Int32Array(width) };
  const ring = Array.from({ length: Math.min(3, height) }, () => productRow(width));
  const rowOf = (y: number) => ring[y % ring.length];
  fillProducts(plane, 0, gradients, rowOf(0));
  for (let y = 0; y < height; y++) {
    if (y + 1 < height) fillProducts(plane, y + 1, gradients, rowOf(y + 1));
    const above = rowOf(mirrored(y - 1, height));
    const here = rowOf(y);
    const below = rowOf(mirrored(y + 1, height));
    for (let x = 0, i = y * width; x < width; x++, i++) {
      const xx = above.xx[x] + here.xx[x] + below.xx[x];
      const xy = above.xy[x] + here.xy[x] + below.xy[x];
      const yy = above.yy[x] + here.yy[x] + below.yy[x];
      strength[i] = (xx + yy) / 2 - Math.sqrt(((xx - yy) * (xx - yy)) / 4 + xy * xy);
    }
  }
  return strength;
}

function productRow(width: number): ProductRow {
  return { xx: new Int32Array(width), xy: new Int32Array(width), yy: new Int32Array(width) };
}

function fillProducts(plane: GreyPlane, y: number, gradients: Gradients, row: ProductRow): void {
  sobelRow(plane, y, gradients);
  const { dx, dy } = gradients;
  const { width } = plane;
  for (let x = 0; x < width; x++) {
    const left = x > 0 ? x - 1 : mirrored(-1, width);
    const right = x < width - 1 ? x + 1 : mirrored(width, width);
    row.xx[x] = dx[left] * dx[left] + dx[x] * dx[x] + dx[right] * dx[right];
    row.xy[x] = dx[left] * dy[left] + dx[x] * dy[x] + dx[right] * dy[right];
    row.yy[x] = dy[left] * dy[left] + dy[x] * dy[x] + dy[right] * dy[right];
  }
}

interface Gradients {
  readonly dx: Int32Array;
  readonly dy: Int32Array;
}

/** Sobel's gradients of one row; the picture goes on mirrored beyond its border. */
function sobelRow({ data, width, height }: GreyPlane, y: number, { dx, dy }: Gradients): void {
  const above = mirrored(y - 1, height) * width;
  const here = y * width;
  const below = mirrored(y + 1, height) * width;
  for (let x = 0; x < width; x++) {
    const left = x > 0 ? x - 1 : mirrored(-1, width);
    const right = x < width - 1 ? x + 1 : mirrored(width, width);
    const rising = data[above + right] - data[below + left];
    const falling = data[below + right] - data[above + left];
    dx[x] = rising + falling + 2 * (data[here + right] - data[here + left]);
    dy[x] = falling - rising + 2 * (data[below + x] - data[above + x]);
  }
}
