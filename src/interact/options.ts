/** What a controller is told at its start. Checked by hand: tables of options would make a small entry large. */
import { checkNames } from '../options/names.js';
import { requireChoice, requireNumber, requireWhole } from '../options/requireKind.js';
import { CLICK_MODES, TOOLS, type ClickMode, type Tool } from './input.js';

/** How a controller starts. All but `steps` can be changed later. */
export interface InteractionOptions {
  /** What dragging does. Default `select`. */
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

/** Most pixels of a radius or reach. */
const FARTHEST = 10_000;

type Checks = { readonly [K in keyof InteractionOptions]-?: (value: unknown) => void };

const CHECKS: Checks = {
  tool(value) {
    requireChoice('tool', value, TOOLS);
  },
  mode(value) {
    requireChoice('mode', value, CLICK_MODES);
  },
  brushRadius(value) {
    requireNumber('brushRadius', value, 0.5, FARTHEST);
  },
  reach(value) {
    requireNumber('reach', value, 0, FARTHEST);
  },
  steps(value) {
    requireWhole('steps', value, 1, 1_000_000);
  },
};

const DEFAULTS: Required<InteractionOptions> = { tool: 'select', mode: 'plus', brushRadius: 12, reach: 4, steps: 200 };

/** @throws FastSAMError `INVALID_ARGUMENT` for a value that the option does not take */
export function checkSetting(name: keyof InteractionOptions, value: unknown): void {
  CHECKS[name](value);
}

/**
 * Options with their defaults.
 * @throws FastSAMError `INVALID_ARGUMENT` for unknown names and values that an option does not take.
 */
export function resolveInteraction(options: InteractionOptions): Required<InteractionOptions> {
  const names = Object.keys(DEFAULTS) as (keyof InteractionOptions)[];
  checkNames(options, names);
  const given: InteractionOptions = options;
  for (const name of names) if (given[name] !== undefined) checkSetting(name, given[name]);
  const { tool, mode, brushRadius, reach, steps } = DEFAULTS;
  return {
    tool: given.tool ?? tool,
    mode: given.mode ?? mode,
    brushRadius: given.brushRadius ?? brushRadius,
    reach: given.reach ?? reach,
    steps: given.steps ?? steps,
  };
}
