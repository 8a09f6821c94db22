/** Networks from numbers: the weights that PyTorch and Ultralytics begin a training with, drawn by our own generator. */
import { randomSource } from '../geometry/random.js';
import { integer, number, object, oneOf } from '../options/kinds.js';
import { IMGSZ } from '../options/limits.js';
import { resolve } from '../options/resolve.js';
import { omitRows, type RowsOf } from '../options/row.js';
import type { Checkpoint } from '../weights/checkpoint.js';
import { elementCount, type StateDict, type WeightTensor } from '../weights/tensor.js';
import { architectureFor, describeArchitecture, type Architecture } from './architecture.js';
import { binsTensor, convName, convSpecs, expectedTensors, type ConvSpec } from './convSpecs.js';
import { FAMILIES } from './families/families.js';
import { SCALE_NAMES, type Scale } from './families/scaling.js';
import { LOAD_OPTIONS, type LoadOptions, type ResolvedLoadOptions } from './loadOptions.js';
import type { OpenedCheckpoint } from './open.js';

/** The size of a network. */
export interface NetworkSpec {
  /** Default `yolov8`. */
  family?: string;
  /** One of the family's sizes, from which what is not given below is taken. Default `n`. */
  scale?: Scale;
  /** Multiplies how often blocks repeat their units. */
  depthMultiple?: number;
  /** Multiplies channels. */
  widthMultiple?: number;
  /** Nominal channels are cut to this before they are multiplied. */
  maxChannels?: number;
  /** Default 1, as FastSAM has. */
  classes?: number;
  /** Bins per side of a box. Default 16. */
  regMax?: number;
  /** Prototypes, and coefficients per box. Default 32. */
  maskCoefficients?: number;
}

const FAMILY_NAMES = FAMILIES.map(({ id }) => id);

/** Everything that a network is made of. */
export const NETWORK_ROWS = {
  family: oneOf(FAMILY_NAMES, { text: 'the layer table', default: FAMILY_NAMES[0] }),
  scale: oneOf(SCALE_NAMES, { text: 'the size from which what is not given is taken', default: 'n' }),
  depthMultiple: number(0.01, 4, { text: 'multiplies how often blocks repeat their units', otherwise: "the size's" }),
  widthMultiple: number(0.01, 4, { text: 'multiplies channels', otherwise: "the size's" }),
  maxChannels: integer(8, 8192, { text: 'nominal channels are cut to this first', otherwise: "the size's" }),
  classes: integer(1, 10_000, { text: 'number of classes', default: 1 }),
  regMax: integer(1, 256, { text: 'bins per side of a box', default: 16 }),
  maskCoefficients: integer(1, 1024, { text: 'prototypes, and coefficients per box', default: 32 }),
} satisfies RowsOf<NetworkSpec>;

/** Options of `FastSAM.create`. */
export interface CreateOptions extends Omit<LoadOptions, 'onProgress'> {
  /** Whole number from 0; equal seeds give equal weights. Default 0. */
  seed?: number;
  /** `imgsz` that `segment` takes by default. Default 640. */
  imgsz?: number;
  /** Names of the classes by index. Default: `object`, or the index where there are several. */
  names?: Readonly<Record<number, string>>;
}

/** Every option of `create`. */
export const CREATE_OPTIONS = {
  ...omitRows(LOAD_OPTIONS, ['onProgress']),
  seed: integer(0, 2 ** 32 - 1, { text: 'equal seeds give equal weights', default: 0 }),
  imgsz: integer(IMGSZ.low, IMGSZ.high, { text: '`imgsz` of `segment` by default', default: 640 }),
  names: object<Readonly<Record<number, string>>>({
    text: 'names of the classes by index',
    otherwise: '`object`, or the index where there are several',
  }),
} satisfies RowsOf<CreateOptions>;

/**
 * An untrained network in the form of a checkpoint that was opened.
 * @returns it, and the options that are `load`'s.
 * @throws FastSAMError `INVALID_ARGUMENT`.
 */
