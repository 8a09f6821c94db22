/** What a controller is told: pointers, keys, tools. Without the DOM, but events of a page fit as they are. */

/** What dragging does. `select`: a click chooses, a drag is a box. */
export type Tool = 'select' | 'box' | 'lasso' | 'brush' | 'eraser';

/** The tools, in the order in which a toolbar shows them. */
export const TOOLS: readonly Tool[] = ['select', 'box', 'lasso', 'brush', 'eraser'];

/**
 * What a plain click does with the object under it: `plus` joins it to the active item, `minus` takes it away, `new` makes
 * another item, `replace` makes it the only item. Keys override it: Shift is `new`; Alt or the right button is `minus`.
 */
export type ClickMode = 'plus' | 'minus' | 'new' | 'replace';

/** The modes, in the order in which a toolbar shows them. */
export const CLICK_MODES: readonly ClickMode[] = ['plus', 'minus', 'new', 'replace'];

/**
 * What a pointer did. `hover`: it moved without a button; `move`: with one, between `down` and `up`; `leave`: it left the
 * image, where a drag goes on; `cancel`: the drag ends without an effect, as when a second finger comes.
 */
export type PointerKind = 'hover' | 'down' | 'move' | 'up' | 'leave' | 'cancel';

/** The keys that are held; a `PointerEvent` or `KeyboardEvent` of a page fits. */
export interface Modifiers {
  readonly shiftKey?: boolean;
  readonly altKey?: boolean;
  readonly ctrlKey?: boolean;
  /** Command on a Mac; counts as Ctrl. */
  readonly metaKey?: boolean;
}

/** The rest of a pointer's event; a `PointerEvent` of a page fits. */
export interface PointerDetails extends Modifiers {
  /** 0 the main button (default), 1 the middle one, which is left to the page, 2 the right one. */
  readonly button?: number;
  /** `mouse` (default), `pen` or `touch`: a tap with a finger on the active item's object takes it away again. */
  readonly pointerType?: string;
}

/** A key that was pressed; a `KeyboardEvent` of a page fits. */
export interface KeyPress extends Modifiers {
  /** Where the key lies: `BracketLeft`, `KeyZ`. */
  readonly code: string;
  /** What the key means: `[`, `z`. Where it is given, letters go by it, so that Ctrl+Z is Z on every keyboard. */
  readonly key?: string;
}

/** A line of the help page: a key and what it does. */
export interface Shortcut {
  /** By its place, as `KeyboardEvent.code`. */
  readonly code: string;
  readonly ctrl?: true;
  readonly shift?: true;
  /** As people write it: `Ctrl+Z`. */
  readonly keys: string;
  /** What it does, for the help page: `undo`. */
  readonly text: string;
}
