/** Puts a checkpoint's tensors into a network. */
import * as tf from '@tensorflow/tfjs';
import { FastSAMError } from '../errors.js';
import { BATCH_NORM_EPSILON } from '../layers/tfjsGraph.js';
import { checkTensors } from './check.js';
import { batchNormMap, toHwio, toTransposedKernel, type ChannelMap } from '../weights/fold.js';
import { DFL_WEIGHT, networkParts, type Part } from './names.js';
import type { StateDict } from '../weights/tensor.js';
import { isFolded } from './architecture.js';
import type { Network } from './network.js';

/**
 * Loads every weight, folding batch norm where the network has none.
 * @throws FastSAMError `CHECKPOINT_MISMATCH` when names or shapes do not fit; the network is untouched then.
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
  checkDfl(tensors);
  for (const part of networkParts(network.architecture)) loadPart(network, part, new PartTensors(tensors, folded));
}

/** Arrays of a checkpoint that is known to have them. */
class PartTensors {
  constructor(
    private readonly tensors: StateDict,
    readonly folded: boolean,
  ) {}

  values(name: string): Float32Array {
    return this.tensors.get(name)?.toFloat32() ?? new Float32Array();
  }

  batchNorm(name: string): ChannelMap {
    const arrays = {
      weight: this.values(`${name}.weight`),
      bias: this.values(`${name}.bias`),
      mean: this.values(`${name}.running_mean`),
      variance: this.values(`${name}.running_var`),
    };
    return batchNormMap(arrays, BATCH_NORM_EPSILON);
  }
}

function loadPart({ model, folded }: Network, part: Part, tensors: PartTensors): void {
  const name = part.kind === 'conv' ? `${part.name}.conv` : part.name;
  const weight = tensors.values(`${name}.weight`);
  const set = (layer: string, ...arrays: Float32Array[]): void => {
    setWeights(model.getLayer(layer), arrays);
  };
  if (part.kind === 'transposed') {
    set(name, toTransposedKernel(weight, part.inputs, part.outputs), tensors.values(`${name}.bias`));
    return;
  }
  const shape = [part.outputs, part.inputs, part.kernel, part.kernel] as const;
  if (part.kind === 'plain' || tensors.folded) {
    set(name, toHwio(weight, shape), tensors.values(`${name}.bias`));
  } else if (folded) {
    const { scale, shift } = tensors.batchNorm(`${part.name}.bn`);
    set(name, toHwio(weight, shape, scale), Float32Array.from(shift));
  } else {
    set(name, toHwio(weight, shape));
    const arrays = ['weight', 'bias', 'running_mean', 'running_var']; // in the order of tfjs' batch norm
    set(`${part.name}.bn`, ...arrays.map((array) => tensors.values(`${part.name}.bn.${array}`)));
  }
}

function setWeights(layer: tf.layers.Layer, arrays: readonly Float32Array[]): void {
  tf.tidy(() => {
    layer.setWeights(layer.weights.map(({ shape }, i) => tf.tensor(arrays[i], shape as number[], 'float32')));
  });
}

/** The network computes with 0, 1, 2 … as bin positions; a checkpoint with others would give other boxes. */
function checkDfl(tensors: StateDict): void {
  const positions = tensors.get(DFL_WEIGHT)?.toFloat32() ?? [];
  const wrong = positions.findIndex((value, i) => value !== i);
  if (wrong < 0) return;
  throw new FastSAMError(
    'CHECKPOINT_MISMATCH',
    `${DFL_WEIGHT}: got ${positions[wrong]} at ${wrong}, expected the positions 0, 1, 2 …; use an unaltered checkpoint`,
  );
}
