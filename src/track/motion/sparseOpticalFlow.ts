/**
 * The camera's motion from the images: corners of the last frame are found in this one, and a transform is fitted to
 * them.
 */
import { requireRgbImage, type RgbImage } from '../../image/rgbImage.js';
import { integer, number } from '../../options/kinds.js';
import { COUNT } from '../../options/limits.js';
import { resolve } from '../../options/resolve.js';
import type { RowsOf } from '../../options/row.js';
import type { Affine, CameraMotion } from '../types.js';
import { findCorners } from './corners.js';
import { type GreyPlane, greyPlane } from './greyPlane.js';
import { opticalFlow } from './lucasKanade.js';
import { buildPyramid, type Pyramid } from './pyramid.js';
import { fitSimilarity } from './similarity.js';

const IDENTITY: Affine = [1, 0, 0, 0, 1, 0];
/** The full size and three halvings. */
const PYRAMID_LEVELS = 4;
/** Fewer matches than this are not trusted. */
const MIN_MATCHES = 5;

/** Settings of `SparseOpticalFlow`; the defaults are those of Ultralytics 8.4. */
export interface SparseOpticalFlowOptions {
  /** Frames are measured at 1 / downscale of their size; a whole number from 1. Default 2. */
  readonly downscale?: number;
  /** Corners followed from frame to frame, the strongest ones; a whole number from 1. Default 400. */
  readonly maxCorners?: number;
  /** Corners weaker than this share of the strongest one are left out; 0 … 1. Default 0.01. */
  readonly quality?: number;
}

/** Every setting of `SparseOpticalFlow`. */
export const SPARSE_OPTICAL_FLOW_OPTIONS = {
  downscale: integer(1, COUNT.high, { text: 'frames are measured at 1 / downscale of their size', default: 2 }),
  maxCorners: integer(1, COUNT.high, { text: 'corners that are followed from frame to frame', default: 400 }),
  quality: number(0, 1, { text: 'corners weaker than this share of the strongest one are left out', default: 0.01 }),
} satisfies RowsOf<SparseOpticalFlowOptions>;

/** What is kept of the last frame. */
interface Seen {
  readonly pyramid: Pyramid;
  readonly corners: Float32Array;
}

/**
 * Measures rotation, zoom and shift between consecutive frames, with the settings of BoT-SORT's global motion
 * compensation (Aharon et al. 2022): Shi–Tomasi corners, pyramidal Lucas–Kanade flow, RANSAC. It is deterministic. A
 * frame of another size than the last one starts a new sequence.
 */
export class SparseOpticalFlow implements CameraMotion {
  readonly #downscale: number;
  readonly #corners: { readonly maxCorners: number; readonly quality: number };
  #last: Seen | undefined;

  /** @throws FastSAMError `INVALID_ARGUMENT` for settings that make no sense. */
  constructor(options: SparseOpticalFlowOptions = {}) {
    const { downscale, maxCorners, quality } = resolve(SPARSE_OPTICAL_FLOW_OPTIONS, options);
    this.#downscale = downscale;
    this.#corners = { maxCorners, quality };
  }

  /** @throws FastSAMError `INVALID_ARGUMENT` for what is no image. */
  estimate(frame: RgbImage): Affine {
    requireRgbImage('frame', frame);
    const last = this.#last;
    const plane = greyPlane(frame, this.#downscale);
    this.#last = plane && this.#see(plane);
    if (!last || !this.#last || !sameSize(last.pyramid, this.#last.pyramid)) return IDENTITY;
    const { from, to } = matches(last, this.#last.pyramid);
    if (from.length < 2 * MIN_MATCHES) return IDENTITY;
    const motion = fitSimilarity(from, to);
    if (!motion) return IDENTITY;
    const [a, b, tx, c, d, ty] = motion;
    return [a, b, tx * this.#downscale, c, d, ty * this.#downscale];
  }

  /** Forgets the last frame: the next one begins a clip. */
  reset(): void {
    this.#last = undefined;
  }

  #see(plane: GreyPlane): Seen {
    return { pyramid: buildPyramid(plane, PYRAMID_LEVELS), corners: findCorners(plane, this.#corners) };
  }
}

const sameSize = ([a]: Pyramid, [b]: Pyramid) => a.width === b.width && a.height === b.height;

/** The last frame's corners that were found again, there and here. */
function matches(last: Seen, pyramid: Pyramid): { from: Float32Array; to: Float32Array } {
  const { points, found } = opticalFlow(last.pyramid, pyramid, last.corners);
  const keep = (_: number, i: number) => found[i >> 1] === 1;
  return { from: last.corners.filter(keep), to: points.filter(keep) };
}
