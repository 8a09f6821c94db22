/** The five sizes of YOLOv8 and how a size turns nominal channels and repeats into real ones. */

/** Multipliers of the nominal network. */
export interface Scaling {
  /** Multiplies how often a C2f block repeats its bottleneck. */
  readonly depth: number;
  /** Multiplies channels. */
  readonly width: number;
  /** Nominal channels are cut to this before they are multiplied. */
  readonly maxChannels: number;
}

/** YOLOv8's five sizes. FastSAM-s is `s`, FastSAM-x is `x`. */
export const SCALES = {
  n: { depth: 0.33, width: 0.25, maxChannels: 1024 },
  s: { depth: 0.33, width: 0.5, maxChannels: 1024 },
  m: { depth: 0.67, width: 0.75, maxChannels: 768 },
  l: { depth: 1, width: 1, maxChannels: 512 },
  x: { depth: 1, width: 1.25, maxChannels: 512 },
} as const satisfies Record<string, Scaling>;

export type Scale = keyof typeof SCALES;

/** Names of the sizes, smallest first. */
export const SCALE_NAMES = Object.keys(SCALES) as readonly Scale[];

/** Channels are rounded up to a multiple of this. */
const CHANNEL_STEP = 8;

/** Real channels of a layer with `nominal` channels. */
export function scaledChannels(nominal: number, { width, maxChannels }: Scaling): number {
  return Math.ceil((Math.min(nominal, maxChannels) * width) / CHANNEL_STEP) * CHANNEL_STEP;
}

/** Real repeats of a block that nominally repeats `nominal` times: at least one, halves rounded to even. */
export function scaledRepeats(nominal: number, { depth }: Scaling): number {
  return nominal > 1 ? Math.max(roundHalfToEven(nominal * depth), 1) : nominal;
}

/** Python's `round`, which the reference uses. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
