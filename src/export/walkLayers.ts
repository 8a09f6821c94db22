/** A walk over the network's tfjs layers, by which all formats read what they are, how they hang together and their weights. */
import type * as tf from '../runtime/tfjs.js';
import { schedule } from '../model/forward.js';
import type { Network } from '../model/network.js';

/** One array of a layer, in the layout of tfjs. */
export interface LayerWeight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** All arrays of a layer in tfjs' order, read from whatever backend holds them; none for layers that have none. */
export function readWeights(layer: tf.layers.Layer): Promise<LayerWeight[]> {
  return Promise.all(
    layer.weights.map(async (weight) => ({
      shape: weight.shape as number[],
      values: (await weight.read().data()) as Float32Array,
    })),
  );
}

/** One layer, to be emitted in another format, whose values are of type V. */
export interface NetworkLayer<V> {
  /** Ultralytics' name of it, such as `model.0.conv`. */
  readonly name: string;
  readonly config: tf.serialization.ConfigDict;
  readonly weights: readonly LayerWeight[];
  readonly inputs: readonly V[];
  readonly output: tf.SymbolicTensor;
}

/** Emits each kind of layer, by tfjs' name of its class, into a graph of type G. */
export type Emitters<G, V> = Readonly<Record<string, (graph: G, layer: NetworkLayer<V>) => V>>;

/**
 * Emits the whole network, each layer after its inputs.
 * @param image stands for the network's input.
 * @returns the value that an output of the network, or of one of its layers, has become.
 */
export async function walkLayers<G, V>(
  { model }: Network,
  image: V,
  graph: G,
  emitters: Emitters<G, V>,
): Promise<(output: tf.SymbolicTensor) => V> {
  const values = new Map([[model.inputs[0], image]]);
  const valueOf = (output: tf.SymbolicTensor): V => {
    const value = values.get(output);
    if (value === undefined) throw new Error(`${output.name}: was not emitted`);
    return value;
  };
  for (const output of schedule([model.inputs[0]], model.outputs).order) {
    const { sourceLayer: layer } = output;
    const kind = layer.getClassName();
    if (!(kind in emitters)) throw new Error(`layer ${layer.name}: ${kind} has no form in this format`);
    const inputs = output.inputs.map(valueOf);
    const weights = await readWeights(layer);
    values.set(output, emitters[kind](graph, { name: layer.name, config: layer.getConfig(), weights, inputs, output }));
  }
  return valueOf;
}
