/** A network's weights by their Ultralytics names: as a checkpoint whose batch norm is folded into its convolutions. */
import type { Network } from '../model/network.js';
import { binsTensor, convName, convSpecs, type ConvSpec } from '../model/convSpecs.js';
import { float32Tensor, type StateDict, type WeightTensor } from '../weights/tensor.js';
import { fromHwio, fromTransposedKernel } from '../weights/unfold.js';
import { readWeights } from './walkLayers.js';

/**
 * What the network computes with, in PyTorch's layout; `FastSAM.load` reads it back.
 * @param network without batch norm layers.
 */
export async function modelState({ model, architecture }: Network): Promise<StateDict> {
  const state = new Map<string, WeightTensor>();
  for (const spec of convSpecs(architecture)) {
    const name = convName(spec);
    const [kernel, bias] = await readWeights(model.getLayer(name));
    state.set(`${name}.weight`, kernelTensor(spec, kernel.values));
    state.set(`${name}.bias`, float32Tensor([spec.outputs], bias.values));
  }
  const bins = binsTensor(architecture);
  if (bins !== undefined) {
    const positions = Float32Array.from({ length: architecture.regMax }, (_, bin) => bin);
    state.set(bins, float32Tensor([1, positions.length, 1, 1], positions));
  }
  return state;
}

function kernelTensor({ kind, inputs, outputs, kernel }: ConvSpec, values: Float32Array): WeightTensor {
  if (kind === 'transposed')
    return float32Tensor([inputs, outputs, 2, 2], fromTransposedKernel(values, inputs, outputs));
  const shape = [outputs, inputs, kernel, kernel] as const;
  return float32Tensor(shape, fromHwio(values, shape));
}
