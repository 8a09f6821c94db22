/** What a prompt is made of, and what it answers. Plain data; coordinates are pixels of the original picture. */
import type { Mask } from '../mask/mask.js';

/**
 * A peer whose choices are to be reproduced exactly, bugs included: `ultralytics` is release 8.4.190 of the pip package,
 * `casia` the original FastSAM repository as of June 2024.
 */
export type Compat = 'ultralytics' | 'casia';

/** What prompts choose among: the objects of one picture by descending score. */
export interface PromptTarget {
  /** Size of the original picture in pixels. */
  readonly width: number;
  readonly height: number;
  /** float32 `n * 4`, xyxy pixels of the picture. */
  readonly boxes: Float32Array;
  /** float32 `n`, 0 … 1. */
  readonly scores: Float32Array;
  /**
   * One mask for each object on the picture's grid. Only `compat: 'casia'` takes masks on another grid (the network
   * input's); for everything else bring them to the picture's first (`unletterboxMask`).
   */
  readonly masks: readonly Mask[];
}

/**
 * How the objects at the points are chosen.
 * - `all`: every mask that holds a foreground point (both peers' starting point).
 * - `smallest`: for every foreground point, the smallest of these masks.
 * - `best`: for every foreground point, the one with the highest score.
 * - `merge`: one mask, put together from them; see `mergeAtPoints`.
 *
 * In every case masks that hold a background point are out, or in `merge` lose the part that the point lies on.
 */
export type Pick = 'all' | 'smallest' | 'best' | 'merge';

/**
 * What a prompt box is compared with: `mask` by the overlap of its pixels with the mask's pixels (the code of both
 * peers), `box` with the detection's box (the words of the FastSAM paper, section 3.3).
 */
export type BoxRule = 'mask' | 'box';

/** What is asked. Boxes and points together: objects that either chooses. Neither: everything. */
export interface Prompt {
  /** xyxy, one `[x1, y1, x2, y2]` or a list of them. */
  readonly boxes?: readonly number[] | readonly (readonly number[])[];
  /** `[x, y]` or a list of them; the point lies in the pixel `(floor x, floor y)`. */
  readonly points?: readonly number[] | readonly (readonly number[])[];
  /** 1 foreground, 0 background; one number for all points, or one for each. Default: all foreground. */
  readonly labels?: number | readonly number[];
  /** Default `all`. Boxes always choose the best object each. */
  readonly pick?: Pick;
  /** Default `mask`. */
  readonly boxRule?: BoxRule;
  /** Reproduce a peer; `pick` and `boxRule` then do not apply. Default: neither. */
  readonly compat?: Compat;
}

/** Why an entry of a prompt chose nothing. */
export type NoMatch =
  /** The box overlaps no mask (or no detection's box). */
  | 'no overlap'
  /** No mask holds the point. */
  | 'no mask at the point'
  /** Every mask that holds the point holds a background point too. */
  | 'ruled out by background points';

/** What one entry of a prompt led to. */
export interface Match {
  readonly kind: 'box' | 'point';
  /** Place of the entry in the prompt's list. */
  readonly entry: number;
  /** 1 foreground, 0 background; boxes 1. As given under `compat`. */
  readonly label: number;
  /**
   * The objects that this entry chose, or for a background point those that it ruled out, ascending, with `value`: for
   * a box the IoU, for a point the object's score.
   */
  readonly found: readonly { readonly index: number; readonly value: number }[];
  /** Set where a box or a foreground point chose nothing. */
  readonly reason?: NoMatch;
}

/** The answer to a prompt. */
export interface Selection {
  /**
   * Places of the chosen objects in the target, ascending, that is by descending score (`compat: 'casia'` with boxes:
   * in the order of a Python set). With `merged`: the objects that it is made of.
   */
  readonly indices: readonly number[];
  /** The one mask of `pick: 'merge'` and of points under `compat: 'casia'`; absent where nothing was there to merge. */
  readonly merged?: Mask;
  /** One entry for every box, then one for every point. Empty for everything. */
  readonly matches: readonly Match[];
}
