/** What prompts choose from and what they answer. All coordinates are pixels of the image, x right, y down. */
import type { RgbImage } from '../image/rgbImage.js';
import type { Mask } from '../mask/mask.js';

/** xyxy. */
export type Box = readonly [number, number, number, number];

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

/** The objects of one image, best first, as prompts see them. */
export interface PromptTarget {
  readonly image: RgbImage;
  /** float32 `n * 4` xyxy. */
  readonly boxes: Float32Array;
  /** float32 `n`, 0 … 1. */
  readonly scores: Float32Array;
  /** On the image's grid (see `unletterboxMask`); under `casia` also on the network input's. */
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

/** What one box, point, text or entry of another kind of prompt found. */
export interface Match {
  /** `box`, `point`, `text`, or the name of a kind of one's own. */
  readonly kind: string;
  /** Its index among the entries of its kind in the prompt. */
  readonly index: number;
  /** Indices of the chosen objects, ascending, a text's best first; empty: no match. */
  readonly objects: readonly number[];
  /** How well a text fits each object that was looked at or could have been, in their order, chosen or not. */
  readonly scores?: readonly TextScore[];
  /** IoU of a box with the chosen object, float32 under `compat`. */
  readonly iou?: number;
  /** Why `objects` is empty: a `NoMatch`, or other words of a kind of one's own; absent under `compat`. */
  readonly reason?: NoMatch | (string & Record<never, never>);
}

/** The answer to a prompt. */
export interface Selection {
  /**
   * Indices of the chosen objects, ascending (best first); boxes under `casia`: in the order of a Python set. If `merged`
   * is there: what was merged.
   */
  readonly indices: readonly number[];
  /** One mask made of the objects, as with `pick: 'merge'`; it may be empty. The answer is then one object. */
  readonly merged?: Mask;
  /** One entry for each box and for each foreground point; under `compat` for each box and for every point. */
  readonly matches: readonly Match[];
}
