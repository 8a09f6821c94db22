/** What a controller is told at its start. */
import { integer, number, oneOf } from '../options/kinds.js';
import type { RowsOf } from '../options/row.js';
import { CLICK_MODES, TOOLS, type ClickMode, type Tool } from './input.js';

/** How a controller starts. All but `steps` can be changed later. */
export interface InteractionOptions {
  /** Default `select`. */
  readonly tool?: Tool;
  /** What a plain click does. Default `plus`. */
  readonly mode?: ClickMode;
  /** Of brush and eraser, image pixels. Default 12. */
  readonly brushRadius?: number;
  /**
   * Image pixels within which a place counts as the same: a drag has to go farther, a point is hit so near. Set it to some
   * pixels of the screen divided by the zoom. Default 4.
   */
  readonly reach?: number;
  /** Steps of undo that are kept. Default 200. */
  readonly steps?: number;
}

/** Every option of `Interaction`. */
export const INTERACTION_OPTIONS = {
  tool: oneOf(TOOLS as readonly [Tool, ...Tool[]], { text: 'what dragging does', default: 'select' }),
  mode: oneOf(CLICK_MODES as readonly [ClickMode, ...ClickMode[]], {
    text: 'what a plain click does',
    default: 'plus',
  }),
  brushRadius: number(0.5, 10_000, { text: 'radius of brush and eraser, image pixels', default: 12 }),
  reach: number(0, 10_000, { text: 'image pixels within which a place counts as the same', default: 4 }),
  steps: integer(1, 1_000_000, { text: 'steps of undo that are kept', default: 200 }),
} satisfies RowsOf<InteractionOptions>;
