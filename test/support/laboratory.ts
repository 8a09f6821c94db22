/** Golden data of tools/golden/laboratory.py: outputs of edited networks and gradients, as PyTorch computes them. */
import * as tf from '@tensorflow/tfjs';
import { buildNetwork, type Network, type NetworkOptions } from '../../src/model/network.js';
import { inferArchitecture } from '../../src/model/check.js';
import { loadWeights } from '../../src/model/load.js';
import { readSafetensors } from '../../src/weights/safetensors.js';
import { goldenBytes } from './golden.js';

/** The networks that the script records. */
export const LAB_NETWORKS = ['tiny', 'tiny-3-classes', 'demo'] as const;
export type LabNetwork = (typeof LAB_NETWORKS)[number];

/** An array of the reference: value k is element (k · step) mod size of the whole. */
export interface LabArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly step: number;
  /** Largest absolute value of the whole. */
  readonly largest: number;
  /** How far PyTorch itself is from that in float32, as a share of `largest`. */
  readonly rounding: number;
  readonly values: Float32Array;
}

export interface LabReference {
  readonly arrays: readonly LabArray[];
  /** [1,H,W,3], RGB 0…1. */
  readonly input: Float32Array;
  readonly inputShape: [number, number, number, number];
  /** The anchor that the gradients' scalars are of. */
  readonly anchor: number;
}

export function labReference(name: LabNetwork): LabReference {
  const { tensors, metadata } = readSafetensors(goldenBytes(`laboratory/${name}.safetensors`));
  const described = JSON.parse(metadata.arrays) as Omit<LabArray, 'values'>[];
  const values = (key: string): Float32Array => tensors.get(key)?.toFloat32() ?? new Float32Array();
  return {
    arrays: described.map((array) => ({ ...array, values: values(array.name) })),
    input: values('input'),
    inputShape: tensors.get('input')?.shape as unknown as [number, number, number, number],
    anchor: Number(metadata.anchor),
  };
}

/** The tensors of a network's checkpoint. */
export function labTensors(name: LabNetwork) {
  return readSafetensors(goldenBytes(name === 'demo' ? 'networks/demo.safetensors' : `layers/${name}.safetensors`))
    .tensors;
}

export function labNetwork(name: LabNetwork, options?: NetworkOptions): Network {
  const tensors = labTensors(name);
  const network = buildNetwork(inferArchitecture(tensors), options);
  loadWeights(network, tensors);
  return network;
}

/** Largest difference of a tensor from a reference array, as a share of the reference's largest value. */
export function labDifference(value: tf.Tensor, { shape, step, largest, values }: LabArray): number {
  if (value.shape.join() !== shape.join()) return NaN;
  const got = value.dataSync();
  let worst = 0;
  for (let k = 0; k < values.length; k++) worst = Math.max(worst, Math.abs(got[(k * step) % got.length] - values[k]));
  return worst / largest;
}

/** The script's noise: ((7919 · i) mod 1009) / 1009 − 0.5. */
export function labNoise(shape: number[]): tf.Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Float32Array.from({ length: count }, (_, i) => ((7919 * i) % 1009) / 1009 - 0.5),
    shape,
  );
}
