/** The small networks of test/golden/layers, as several tests need them. */
import { loadWeights } from '../../src/model/load.js';
import { buildNetwork, type Network, type NetworkOptions } from '../../src/model/network.js';
import { inferArchitecture } from '../../src/model/check.js';
import { readSafetensors, type Safetensors } from '../../src/weights/safetensors.js';
import { goldenBytes } from './golden.js';

/** `tiny`: 1 class, regMax 5, 64x96. `tiny-3-classes`: regMax 7, 96x64, deeper. */
export type TinyName = 'tiny' | 'tiny-3-classes';

export function tinyFile(name: TinyName | `${TinyName}.reference`): Safetensors {
  return readSafetensors(goldenBytes(`layers/${name}.safetensors`));
}

export function tinyNetwork(name: TinyName, options?: NetworkOptions): Network {
  const { tensors } = tinyFile(name);
  const network = buildNetwork(inferArchitecture(tensors), options);
  loadWeights(network, tensors);
  return network;
}
