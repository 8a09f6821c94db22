/**
 * YOLOv8-seg as a table of 23 layers: the network that FastSAM trains on one class (FastSAM paper, section 3.1).
 *
 * A row is its place in the list, as in Ultralytics' names (`model.9` is row 9). Channels and repeats are nominal; an
 * Architecture says what they really are. A row without `from` takes the row before it.
 */

/** Nominal channels that occur in the table. */
export type NominalChannels = 64 | 128 | 256 | 512 | 1024;
/** Nominal repeats that occur in the table. */
export type NominalRepeats = 3 | 6;

/** One layer of the network. */
export type LayerRow =
  /** 3x3 convolution of stride 2. */
  | { readonly block: 'conv'; readonly channels: NominalChannels }
  | {
      readonly block: 'c2f';
      readonly channels: NominalChannels;
      readonly repeats: NominalRepeats;
      readonly shortcut: boolean;
    }
  | { readonly block: 'sppf'; readonly channels: NominalChannels }
  /** Twice as high and wide, nearest neighbour. */
  | { readonly block: 'upsample' }
  /** The row before, then row `skip`, along the channels. */
  | { readonly block: 'concat'; readonly skip: number }
  /** Heads on the rows of strides 8, 16 and 32. */
  | { readonly block: 'segment'; readonly from: readonly [number, number, number] };

const conv = (channels: NominalChannels): LayerRow => ({ block: 'conv', channels });
const c2f = (channels: NominalChannels, repeats: NominalRepeats, shortcut = false): LayerRow => ({
  block: 'c2f',
  channels,
  repeats,
  shortcut,
});
const sppf = (channels: NominalChannels): LayerRow => ({ block: 'sppf', channels });
const upsample = (): LayerRow => ({ block: 'upsample' });
const concat = (skip: number): LayerRow => ({ block: 'concat', skip });
const segment = (...from: [number, number, number]): LayerRow => ({ block: 'segment', from });
const SHORTCUT = true;

export const YOLOV8_SEG: readonly LayerRow[] = [
  // Backbone
  /*  0, stride  2 */ conv(64),
  /*  1, stride  4 */ conv(128),
  /*  2            */ c2f(128, 3, SHORTCUT),
  /*  3, stride  8 */ conv(256),
  /*  4            */ c2f(256, 6, SHORTCUT),
  /*  5, stride 16 */ conv(512),
  /*  6            */ c2f(512, 6, SHORTCUT),
  /*  7, stride 32 */ conv(1024),
  /*  8            */ c2f(1024, 3, SHORTCUT),
  /*  9            */ sppf(1024),
  // Neck, up
  /* 10, stride 16 */ upsample(),
  /* 11            */ concat(6),
  /* 12            */ c2f(512, 3),
  /* 13, stride  8 */ upsample(),
  /* 14            */ concat(4),
  /* 15, P3        */ c2f(256, 3),
  // Neck, down
  /* 16, stride 16 */ conv(256),
  /* 17            */ concat(12),
  /* 18, P4        */ c2f(512, 3),
  /* 19, stride 32 */ conv(512),
  /* 20            */ concat(9),
  /* 21, P5        */ c2f(1024, 3),
  // Head
  /* 22            */ segment(15, 18, 21),
];

/** Pixels of the network's input per cell of the three heads. */
export const STRIDES = [8, 16, 32] as const;

/** Both sides of the network's input are multiples of this. */
export const MAX_STRIDE = 32;

/** Width of the prototype branch before scaling. */
export const NOMINAL_PROTOTYPE_CHANNELS = 256;
