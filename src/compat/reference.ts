/** What reference implementations differ in; `docs/user/compat.md` has a row for each of it. */
import type { Letterbox } from '../image/letterbox.js';
import type { RasterRule } from '../mask/rasterGeometry.js';
import type { PromptRules } from '../prompt/select.js';
import type { TextRules } from '../prompt/textRules.js';

/**
 * A peer whose choices are reproduced exactly, bugs included: `ultralytics` is release 8.4.190 of the pip package, `casia`
 * the FastSAM authors' repository as of June 2024.
 */
export type Compat = 'ultralytics' | 'casia';

/** How boxes come from the network's input to the image. */
export interface ScaleOptions {
  /** Whether boxes that nearly fill the image become the whole image. */
  readonly snap: boolean;
  /** Whether this is the first image of the call. */
  readonly first: boolean;
}

/** Boxes on both grids, float32 `n * 4` xyxy each. */
export interface ScaledBoxes {
  /** What the caller gets: pixels of the image, clipped to it. */
  readonly boxes: Float32Array;
  /** What crops masks on the image's grid. */
  readonly imageCrop: Float32Array;
  /** What crops masks on the network input's grid. */
  readonly netCrop: Float32Array;
  /** True where the reference fails on its first image and finds nothing in the whole call. */
  readonly endsCall: boolean;
}

/** One implementation's choices, from letterbox to prompts. */
export interface Reference {
  /** Each image of a list has its own smallest rectangle; false: one square for images that are not all of one size. */
  readonly letterboxesEach: boolean;
  /**
   * Brings boxes into the image, and decides about those that nearly fill it.
   * @param netBoxes float32 `n * 4` xyxy, pixels of the network's input, not clipped; stays as it is.
   */
  scaleBoxes(netBoxes: Float32Array, letterbox: Letterbox, options: ScaleOptions): ScaledBoxes;
  readonly masks: {
    /** How logits become masks. */
    readonly raster: RasterRule;
    /** Masks with `retinaMasks: false` stay on the network's grid, letterbox included. */
    readonly keepsLetterbox: boolean;
    /** Objects without a pixel stay. */
    readonly keepsEmpty: boolean;
  };
  /** How boxes and points choose. */
  readonly prompts: PromptRules;
  /** How texts choose. */
  readonly texts: TextRules;
}
