/** Every tensor that an architecture needs, by its Ultralytics name and with its shape. */
import type { BlockGraph, ConvShape } from '../layers/blockGraph.js';
import { elementCount } from '../weights/tensor.js';
import type { Architecture } from './architecture.js';
import { layNetwork } from './layNetwork.js';

/** One convolution with what belongs to it. */
export interface Part {
  /** Ultralytics name: of the Conv block (`model.0`), or of the convolution itself (`model.22.cv2.0.2`). */
  readonly name: string;
  /** `conv` is followed by batch norm; `plain` has a bias; `transposed` is the 2x2 one of the prototypes. */
  readonly kind: 'conv' | 'plain' | 'transposed';
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: number;
}

/** Every convolution of an architecture, in the order of the layers. */
export function networkParts(architecture: Architecture): Part[] {
  const graph = new PartsGraph();
  layNetwork(graph, 3, architecture);
  return graph.parts;
}

/** Blocks as the list of their convolutions; of a feature map only the channels are known. */
class PartsGraph implements BlockGraph<number> {
  readonly parts: Part[] = [];

  conv(name: string, inputs: number, { channels, kernel }: ConvShape): number {
    return this.#part({ name, kind: 'conv', inputs, outputs: channels, kernel });
  }

  plainConv(name: string, inputs: number, channels: number): number {
    return this.#part({ name, kind: 'plain', inputs, outputs: channels, kernel: 1 });
  }

  transposedConv(name: string, inputs: number): number {
    return this.#part({ name, kind: 'transposed', inputs, outputs: inputs, kernel: 2 });
  }

  concat(_: string, inputs: readonly number[]): number {
    return inputs.reduce((sum, channels) => sum + channels, 0);
  }

  slice(_: string, __: number, ___: number, size: number): number {
    return size;
  }

  add = (_: string, [channels]: readonly number[]): number => channels;
  joinLevels = this.add;
  maxPool = (_: string, channels: number): number => channels;
  upsample = this.maxPool;
  dfl = this.maxPool;
  name = this.maxPool;
  channelsOf = (channels: number): number => channels;

  #part(part: Part): number {
    this.parts.push(part);
    return part.outputs;
  }
}

/** Name of the constants 0 … regMax-1 that Ultralytics stores as a convolution. */
export const DFL_WEIGHT = 'model.22.dfl.conv.weight';

/** Arrays of a batch norm that the network uses. */
const BATCH_NORM_ARRAYS = ['weight', 'bias', 'running_mean', 'running_var'] as const;

/** Name and shape (PyTorch's order of axes) of every tensor of an architecture. */
export function expectedTensors(architecture: Architecture): Map<string, readonly number[]> {
  const expected = new Map<string, readonly number[]>();
  for (const { name, kind, inputs, outputs, kernel } of networkParts(architecture)) {
    const convolution = kind === 'conv' ? `${name}.conv` : name;
    const channels = kind === 'transposed' ? [inputs, outputs] : [outputs, inputs];
    expected.set(`${convolution}.weight`, [...channels, kernel, kernel]);
    if (kind !== 'conv' || architecture.folded) expected.set(`${convolution}.bias`, [outputs]);
    else for (const array of BATCH_NORM_ARRAYS) expected.set(`${name}.bn.${array}`, [outputs]);
  }
  if (architecture.regMax > 1) expected.set(DFL_WEIGHT, [1, architecture.regMax, 1, 1]);
  return expected;
}

/** Parameters as PyTorch counts them: batch norm's statistics are none, DFL's constants are. */
export function parameterCount(architecture: Architecture): number {
  let count = 0;
  for (const [name, shape] of expectedTensors(architecture)) {
    if (!name.includes('.running_')) count += elementCount(shape);
  }
  return count;
}
