/** What prompts and their answers look like. All coordinates are pixels of the original image, x right, y down. */
import type { Mask } from '../mask/mask.js';

/**
 * A peer whose choices are reproduced exactly, bugs included: `ultralytics` is release 8.4.190 of the pip package, `casia`
 * the FastSAM authors' repository as of June 2024.
 */
export type Compat = 'ultralytics' | 'casia';

/**
 * Which of the masks at a point are taken. `all`: every mask that holds a foreground point and no background point (the
 * peers' choice and the default). `smallest`: for each foreground point the smallest of those; usually what a person
 * means. `best`: for each the one with the highest score. `merge`: one mask made of them, see `contributionOf`.
 */
export type Pick = 'all' | 'smallest' | 'best' | 'merge';

/** Why a box, a point or a text chose nothing. */
export type NoMatch =
  /** The box overlaps no mask, or with `boxRule: 'box'` no mask's box. */
  | 'no overlap'
  /** No mask holds the point. */
  | 'no mask at the point'
  /** Every mask that holds the point holds a background point too. */
  | 'ruled out by background points'
  /** Every mask is too small or lies outside `within`. */
  | 'no mask to look at'
  /** No object's probability reaches `threshold`. */
  | 'below the threshold';

/** A question about an image. Boxes and points together: objects that answer either. */
export interface Prompt {
  /** One box [x1, y1, x2, y2] or a list of them: for each the object that fits it best. */
  readonly boxes?: readonly number[] | readonly (readonly number[])[];
  /** One point [x, y] or a list of them; a point lies in the pixel (floor x, floor y). */
  readonly points?: readonly number[] | readonly (readonly number[])[];
  /** For each point 1 (foreground, the default) or 0 (background); one number serves one point. */
  readonly labels?: number | readonly number[];
  readonly pick?: Pick;
  /** Whether a box is compared with the pixels of masks (`mask`, both peers' code) or with their boxes (the paper). */
  readonly boxRule?: 'mask' | 'box';
}

/** What prompts choose from: the objects of one image, best first. */
export interface PromptTarget {
  /** Size of the image. */
  readonly width: number;
  readonly height: number;
  /** `n * 4` xyxy. */
  readonly boxes: Float32Array;
  /** `n`, 0 … 1. */
  readonly scores: Float32Array;
  /** On the image's grid (see `unletterboxMask`); only `casia` also takes masks on the network input's grid. */
  readonly masks: readonly Mask[];
}

/** How well a text fits an object. */
export interface TextScore {
  /** The object's id. */
  readonly id: number;
  /** Cosine of the text's and the crop's features, -1 … 1; NaN for an object that was not looked at. */
  readonly cosine: number;
  /**
   * 0 … 1, from a softmax of cosines times CLIP's logit scale: the object's share of the text among all objects looked at,
   * or, with `negatives`, the text's share of the object among text and negatives. 0 for an object not looked at.
   */
  readonly probability: number;
}

/** What one box, point or text found. */
export interface Match {
  readonly kind: 'box' | 'point' | 'text';
  /** Its place among the boxes, points or texts asked for. */
  readonly index: number;
  /** Places of the chosen objects, ascending, a text's best first; empty: no match. */
  readonly objects: readonly number[];
  /** How well a text fits each object that was asked, in their order, chosen or not. */
  readonly scores?: readonly TextScore[];
  /** IoU of a box with the chosen object, float32 under `compat`. */
  readonly iou?: number;
  /** Why `objects` is empty; absent under `compat`, where the peers say nothing. */
  readonly reason?: NoMatch;
}

/** The answer to a prompt. */
export interface Selection {
  /**
   * Places of the chosen objects, ascending (best first); boxes under `casia`: in the order of a Python set. If `merged`
   * is there: what was merged.
   */
  readonly indices: readonly number[];
  /** With `pick: 'merge'`: the one mask; it may be empty. */
  readonly merged?: Mask;
  /** One entry for each box and for each foreground point; under `compat` for each box and for every point. */
  readonly matches: readonly Match[];
}
