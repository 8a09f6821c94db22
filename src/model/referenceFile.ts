/** Reference files of `fastsam compare` (docs/user/compare.md): reading them, with every check that a file of others needs. */
import * as tf from '../runtime/tfjs.js';
import { COMPAT_NAMES } from '../compat/references.js';
import { FastSAMError } from '../errors.js';
import { elementCount, type StateDict } from '../weights/tensor.js';
import type { StageSettings } from './referenceStages.js';

/** A reference file, read. */
export interface LayerReference {
  /** `input` [1,H,W,3], one array of values per layer, and those of the stages under `stages.`. */
  readonly tensors: StateDict;
  /**
   * `layers`: a JSON list of ReferenceLayer, in the order of computation. `stages`: StageSettings as JSON, where the stages
   * after the network are there.
   */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What the reference says of one output. Its array holds some of the values, or all. */
export interface ReferenceLayer {
  readonly name: string;
  /** Shape of the whole output; feature maps are [B,H,W,C]. */
  readonly shape: readonly number[];
  /** Value k of the array is element (k · step) mod size of the whole output. */
  readonly step: number;
  /** Largest absolute value of the whole output. */
  readonly largest: number;
}

/** Name of the array that the network gets. */
export const INPUT = 'input';
/** What the names of the stages' arrays begin with. */
export const STAGE_PREFIX = 'stages.';

/** The array of a stage. @throws FastSAMError `INVALID_CHECKPOINT` where it is missing or has another shape. */
export function stageArray(
  { tensors }: LayerReference,
  name: string,
  shape: readonly (number | null)[],
): { readonly values: Float32Array; readonly shape: readonly number[] } {
  const tensor = tensors.get(STAGE_PREFIX + name);
  const fits =
    tensor?.shape.length === shape.length && shape.every((size, i) => size === null || size === tensor.shape[i]);
  if (!tensor || !fits) {
    const wanted = shape.map((size) => size ?? '…').join(', ');
    const got = tensor ? `of shape [${tensor.shape.join(', ')}]` : 'missing';
    throw broken(`'${STAGE_PREFIX}${name}' ${got} instead of [${wanted}]`);
  }
  return { values: tensor.toFloat32(), shape: tensor.shape };
}

/** The network's input, which the caller disposes. @throws FastSAMError `INVALID_CHECKPOINT` */
export function readInput({ tensors }: LayerReference): tf.Tensor4D {
  const input = tensors.get(INPUT);
  if (input?.shape.length !== 4)
    throw broken(`'${INPUT}' ${input ? `of shape [${input.shape.join(', ')}]` : 'missing'}`);
  return tf.tensor4d(input.toFloat32(), input.shape as [number, number, number, number]);
}

/** The layers that the file describes. @throws FastSAMError `INVALID_CHECKPOINT` */
export function readLayers({ tensors, metadata }: LayerReference): ReferenceLayer[] {
  const layers = parse(metadata.layers, 'layers');
  if (!Array.isArray(layers) || layers.length === 0) throw broken("no list in the metadata's 'layers'");
  return layers.map((layer: unknown) => {
    if (!isReferenceLayer(layer)) throw broken(`a layer described as ${JSON.stringify(layer).slice(0, 100)}`);
    const count = elementCount(tensors.get(layer.name)?.shape ?? [0]);
    if (count < 1 || count > elementCount(layer.shape)) throw broken(`${count} values for ${layer.name}`);
    return layer;
  });
}

/** The settings of the stages; undefined in a file of layers alone. @throws FastSAMError `INVALID_CHECKPOINT` */
export function readStageSettings({ metadata }: LayerReference): StageSettings | undefined {
  if (!('stages' in metadata)) return undefined;
  const settings = parse(metadata.stages, 'stages');
  if (!isStageSettings(settings)) {
    throw broken(
      `the metadata's 'stages' ${JSON.stringify(settings).slice(0, 100)} without conf, iou, maxDet, image, rules`,
    );
  }
  return settings;
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw broken(`no JSON in the metadata's '${name}'`, error);
  }
}

const isCount = (n: unknown): boolean => Number.isSafeInteger(n) && (n as number) > 0;
const isFraction = (n: unknown): boolean => typeof n === 'number' && n >= 0 && n <= 1;

function isReferenceLayer(value: unknown): value is ReferenceLayer {
  if (typeof value !== 'object' || value === null) return false;
  const { name, shape, step, largest } = value as Record<string, unknown>;
  return (
    typeof name === 'string' &&
    Array.isArray(shape) &&
    shape.every(isCount) &&
    isCount(step) &&
    typeof largest === 'number'
  );
}

function isStageSettings(value: unknown): value is StageSettings {
  if (typeof value !== 'object' || value === null) return false;
  const { conf, iou, maxDet, image, rules } = value as Record<string, unknown>;
  const known: readonly unknown[] = ['fastsam-tfjs', ...COMPAT_NAMES];
  const sized = Array.isArray(image) && image.length === 2 && image.every((side) => isCount(side) && side <= 2 ** 20);
  return isFraction(conf) && isFraction(iou) && isCount(maxDet) && sized && known.includes(rules);
}

/** The error for a file that is none. */
export const broken = (got: string, cause?: unknown): FastSAMError =>
  new FastSAMError(
    'INVALID_CHECKPOINT',
    `reference: got ${got}, expected a file of layer outputs; make one with the script of: fastsam compare --script`,
    { cause },
  );
