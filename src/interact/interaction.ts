/** What pointer, keys and undo do with the objects of an image. */
import type { Mask } from '../mask/mask.js';
import type { RefineOptions } from '../results/refine.js';
import type { Results } from '../results/results.js';
import type { ClickMode, KeyPress, PointerDetails, PointerKind, Tool } from './input.js';
import type { Action, InteractionEvents, InteractionState } from './state.js';

/** How a controller starts. */
export interface InteractionOptions {
  readonly tool?: Tool;
  readonly mode?: ClickMode;
  /** Picture pixels. */
  readonly brushRadius?: number;
  /**
   * Picture pixels within which a place counts as the same: a drag has to go farther, a point is hit so near. Set it to some
   * pixels of the screen divided by the zoom.
   */
  readonly reach?: number;
  /** Steps of undo that are kept. */
  readonly steps?: number;
}

/** Skeleton: the class follows with its docstrings. */
export declare class Interaction {
  constructor(scene: Results, options?: InteractionOptions);

  /** The objects, added ones included. */
  readonly scene: Results;
  readonly state: InteractionState;
  /** `height * width`, the smallest object on top: 0 for none, else 1 + the object's index. Made at its first use. */
  readonly labels: Uint16Array;
  /** What was done, oldest first. */
  readonly history: readonly Action[];
  tool: Tool;
  mode: ClickMode;
  brushRadius: number;
  reach: number;

  /** Adds a listener; what comes back takes it away again. */
  on<K extends keyof InteractionEvents>(event: K, listener: (detail: InteractionEvents[K]) => void): () => void;

  /** Picture pixels, fractions allowed. */
  pointer(kind: PointerKind, x: number, y: number, details?: PointerDetails): void;
  /** Whether the key was used; what is not is the page's. */
  key(press: KeyPress): boolean;

  // Each of these says whether it changed something.
  hover(x: number, y: number): boolean;
  leave(): boolean;
  /** As a click with the mode (default: that of `mode`). */
  click(x: number, y: number, mode?: ClickMode): boolean;
  plus(x: number, y: number): boolean;
  minus(x: number, y: number): boolean;
  /** The object that fits best; with `all` every one with more than half of it inside. */
  box(box: readonly number[], options?: { readonly all?: boolean; readonly mode?: ClickMode }): boolean;
  /** Objects with more than half inside; with `drawn` the outline itself. `points`: x0, y0, x1, y1, … */
  lasso(points: ArrayLike<number>, options?: { readonly drawn?: boolean; readonly mode?: ClickMode }): boolean;
  /** Adds to (1) or takes from (-1) the active item what a round brush covers. */
  stroke(points: ArrayLike<number>, options?: { readonly radius?: number; readonly sign?: 1 | -1 }): boolean;
  /** The next larger (1) or smaller (-1) object at the pointer; of the click that was just made there, if it was. */
  cycle(step: 1 | -1): boolean;
  /** The next (1) or previous (-1) object of the list is the hovered one: for the keyboard. */
  walk(step: 1 | -1): boolean;
  /** An object by its index, as a click on it. */
  choose(object: number, mode?: ClickMode): boolean;
  /** Makes an item the active one; undefined: the next click begins another. */
  activate(item: number | undefined): boolean;
  selectAll(): boolean;
  /** The objects that are not selected. */
  invert(): boolean;
  /** One item: the pixels that are not selected. */
  invertPixels(): boolean;
  clear(): boolean;
  /** All items become one. */
  merge(): boolean;
  /** The first item without the others, which go. */
  subtract(): boolean;
  /** Each connected part becomes an item: of the active item, else of all. */
  split(): boolean;
  // The next four change the active item, else all.
  /** As `Results.refine`: closes gaps and drops specks, keeps the largest part. */
  refine(options: Pick<RefineOptions, 'clean' | 'largest'>): boolean;
  /** By picture pixels on each side. */
  dilate(pixels: number): boolean;
  /** By picture pixels on each side. */
  erode(pixels: number): boolean;
  fillHoles(maxArea?: number): boolean;
  /** An item (default: the active one, else all) goes. */
  remove(item?: number): boolean;
  /** Replaces an item's mask (an outline that was edited elsewhere), or makes a new item. */
  setMask(mask: Mask, item?: number): boolean;

  /** Objects of a crop whose corner lies at x, y of the image; those that are there already (IoU over 0.8) are left out. @returns how many were added */
  addObjects(found: Results, corner?: { readonly x: number; readonly y: number }): number;
  /** Other objects of the same image, as after a change of settings; the selection stays. */
  replaceScene(scene: Results): void;

  undo(): boolean;
  redo(): boolean;
  /** The selection as results with one object an item, for files, cut-outs and drawings. */
  selection(): Results;
}
