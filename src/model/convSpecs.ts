/** Every convolution and every tensor that an architecture needs, by its Ultralytics name and with its shape. */
import type { BlockGraph, ConvShape } from '../layers/blockGraph.js';
import type { NetworkSettings } from '../layers/settings.js';
import { elementCount } from '../weights/tensor.js';
import type { Architecture } from './architecture.js';
import { buildGraph } from './buildGraph.js';

/** One convolution with what belongs to it. */
export interface ConvSpec {
  /** Ultralytics name: of the Conv block (`model.0`), or of the convolution itself (`model.22.cv2.0.2`). */
  readonly name: string;
  /** `conv` is followed by batch norm; `plain` has a bias; `transposed` is the 2x2 one of the prototypes. */
  readonly kind: 'conv' | 'plain' | 'transposed';
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride: 1 | 2;
}

/** Every convolution of an architecture, in the order of the layers. */
export function convSpecs(architecture: Architecture): readonly ConvSpec[] {
  return operations(architecture).specs;
}

/** What an architecture computes: its convolutions, and the blocks that have no tensors. */
export interface Operations {
  readonly specs: readonly ConvSpec[];
  /** Names of the poolings (`model.9.m.0`), upsamplings (`model.10`) and sums (`model.2.m.0.add`). */
  readonly pools: readonly string[];
  readonly upsamplings: readonly string[];
  readonly sums: readonly string[];
}

/** Every operation of an architecture that a checkpoint can say something of, in the order of the layers. */
export function operations(architecture: Architecture): Operations {
  const graph = new ConvSpecGraph(architecture.settings);
  buildGraph(graph, 3, architecture);
  return graph;
}

/** Ultralytics' name of a spec's convolution: `model.0.conv` of the Conv block `model.0`. */
export function convName({ name, kind }: ConvSpec): string {
  return kind === 'conv' ? `${name}.conv` : name;
}

/** Blocks as the list of their convolutions. Of a feature map only the channels are known. */
class ConvSpecGraph implements BlockGraph<number> {
  readonly specs: ConvSpec[] = [];
  readonly pools: string[] = [];
  readonly upsamplings: string[] = [];
  readonly sums: string[] = [];

  constructor(readonly settings: NetworkSettings) {}

  conv(name: string, inputs: number, { channels, kernel, stride = 1 }: ConvShape): number {
    return this.#spec({ name, kind: 'conv', inputs, outputs: channels, kernel, stride });
  }

  plainConv(name: string, inputs: number, channels: number): number {
    return this.#spec({ name, kind: 'plain', inputs, outputs: channels, kernel: 1, stride: 1 });
  }

  transposedConv(name: string, inputs: number): number {
    return this.#spec({ name, kind: 'transposed', inputs, outputs: inputs, kernel: 2, stride: 2 });
  }

  concat(_name: string, inputs: readonly number[]): number {
    return inputs.reduce((sum, channels) => sum + channels, 0);
  }

  slice(_name: string, _inputs: number, _start: number, size: number): number {
    return size;
  }

  add(name: string, [channels]: readonly number[]): number {
    this.sums.push(name);
    return channels;
  }

  flattenLevels(_name: string, [channels]: readonly number[]): number {
    return channels;
  }

  maxPool(name: string, channels: number): number {
    this.pools.push(name);
    return channels;
  }

  upsample(name: string, channels: number): number {
    this.upsamplings.push(name);
    return channels;
  }

  dfl(_name: string, channels: number): number {
    return channels;
  }

  name(_name: string, channels: number): number {
    return channels;
  }

  channelsOf(channels: number): number {
    return channels;
  }

  #spec(spec: ConvSpec): number {
    this.specs.push(spec);
    return spec.outputs;
  }
}

/** Arrays of a batch norm that the network uses, in the order of tfjs' layer. */
export const BATCH_NORM_ARRAYS = ['weight', 'bias', 'running_mean', 'running_var'] as const;

/**
 * Name of the constants 0 … regMax-1 that Ultralytics stores as a convolution; undefined where boxes have one bin, which
 * needs none.
 */
export function binsTensor({ family, regMax }: Architecture): string | undefined {
  return regMax > 1 ? family.headTensor(family.head.bins) : undefined;
}

/** Name and shape (PyTorch's order of axes) of every tensor of an architecture. */
export function expectedTensors(architecture: Architecture): Map<string, readonly number[]> {
  const expected = new Map<string, readonly number[]>();
  for (const spec of convSpecs(architecture)) {
    const { name, kind, inputs, outputs, kernel } = spec;
    const channels = kind === 'transposed' ? [inputs, outputs] : [outputs, inputs];
    expected.set(`${convName(spec)}.weight`, [...channels, kernel, kernel]);
    if (kind !== 'conv' || architecture.folded) expected.set(`${convName(spec)}.bias`, [outputs]);
    else for (const array of BATCH_NORM_ARRAYS) expected.set(`${name}.bn.${array}`, [outputs]);
  }
  const bins = binsTensor(architecture);
  if (bins !== undefined) expected.set(bins, [1, architecture.regMax, 1, 1]);
  return expected;
}

/** Parameters as PyTorch counts them: statistics of batch norm are none, the constants of DFL are. */
export function parameterCount(architecture: Architecture): number {
  let count = 0;
  for (const [name, shape] of expectedTensors(architecture)) {
    if (!name.includes('.running_')) count += elementCount(shape);
  }
  return count;
}