export function openUntrained(
  spec: NetworkSpec,
  options: CreateOptions,
): { readonly opened: OpenedCheckpoint; readonly load: ResolvedLoadOptions } {
  const { seed, imgsz, names, ...load } = resolve(CREATE_OPTIONS, options);
  const architecture = architectureFrom(spec);
  const { family, scale, classes } = architecture;
  const texts = Array.from({ length: classes }, (_, i) => names?.[i] ?? (classes === 1 ? 'object' : String(i)));
  const checkpoint: Checkpoint = {
    format: 'safetensors',
    source: 'state_dict',
    tensors: untrainedTensors(architecture, seed),
    imgsz,
    names: Object.fromEntries(texts.entries()),
    metadata: { description: `${describeArchitecture(architecture)}, untrained, seed ${seed}` },
  };
  return {
    opened: { name: family.networkName(scale), path: '', fileBytes: 0, checkpoint, architecture },
    load: { ...load, onProgress: undefined },
  };
}

/**
 * The architecture that numbers give.
 * @throws FastSAMError `INVALID_ARGUMENT`.
 */
export function architectureFrom(spec: NetworkSpec): Architecture {
  const { family: id, scale, depthMultiple, widthMultiple, maxChannels, ...head } = resolve(NETWORK_ROWS, spec);
  const family = FAMILIES.find((candidate) => candidate.id === id) ?? FAMILIES[0];
  const known = family.scales[scale];
  const scaling = {
    depth: depthMultiple ?? known.depth,
    width: widthMultiple ?? known.width,
    maxChannels: maxChannels ?? known.maxChannels,
  };
  return architectureFor(family, scaling, head);
}

/** Ultralytics' biases of untrained boxes, and the objects that it expects in an image of so many pixels a side. */
const BOX_BIAS = 2;
const EXPECTED_OBJECTS = 5;
const EXPECTED_SIDE = 640;

/**
 * Untrained weights. Convolutions and their biases are uniform within ±1/√(inputs of a sum), as PyTorch draws them; batch
 * norm changes nothing; boxes have the bias 2, and classes that of 5 objects an image of 640 pixels, as in Ultralytics.
 * The numbers are SplitMix's (`randomSource`), drawn in the order of the layers: equal seeds give equal weights everywhere,
 * and others than PyTorch's.
 */
export function untrainedTensors(architecture: Architecture, seed: number): StateDict {
  const random = randomSource(seed);
  const shapes = expectedTensors(architecture);
  const tensors = new Map<string, WeightTensor>();
  const set = (name: string, value: (i: number) => number): void => {
    const shape = shapes.get(name);
    if (shape) tensors.set(name, tensorOf(shape, value));
  };
  for (const spec of convSpecs(architecture)) {
    const bound = 1 / Math.sqrt(summands(spec));
    const uniform = (): number => bound * (2 * random() - 1);
    const name = convName(spec);
    set(`${name}.weight`, uniform);
    set(`${name}.bias`, headBias(spec, architecture) ?? uniform);
    for (const array of ['weight', 'running_var']) set(`${spec.name}.bn.${array}`, () => 1);
    for (const array of ['bias', 'running_mean']) set(`${spec.name}.bn.${array}`, () => 0);
  }
  const bins = binsTensor(architecture);
  if (bins !== undefined) set(bins, (i) => i);
  return tensors;
}

/** PyTorch's fan-in; of a transposed convolution it counts the outputs. */
const summands = ({ kind, inputs, outputs, kernel }: ConvSpec): number =>
  (kind === 'transposed' ? outputs : inputs) * kernel * kernel;

/** The bias of the last convolution of a box's or a class's branch. */
function headBias({ name }: ConvSpec, { family, classes }: Architecture): ((i: number) => number) | undefined {
  const { sizes, strides } = family.head;
  for (const [level, stride] of strides.entries()) {
    const onLevel = (size: string): string => family.headTensor(size.replace('.0.', `.${level}.`));
    if (name === onLevel(sizes.boxes)) return () => BOX_BIAS;
    if (name !== onLevel(sizes.classes)) continue;
    const share = EXPECTED_OBJECTS / classes / (EXPECTED_SIDE / stride) ** 2;
    return () => Math.log(share);
  }
  return undefined;
}

function tensorOf(shape: readonly number[], value: (i: number) => number): WeightTensor {
  const values = Float32Array.from({ length: elementCount(shape) }, (_, i) => value(i));
  return { dtype: 'float32', shape, toFloat32: () => values };
}
