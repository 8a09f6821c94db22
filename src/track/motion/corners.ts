/**
 * Points worth following: J. Shi and C. Tomasi, "Good Features to Track", CVPR 1994. A point can be followed in both
 * directions where the smaller eigenvalue of the gradients' second-moment matrix around it is large.
 */
import type { GreyPlane } from './greyPlane.js';
import { scalarStrength } from './scalarStrength.js';
import { simdStrength } from './simdStrength.js';

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
  const strength = simdStrength(plane) ?? scalarStrength(plane);
  let strongest = 0;
  for (let i = 0; i < strength.length; i++) if (strength[i] > strongest) strongest = strength[i];
  const places = strongestOf(localMaxima(strength, plane, quality * strongest), strength, maxCorners);
  // Of equally strong corners the later one goes first, as in OpenCV.
  places.sort((a, b) => strength[b] - strength[a] || b - a);
  const corners = new Float32Array(2 * Math.min(maxCorners, places.length));
  for (let i = 0; 2 * i < corners.length; i++) {
    corners[2 * i] = places[i] % width;
    corners[2 * i + 1] = Math.floor(places[i] / width);
  }
  return corners;
}

/** The strongest `count` places and those as strong as the last of them, without sorting the others. */
function strongestOf(places: number[], strength: Float32Array, count: number): number[] {
  if (places.length <= count) return places;
  const ascending = Float32Array.from(places, (place) => strength[place]).sort();
  const weakest = ascending[ascending.length - count];
  return places.filter((place) => strength[place] >= weakest);
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
