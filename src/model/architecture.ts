/** Which network a set of weights is for, read from the shapes of the tensors. */
import { FastSAMError } from '../errors.js';
import { settingsInWords, STANDARD_SETTINGS, type NetworkSettings } from '../layers/settings.js';
import type { StateDict } from '../weights/tensor.js';
import type { NetworkFamily } from './families/networkFamily.js';
import { SCALE_NAMES, scaledChannels, scaledRepeats, type Scale, type Scaling } from './families/scaling.js';

/** Everything that fixes the shapes of the network. */
export interface Architecture {
  /** The layer table and the head; in JSON its name. */
  readonly family: NetworkFamily;
  /** The family's size, or `custom` where channels and repeats are those of none of them. */
  readonly scale: Scale | 'custom';
  /** Real channels by nominal channels. */
  readonly channels: Readonly<Record<number, number>>;
  /** Real repeats by nominal repeats. */
  readonly repeats: Readonly<Record<number, number>>;
  /** Number of classes; FastSAM has 1. */
  readonly classes: number;
  /** Bins per side of a box; 16 in FastSAM-s, 26 in FastSAM-x. */
  readonly regMax: number;
  /** Number of prototypes and of coefficients per box; 32 in every published model. */
  readonly maskCoefficients: number;
  /** Channels inside the prototype branch. */
  readonly prototypeChannels: number;
  /** Whether the weights come without batch norm (it is folded into the convolutions). */
  readonly folded: boolean;
  /** What is computed besides what the tensors say. */
  readonly settings: NetworkSettings;
}

/** Parts of an architecture that do not follow from its scale. */
export interface ArchitectureOptions {
  readonly classes?: number;
  readonly regMax?: number;
  readonly maskCoefficients?: number;
  /** Before scaling. */
  readonly nominalPrototypeChannels?: number;
  readonly folded?: boolean;
  readonly settings?: NetworkSettings;
}

/**
 * The architecture of one of a family's sizes, or of any other scaling.
 * @param options defaults: 1 class, 16 bins, 32 coefficients, the family's prototype channels, batch norm separate, standard settings.
 */
export function architectureFor(
  family: NetworkFamily,
  scale: Scale | Scaling,
  options: ArchitectureOptions = {},
): Architecture {
  const scaling = typeof scale === 'string' ? family.scales[scale] : scale;
  const architecture: Architecture = {
    family,
    scale: 'custom',
    channels: sizesBy(family, 'channels', (_, __, nominal) => scaledChannels(nominal, scaling)),
    repeats: sizesBy(family, 'repeats', (_, __, nominal) => scaledRepeats(nominal, scaling)),
    classes: options.classes ?? 1,
    regMax: options.regMax ?? 16,
    maskCoefficients: options.maskCoefficients ?? 32,
    prototypeChannels: scaledChannels(options.nominalPrototypeChannels ?? family.head.prototypeChannels, scaling),
    folded: options.folded ?? false,
    settings: options.settings ?? STANDARD_SETTINGS,
  };
  return { ...architecture, scale: typeof scale === 'string' ? scale : scaleOf(architecture) };
}

/**
 * Reads the architecture from a checkpoint's tensors: scale, class count, bins per side, mask coefficients, and whether
 * batch norm is folded. The caller still checks every name and shape (`checkTensors`) and reads the settings (`settingsOf`).
 * @throws FastSAMError `CHECKPOINT_MISMATCH` when a tensor that is needed for this is missing or has the wrong rank.
 */
