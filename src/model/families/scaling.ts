/** The sizes of a network family, and how a size turns nominal channels and repeats into real ones. */
import { roundHalfEven } from '../../geometry/rounding.js';

/** Multipliers of the nominal network. */
export interface Scaling {
  /** Multiplies how often a block repeats its unit. */
  readonly depth: number;
  /** Multiplies channels. */
  readonly width: number;
  /** Nominal channels are cut to this before they are multiplied. */
  readonly maxChannels: number;
}

/** Names of the sizes, smallest first. Every YOLO family has these five. */
export const SCALE_NAMES = ['n', 's', 'm', 'l', 'x'] as const;

/** Name of a size. */
export type Scale = (typeof SCALE_NAMES)[number];

/** Channels are rounded up to a multiple of this. */
const CHANNEL_STEP = 8;

/** Real channels of a layer with `nominal` channels. */
export function scaledChannels(nominal: number, { width, maxChannels }: Scaling): number {
  return Math.ceil((Math.min(nominal, maxChannels) * width) / CHANNEL_STEP) * CHANNEL_STEP;
}

/** Real repeats of a block that nominally repeats `nominal` times: at least one, halves rounded to even. */
export function scaledRepeats(nominal: number, { depth }: Scaling): number {
  return nominal > 1 ? Math.max(roundHalfEven(nominal * depth), 1) : nominal;
}
