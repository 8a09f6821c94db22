/** A network's weights by their Ultralytics names: as a checkpoint whose batch norm is folded into its convolutions. */
import type { Network } from '../model/network.js';
import { DFL_WEIGHT, networkParts, type Part } from '../model/names.js';
import type { StateDict, WeightTensor } from '../weights/tensor.js';
import { fromHwio, fromTransposedKernel } from '../weights/unfold.js';
import { readWeights } from './walkLayers.js';

/**
 * What the network computes with, in PyTorch's layout; `FastSAM.load` reads it back.
 * @param network without batch norm layers.
 */
export async function modelState({ model, architecture }: Network): Promise<StateDict> {
  const state = new Map<string, WeightTensor>();
  for (const part of networkParts(architecture)) {
    const name = part.kind === 'conv' ? `${part.name}.conv` : part.name;
    const [kernel, bias] = await readWeights(model.getLayer(name));
    state.set(`${name}.weight`, kernelTensor(part, kernel.values));
    state.set(`${name}.bias`, float32([part.outputs], bias.values));
  }
  const { regMax } = architecture;
  if (regMax > 1) {
    state.set(
      DFL_WEIGHT,
      float32(
        [1, regMax, 1, 1],
        Float32Array.from({ length: regMax }, (_, bin) => bin),
      ),
    );
  }
  return state;
}

function kernelTensor({ kind, inputs, outputs, kernel }: Part, values: Float32Array): WeightTensor {
  if (kind === 'transposed') return float32([inputs, outputs, 2, 2], fromTransposedKernel(values, inputs, outputs));
  const shape = [outputs, inputs, kernel, kernel] as const;
  return float32(shape, fromHwio(values, shape));
}

const float32 = (shape: readonly number[], values: Float32Array): WeightTensor => ({
  dtype: 'float32',
  shape,
  toFloat32: () => values,
});
