/**
 * Checkpoints with random weights, for measuring: the speed of a network does not depend on what it has learnt. The
 * weights are such that activations keep their size through all layers, scores spread over 0…1 and boxes have ordinary
 * sizes, so that a threshold gives one object or hundreds.
 */
import { architectureFor, type Architecture } from '../../model/architecture.js';
import type { Scale } from '../../model/families/scaling.js';
import { YOLOV8_SEG } from '../../model/families/yolov8Seg.js';
import { binsTensor, convSpecs, type ConvSpec } from '../../model/convSpecs.js';
import { safetensorsMetadata } from '../../weights/checkpointStrings.js';
import { writeSafetensors } from '../../weights/writeSafetensors.js';
import { elementCount, type WeightTensor } from '../../weights/tensor.js';

/** Keeps the variance through a convolution and SiLU: 1 / √E[SiLU(x)²] for x of the standard normal distribution. */
const SILU_GAIN = 1.677;
/** Of the second convolution of a bottleneck, whose output is added to its input: else every addition doubles the variance. */
const RESIDUAL_GAIN = 0.5;
/** Variance of the images' local contrast, which the first layer brings to 1. */
const CONTRAST = 0.004;
/** Class logits: one object of an image scores high, hundreds above a low threshold. */
const CLASS_BIAS = -3;
const CLASS_SPREAD = 1;
/** DFL logits fall by this from bin to bin, which puts a box's sides some 3 strides from its anchor. */
const BIN_SLOPE = 0.25;

/**
 * A checkpoint of one of the five sizes with one class.
 * @param seed equal seeds give equal bytes.
 * @returns a safetensors file, float32, with batch norm.
 */
export function randomCheckpoint(scale: Scale, seed = 1): Uint8Array {
  const architecture = architectureFor(YOLOV8_SEG, scale);
  const random = normalRandom(seed);
  const tensors = new Map<string, WeightTensor>();
  for (const spec of convSpecs(architecture)) {
    for (const [name, tensor] of specTensors(spec, architecture, random)) tensors.set(name, tensor);
  }
  const bins = binsTensor(architecture);
  if (bins !== undefined)
    tensors.set(
      bins,
      tensorOf([1, architecture.regMax, 1, 1], (i) => i),
    );
  const facts = { format: 'safetensors', source: 'state_dict', tensors, imgsz: 640, names: { 0: 'object' } } as const;
  const description = `random weights of scale ${scale}, seed ${seed}, for benchmarks`;
  return writeSafetensors(tensors, safetensorsMetadata({ ...facts, metadata: { description } }));
}

/** Weights of one convolution and of what belongs to it. */
function specTensors(spec: ConvSpec, architecture: Architecture, random: () => number): [string, WeightTensor][] {
  const { name, kind, inputs, outputs, kernel } = spec;
  const gain = gainOf(spec);
  if (kind === 'transposed') {
    const spread = gain / Math.sqrt(inputs);
    return [
      [`${name}.weight`, tensorOf([inputs, outputs, kernel, kernel], () => spread * random())],
      [`${name}.bias`, tensorOf([outputs], () => 0)],
    ];
  }
  const spread = gain / Math.sqrt(inputs * kernel * kernel);
  const weight = tensorOf([outputs, inputs, kernel, kernel], () => spread * random());
  if (kernel > 1) removeMeans(weight.toFloat32(), kernel * kernel);
  if (kind === 'plain') {
    const bias = biasOf(name, architecture);
    return [
      [`${name}.weight`, weight],
      [`${name}.bias`, tensorOf([outputs], bias)],
    ];
  }
  return [
    [`${name}.conv.weight`, weight],
    [`${name}.bn.weight`, tensorOf([outputs], () => 1)],
    [`${name}.bn.bias`, tensorOf([outputs], () => 0.1 * random())],
    [`${name}.bn.running_mean`, tensorOf([outputs], () => 0)],
    [`${name}.bn.running_var`, tensorOf([outputs], () => (name === 'model.0' ? CONTRAST : 1))],
  ];
}

function gainOf({ name, kind }: ConvSpec): number {
  if (kind === 'plain') return name.includes('.cv3.') ? CLASS_SPREAD : 1;
  return /\.m\.\d+\.cv2$/.test(name) ? RESIDUAL_GAIN : SILU_GAIN;
}

/** Biases of the head's last convolutions: boxes, classes, coefficients. */
function biasOf(name: string, { regMax }: Architecture): (i: number) => number {
  if (name.includes('.cv2.')) return (i) => -BIN_SLOPE * (i % regMax);
  return () => (name.includes('.cv3.') ? CLASS_BIAS : 0);
}

/**
 * Takes the mean of each filter away. SiLU's outputs are positive on average; without this the constant part grows from
 * layer to layer until all places of a map look alike.
 */
function removeMeans(weights: Float32Array, size: number): void {
  for (let at = 0; at < weights.length; at += size) {
    let mean = 0;
    for (let i = 0; i < size; i++) mean += weights[at + i] / size;
    for (let i = 0; i < size; i++) weights[at + i] -= mean;
  }
}

function tensorOf(shape: readonly number[], value: (i: number) => number): WeightTensor {
  const values = new Float32Array(elementCount(shape));
  for (let i = 0; i < values.length; i++) values[i] = value(i);
  return { dtype: 'float32', shape, toFloat32: () => values };
}

/** Standard normal numbers: Marsaglia's polar method over the mulberry32 generator. */
function normalRandom(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      const u = 2 * uniform() - 1;
      const v = 2 * uniform() - 1;
      const square = u * u + v * v;
      if (square > 0 && square < 1) {
        const factor = Math.sqrt((-2 * Math.log(square)) / square);
        spare = v * factor;
        return u * factor;
      }
    }
  };
}
