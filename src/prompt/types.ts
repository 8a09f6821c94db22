/** What prompts and their answers look like. All coordinates are pixels of the original picture, x right, y down. */
import type { Mask } from '../mask/mask.js';

/** A peer whose choices are reproduced exactly, bugs included. */
export type Compat = 'ultralytics' | 'casia';

/**
 * Which of the masks at a point are taken. `all`: every mask that holds a foreground point and no background point (the
 * peers' choice and the default). `smallest`: for each foreground point the smallest of those; usually what a person
 * means. `best`: for each the one with the highest score. `merge`: one mask made of them, see `selectPoints`.
 */
export type Pick = 'all' | 'smallest' | 'best' | 'merge';

/** A question about a picture. Boxes and points together: objects that answer either. */
export interface Prompt {
  /** One box [x1, y1, x2, y2] or a list of them: for each the object that fits it best. */
  readonly boxes?: readonly number[] | readonly (readonly number[])[];
  /** One point [x, y] or a list of them. */
  readonly points?: readonly number[] | readonly (readonly number[])[];
  /** For each point 1 (foreground, the default) or 0 (background); one number serves one point. */
  readonly labels?: number | readonly number[];
  readonly pick?: Pick;
  /** Whether a box is compared with the pixels of masks (`mask`, both peers' code) or with their boxes (the paper). */
  readonly boxRule?: 'mask' | 'box';
}

/** What prompts choose from: the objects of one picture, best first. */
export interface PromptTarget {
  /** Size of the picture. */
  readonly width: number;
  readonly height: number;
  /** `n * 4` xyxy. */
  readonly boxes: Float32Array;
  readonly scores: Float32Array;
  /** On the picture's grid; only `casia` also takes masks on the network input's grid. */
  readonly masks: readonly Mask[];
}

/** What one box or point found. */
export interface Match {
  readonly kind: 'box' | 'point';
  /** Its place among the boxes or points asked for. */
  readonly index: number;
  /** Places of the chosen objects, ascending; empty: no match. */
  readonly objects: readonly number[];
  /** IoU of a box with the chosen object. */
  readonly iou?: number;
}

/** The answer to a prompt. */
export interface Selection {
  /** Places of the chosen objects, ascending (best first); what was merged, if `merged` is there. */
  readonly indices: readonly number[];
  /** With `pick: 'merge'`: the one mask; it may be empty. */
  readonly merged?: Mask;
  /** One entry for each box and for each foreground point. */
  readonly matches: readonly Match[];
}