export function architectureOf(family: NetworkFamily, tensors: StateDict): Architecture {
  const outputs = (name: string): number => convolutionOutputs(family, tensors, name);
  const { sizes } = family.head;
  const boxes = family.headTensor(sizes.boxes);
  const boxChannels = outputs(boxes);
  if (boxChannels % 4 !== 0) {
    throw mismatch(family, `${boxes}.weight: got ${boxChannels} output channels, expected a multiple of 4 (box sides)`);
  }
  const architecture: Architecture = {
    family,
    scale: 'custom',
    channels: sizesBy(family, 'channels', (conv, row) => outputs(`${row}.${conv}`)),
    repeats: sizesBy(family, 'repeats', (conv, row) => repeatsOf(family, tensors, row, conv)),
    classes: outputs(family.headTensor(sizes.classes)),
    regMax: boxChannels / 4,
    maskCoefficients: outputs(family.headTensor(sizes.coefficients)),
    prototypeChannels: outputs(family.headTensor(sizes.prototypes)),
    folded: isFolded(tensors),
    settings: STANDARD_SETTINGS,
  };
  return { ...architecture, scale: scaleOf(architecture) };
}

/** Whether a checkpoint's batch norm is folded into its convolutions. Every family begins with a Conv block. */
export function isFolded(tensors: StateDict): boolean {
  return tensors.has('model.0.conv.bias') && !tensors.has('model.0.bn.weight');
}

/** An architecture in words. */
export function describeArchitecture({
  family,
  scale,
  channels,
  classes,
  regMax,
  folded,
  settings,
}: Architecture): string {
  const first = channels[family.rows[0].channels?.nominal ?? 0];
  const size = scale === 'custom' ? `of custom size (${first} channels in its first layer)` : scale;
  const parts = [`${classes} class${classes === 1 ? '' : 'es'}`, `regMax ${regMax}`];
  if (folded) parts.push('batch norm folded');
  parts.push(...settingsInWords(settings));
  return `${family.name} ${size} (${parts.join(', ')})`;
}

/** The size whose channels and repeats these are. */
function scaleOf({ family, channels, repeats }: Architecture): Scale | 'custom' {
  const equals = (got: Readonly<Record<number, number>>, scaled: (nominal: number) => number): boolean =>
    Object.entries(got).every(([nominal, size]) => size === scaled(Number(nominal)));
  const fits = (scale: Scale): boolean =>
    equals(channels, (nominal) => scaledChannels(nominal, family.scales[scale])) &&
    equals(repeats, (nominal) => scaledRepeats(nominal, family.scales[scale]));
  return SCALE_NAMES.find(fits) ?? 'custom';
}

/** The real size for every nominal size that occurs in the table, as the first row with it tells. */
function sizesBy(
  { rows }: NetworkFamily,
  kind: 'channels' | 'repeats',
  realSize: (conv: string, row: string, nominal: number) => number,
): Record<number, number> {
  const sizes: Record<number, number> = {};
  for (const [i, row] of rows.entries()) {
    const size = row[kind];
    if (size && !(size.nominal in sizes)) sizes[size.nominal] = realSize(size.conv, `model.${i}`, size.nominal);
  }
  return sizes;
}

/** How many units `m.0`, `m.1` … a block has. */
function repeatsOf(family: NetworkFamily, tensors: StateDict, block: string, conv: string): number {
  let count = 0;
  while (tensors.has(`${block}.m.${count}.${conv}.weight`)) count++;
  if (count === 0) throw mismatch(family, `${block}.m.0.${conv}.weight: got nothing, expected the block's first unit`);
  return count;
}

/** Output channels of a convolution. */
function convolutionOutputs(family: NetworkFamily, tensors: StateDict, name: string): number {
  const shape = tensors.get(`${name}.weight`)?.shape;
  if (shape?.length === 4 && shape.every((size) => size >= 1)) return shape[0];
  const got = shape ? `shape [${shape.join(', ')}]` : 'nothing';
  throw mismatch(family, `${name}.weight: got ${got}, expected the weight of a convolution of ${family.name}`);
}

const mismatch = ({ checkpoints }: NetworkFamily, what: string): FastSAMError =>
  new FastSAMError('CHECKPOINT_MISMATCH', `checkpoint: ${what}; use a ${checkpoints} checkpoint`);
