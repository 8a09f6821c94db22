/** Which network a set of weights is for, read from the shapes of the tensors. */
import { FastSAMError } from '../errors.js';
import type { StateDict } from '../weights/tensor.js';
import { SCALES, SCALE_NAMES, scaledChannels, scaledRepeats, type Scale, type Scaling } from './scales.js';
import { NOMINAL_PROTOTYPE_CHANNELS, type NominalChannels, type NominalRepeats } from './table.js';

/** Everything that fixes the shapes of the network. */
export interface Architecture {
  /** The YOLOv8 size, or `custom` where channels and repeats are those of none of the five. */
  readonly scale: Scale | 'custom';
  /** Real channels by nominal channels. */
  readonly channels: Readonly<Record<NominalChannels, number>>;
  /** Real repeats by nominal repeats. */
  readonly repeats: Readonly<Record<NominalRepeats, number>>;
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
}

/** Parts of an architecture that do not follow from its scale. */
export interface ArchitectureOptions {
  readonly classes?: number;
  readonly regMax?: number;
  readonly maskCoefficients?: number;
  /** Before scaling. */
  readonly nominalPrototypeChannels?: number;
  readonly folded?: boolean;
}

/**
 * The architecture of one of the five sizes, or of any other scaling.
 * @param options defaults: 1 class, 16 bins, 32 coefficients, 256 nominal prototype channels, batch norm separate.
 */
export function architectureFor(scale: Scale | Scaling, options: ArchitectureOptions = {}): Architecture {
  const scaling = typeof scale === 'string' ? SCALES[scale] : scale;
  const channels = (nominal: number): number => scaledChannels(nominal, scaling);
  const architecture: Architecture = {
    scale: 'custom',
    channels: { 64: channels(64), 128: channels(128), 256: channels(256), 512: channels(512), 1024: channels(1024) },
    repeats: { 3: scaledRepeats(3, scaling), 6: scaledRepeats(6, scaling) },
    classes: options.classes ?? 1,
    regMax: options.regMax ?? 16,
    maskCoefficients: options.maskCoefficients ?? 32,
    prototypeChannels: channels(options.nominalPrototypeChannels ?? NOMINAL_PROTOTYPE_CHANNELS),
    folded: options.folded ?? false,
  };
  return { ...architecture, scale: typeof scale === 'string' ? scale : scaleOf(architecture) };
}

/**
 * Reads the architecture from a checkpoint's tensors: scale, class count, bins per side, mask coefficients, and whether
 * batch norm is folded. The caller still checks every name and shape (`checkTensors`).
 * @throws FastSAMError `CHECKPOINT_MISMATCH` when a tensor that is needed for this is missing or has the wrong rank.
 */
export function architectureOf(tensors: StateDict): Architecture {
  const outputs = (name: string): number => convolutionShape(tensors, name)[0];
  const boxChannels = outputs('model.22.cv2.0.2');
  if (boxChannels % 4 !== 0) {
    throw mismatch(`model.22.cv2.0.2.weight: got ${boxChannels} output channels, expected a multiple of 4 (box sides)`);
  }
  const architecture: Architecture = {
    scale: 'custom',
    channels: {
      64: outputs('model.0.conv'),
      128: outputs('model.1.conv'),
      256: outputs('model.3.conv'),
      512: outputs('model.5.conv'),
      1024: outputs('model.7.conv'),
    },
    repeats: { 3: repeatsOf(tensors, 'model.2'), 6: repeatsOf(tensors, 'model.4') },
    classes: outputs('model.22.cv3.0.2'),
    regMax: boxChannels / 4,
    maskCoefficients: outputs('model.22.cv4.0.2'),
    prototypeChannels: outputs('model.22.proto.cv1.conv'),
    folded: isFolded(tensors),
  };
  return { ...architecture, scale: scaleOf(architecture) };
}

/** Whether a checkpoint's batch norm is folded into its convolutions. */
export function isFolded(tensors: StateDict): boolean {
  return tensors.has('model.0.conv.bias') && !tensors.has('model.0.bn.weight');
}

/** An architecture in words. */
export function describeArchitecture({ scale, channels, classes, regMax, folded }: Architecture): string {
  const size = scale === 'custom' ? `of custom size (${channels[64]} channels in its first layer)` : scale;
  const parts = [`${classes} class${classes === 1 ? '' : 'es'}`, `regMax ${regMax}`];
  if (folded) parts.push('batch norm folded');
  return `YOLOv8-seg ${size} (${parts.join(', ')})`;
}

/** The size whose channels and repeats these are. */
function scaleOf({ channels, repeats }: Architecture): Scale | 'custom' {
  const fits = (scale: Scale): boolean =>
    ([64, 128, 256, 512, 1024] as const).every((n) => channels[n] === scaledChannels(n, SCALES[scale])) &&
    ([3, 6] as const).every((n) => repeats[n] === scaledRepeats(n, SCALES[scale]));
  return SCALE_NAMES.find(fits) ?? 'custom';
}

/** How many bottlenecks a C2f block has. */
function repeatsOf(tensors: StateDict, block: string): number {
  let count = 0;
  while (tensors.has(`${block}.m.${count}.cv1.conv.weight`)) count++;
  if (count === 0)
    throw mismatch(`${block}.m.0.cv1.conv.weight: got nothing, expected the first bottleneck of a C2f block`);
  return count;
}

/** Shape [out, in, height, width] of a convolution's weight. */
function convolutionShape(tensors: StateDict, name: string): readonly [number, number, number, number] {
  const shape = tensors.get(`${name}.weight`)?.shape;
  if (shape?.length !== 4 || shape.some((size) => size < 1)) {
    const got = shape ? `shape [${shape.join(', ')}]` : 'nothing';
    throw mismatch(`${name}.weight: got ${got}, expected the weight of a convolution of YOLOv8-seg`);
  }
  return shape as unknown as readonly [number, number, number, number];
}

const mismatch = (what: string): FastSAMError =>
  new FastSAMError('CHECKPOINT_MISMATCH', `checkpoint: ${what}; use a YOLOv8-seg or FastSAM checkpoint`);
