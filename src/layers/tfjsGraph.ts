/** Blocks as tfjs layers; every output can be found again by its Ultralytics name. */
import * as tf from '../runtime/tfjs.js';
import type { BlockGraph, ConvShape } from './blockGraph.js';
import { Activation } from './activation.js';
import { ChannelSlice } from './channelSlice.js';
import { Dfl } from './dfl.js';
import { FlattenLevels } from './flattenLevels.js';
import { activationOf, epsilonOf, STANDARD_SETTINGS, type NetworkSettings } from './settings.js';
import { StridedConv } from './stridedConv.js';
import { TransposedConv } from './transposedConv.js';
import { Upsample } from './upsample.js';

/** Share of the old statistics that training keeps at each step (PyTorch counts the other share: 0.03). */
const BATCH_NORM_MOMENTUM = 0.97;

type Map2d = tf.SymbolicTensor;

export class TfjsGraph implements BlockGraph<Map2d> {
  /** Symbolic outputs by name: tfjs layers (`model.0.conv`) and whole blocks (`model.0`). */
  readonly outputs = new Map<string, Map2d>();

  /** @param folded whether convolutions carry a bias and no batch norm follows them. */
  constructor(
    readonly folded: boolean,
    readonly settings: NetworkSettings = STANDARD_SETTINGS,
  ) {}

  /** Layers: `<name>.conv`, `<name>.bn` (none when the graph is folded: the convolution has a bias instead), `<name>.act`. */
  conv(name: string, x: Map2d, shape: ConvShape): Map2d {
    let y = this.#apply(convolution(`${name}.conv`, shape, this.folded), x);
    if (!this.folded) y = this.#apply(batchNorm(`${name}.bn`, epsilonOf(this.settings, name)), y);
    return this.name(
      name,
      this.#apply(new Activation({ name: `${name}.act`, ...activationOf(this.settings, name) }), y),
    );
  }

  plainConv(name: string, x: Map2d, channels: number): Map2d {
    return this.#apply(convolution(name, { channels, kernel: 1 }, true), x);
  }

  transposedConv(name: string, x: Map2d): Map2d {
    return this.#apply(new TransposedConv({ name }), x);
  }

  add(name: string, x: readonly Map2d[]): Map2d {
    return this.#apply(tf.layers.add({ name }), [...x]);
  }

  concat(name: string, x: readonly Map2d[]): Map2d {
    return this.#apply(tf.layers.concatenate({ name }), [...x]);
  }

  slice(name: string, x: Map2d, start: number, size: number): Map2d {
    return this.#apply(new ChannelSlice({ name, start, size }), x);
  }

  maxPool(name: string, x: Map2d, size: number): Map2d {
    // 'same' pads both sides alike here, and padding never wins a maximum
    return this.#apply(tf.layers.maxPooling2d({ name, poolSize: size, strides: 1, padding: 'same' }), x);
  }

  upsample(name: string, x: Map2d): Map2d {
    return this.#apply(new Upsample({ name }), x);
  }

  flattenLevels(name: string, x: readonly Map2d[]): Map2d {
    return this.#apply(new FlattenLevels({ name }), [...x]);
  }

  dfl(name: string, x: Map2d, regMax: number): Map2d {
    return this.#apply(new Dfl({ name, regMax }), x);
  }

  name(name: string, x: Map2d): Map2d {
    this.outputs.set(name, x);
    return x;
  }

  channelsOf(x: Map2d): number {
    return Number(x.shape.at(-1));
  }

  #apply(layer: tf.layers.Layer, input: Map2d | Map2d[]): Map2d {
    return this.name(layer.name, layer.apply(input) as Map2d);
  }
}

function convolution(name: string, { channels, kernel, stride = 1 }: ConvShape, useBias: boolean): tf.layers.Layer {
  if (stride === 2) return new StridedConv({ name, filters: channels, useBias });
  return tf.layers.conv2d({
    name,
    filters: channels,
    kernelSize: kernel,
    padding: 'same', // at stride 1 this pads both sides alike
    useBias,
    kernelInitializer: 'zeros', // weights are loaded; drawing random ones first takes seconds
  });
}

function batchNorm(name: string, epsilon: number): tf.layers.Layer {
  return tf.layers.batchNormalization({ name, epsilon, momentum: BATCH_NORM_MOMENTUM });
}
