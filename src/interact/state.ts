/** What a controller tells: the state, the actions, the events. All of it is plain data that stays as it is. */
import type { Mask } from '../mask/mask.js';
import type { ClickMode, Tool } from './input.js';

/** A point that was clicked on an item: 1 brought the object under it, -1 took it away. Picture pixels. */
export interface SignedPoint {
  readonly x: number;
  readonly y: number;
  readonly sign: 1 | -1;
  /** Index of the object; undefined for an object of a scene that was replaced since. */
  readonly object: number | undefined;
}

/** One selected thing: an object, several joined, or drawn by hand. */
export interface SelectedItem {
  /** Number of the item, from 1; it stays the same while the item is changed. */
  readonly id: number;
  /** On the image's grid; never empty. */
  readonly mask: Mask;
  /** The objects that it was made of, by index, in the order in which they came; none for what was drawn by hand. */
  readonly objects: readonly number[];
  /** The points that were clicked on it, in their order. */
  readonly points: readonly SignedPoint[];
}

/** A drag under way. Coordinates are picture pixels; `points` are `x0, y0, x1, y1, …` and only grow. */
export type Gesture =
  | {
      readonly kind: 'box';
      /** x1, y1, x2, y2, ordered. */
      readonly box: readonly [number, number, number, number];
      /** Whether it takes every object inside, not the one that fits best. */
      readonly all: boolean;
    }
  | { readonly kind: 'lasso'; readonly points: Float32Array; readonly drawn: boolean }
  | { readonly kind: 'stroke'; readonly points: Float32Array; readonly radius: number; readonly sign: 1 | -1 };

/** A snapshot; another one replaces it when something changes. */
export interface InteractionState {
  /** The object that a click would take; undefined where there is none. */
  readonly hovered: number | undefined;
  /** All objects at the pointer, smallest first. */
  readonly stack: readonly number[];
  /** The selection, in the order in which it was made. */
  readonly items: readonly SelectedItem[];
  /** Id of the item that points and strokes change; undefined when the next click begins another one. */
  readonly active: number | undefined;
  /** The drag under way. */
  readonly gesture: Gesture | undefined;
  readonly tool: Tool;
  readonly mode: ClickMode;
  /** Picture pixels. */
  readonly brushRadius: number;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** Number of objects, added ones included. */
  readonly objects: number;
}

/** What one step of undo takes back; for lists and live regions. */
export interface Action {
  readonly name: ActionName;
  /** One short line: `Add object 3`. */
  readonly text: string;
}

/** The kinds of actions. */
export type ActionName =
  | 'plus'
  | 'minus'
  | 'remove point'
  | 'cycle'
  | 'choose'
  | 'box'
  | 'lasso'
  | 'stroke'
  | 'select all'
  | 'invert'
  | 'clear'
  | 'merge'
  | 'subtract'
  | 'split'
  | 'refine'
  | 'dilate'
  | 'erode'
  | 'fill holes'
  | 'set mask'
  | 'remove'
  | 'activate'
  | 'add objects'
  | 'replace scene';

/** The events and what their listeners get. */
export interface InteractionEvents {
  /** Anything in the state is another. */
  readonly change: InteractionState;
  /** Another object, or another stack, is under the pointer. */
  readonly hover: { readonly hovered: number | undefined; readonly stack: readonly number[] };
  /** The selection is another. */
  readonly select: { readonly items: readonly SelectedItem[]; readonly active: number | undefined };
  /** Somebody asked for an object where there is none: the place to look closer. */
  readonly nothing: {
    readonly x: number;
    readonly y: number;
    /** The box or lasso, where it was one; x1, y1, x2, y2. */
    readonly box?: readonly [number, number, number, number];
  };
  /** An action was done, undone or done again. */
  readonly action: { readonly action: Action; readonly step: 'do' | 'undo' | 'redo' };
}
