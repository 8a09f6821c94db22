/**
 * `fastsam-tfjs/interact`: what pointer, keys and undo do with the objects of an image. No DOM, no framework, no
 * TensorFlow.js; for pages, workers and Node.
 */
export { FastSAMError, type FastSAMErrorCode } from '../errors.js';
export type { InteractionEvent } from '../interact/events.js';
export { CLICK_MODES, TOOLS } from '../interact/input.js';
export type { ClickMode, KeyPress, Modifiers, PointerDetails, PointerKind, Shortcut, Tool } from '../interact/input.js';
export { Interaction, type RegionOptions } from '../interact/interaction.js';
export type { InteractionOptions } from '../interact/options.js';
export { SHORTCUTS } from '../interact/shortcuts.js';
export type { Action, ActionName, Gesture, InteractionEvents, InteractionState } from '../interact/state.js';
export type { SelectedItem, SignedPoint } from '../interact/state.js';
export { Mask } from '../mask/mask.js';
