/** Puts a checkpoint's tensors into a network. */
import * as tf from '../runtime/tfjs.js';
import { FastSAMError } from '../errors.js';
import { epsilonOf, type NetworkSettings } from '../layers/settings.js';
import { checkTensors } from './check.js';
import { batchNormMap, toHwio, toTransposedKernel, type ChannelMap } from '../weights/fold.js';
import { BATCH_NORM_ARRAYS, binsTensor, convName, convSpecs, type ConvSpec } from './convSpecs.js';
import { usableWeights } from '../weights/finite.js';
import type { StateDict } from '../weights/tensor.js';
import { isFolded, type Architecture } from './architecture.js';
import type { Network } from './network.js';

/**
 * Loads every weight, folding batch norm where the network has none.
 * @throws FastSAMError `CHECKPOINT_MISMATCH` when names or shapes do not fit; the network is untouched then.
 *   `INVALID_CHECKPOINT` for weights that are no usable numbers (`usableWeights`).
 */
export function loadWeights(network: Network, tensors: StateDict): void {
  const folded = isFolded(tensors);
  if (folded && !network.folded) {
    throw new FastSAMError(
      'CHECKPOINT_MISMATCH',
      'checkpoint: got weights with batch norm folded in, expected them with batch norm for this network; ' +
        'build the network with foldBatchNorm',
    );
  }
  checkTensors(tensors, { ...network.architecture, folded });
  checkBins(tensors, network.architecture);
  const weights = new SpecTensors(tensors, folded, network.architecture.settings);
  for (const spec of convSpecs(network.architecture)) loadConvolution(network, spec, weights);
}

/** Arrays of a checkpoint that is known to have them. */
class SpecTensors {
  readonly #tensors: StateDict;

  constructor(
    tensors: StateDict,
    readonly folded: boolean,
    readonly settings: NetworkSettings,
  ) {
    this.#tensors = tensors;
  }

  values(name: string): Float32Array {
    return usableWeights(name, this.#tensors.get(name)?.toFloat32() ?? new Float32Array());
  }

  /** @param block the Conv block. */
  batchNorm(block: string): ChannelMap {
    const name = `${block}.bn`;
    const arrays = {
      weight: this.values(`${name}.weight`),
      bias: this.values(`${name}.bias`),
      mean: this.values(`${name}.running_mean`),
      variance: this.values(`${name}.running_var`),
    };
    return batchNormMap(arrays, epsilonOf(this.settings, block));
  }
}

function loadConvolution({ model, folded }: Network, spec: ConvSpec, tensors: SpecTensors): void {
  const name = convName(spec);
  const weight = tensors.values(`${name}.weight`);
  const set = (layer: string, ...arrays: Float32Array[]): void => {
    setWeights(model.getLayer(layer), arrays);
  };
  if (spec.kind === 'transposed') {
    set(name, toTransposedKernel(weight, spec.inputs, spec.outputs), tensors.values(`${name}.bias`));
    return;
  }
  const shape = [spec.outputs, spec.inputs, spec.kernel, spec.kernel] as const;
  const norm = `${spec.name}.bn`;
  if (spec.kind === 'plain' || tensors.folded) {
    set(name, toHwio(weight, shape), tensors.values(`${name}.bias`));
  } else if (folded) {
    const { scale, shift } = tensors.batchNorm(spec.name);
    set(name, toHwio(weight, shape, scale), Float32Array.from(shift));
  } else {
    set(name, toHwio(weight, shape));
    set(norm, ...BATCH_NORM_ARRAYS.map((array) => tensors.values(`${norm}.${array}`)));
  }
}

function setWeights(layer: tf.layers.Layer, arrays: readonly Float32Array[]): void {
  tf.tidy(() => {
    layer.setWeights(layer.weights.map(({ shape }, i) => tf.tensor(arrays[i], shape as number[], 'float32')));
  });
}

/** The network computes with 0, 1, 2 … as bin positions; a checkpoint with others would give other boxes. */
function checkBins(tensors: StateDict, architecture: Architecture): void {
  const name = binsTensor(architecture) ?? '';
  const positions = tensors.get(name)?.toFloat32() ?? [];
  const wrong = positions.findIndex((value, i) => value !== i);
  if (wrong < 0) return;
  throw new FastSAMError(
    'CHECKPOINT_MISMATCH',
    `${name}: got ${positions[wrong]} at ${wrong}, expected the positions 0, 1, 2 …; use an unaltered checkpoint`,
  );
}
