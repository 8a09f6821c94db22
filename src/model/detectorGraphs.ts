/** The graphs that the compiled detector runs: the network up to decoded boxes, and the selection of one image. */
import * as tf from '../runtime/tfjs.js';
import { encodeGraph } from '../runtime/compile/compile.js';
import { keepFloat32 } from '../runtime/compile/precision.js';
import type { Precision } from '../runtime/choices.js';
import { nonMaxSuppressionV3 } from '../runtime/compile/tensorOps.js';
import type { Architecture } from './architecture.js';
import { anchorTensors, decodeAt } from './decode.js';
import { toTensor, type DetectorInput, type Thresholds } from './detector.js';
import { runNetwork, type Network } from './network.js';
import { CLASS_OFFSET, floorToFloat32 } from './nms.js';

/** What the network's graph takes: B images of one size, A anchors each. */
export interface NetworkInputs {
  /** [B,H,W,3] RGB: int32 0…255, fed as bytes, or float32 0…1. */
  readonly image: tf.Tensor4D;
  /** [B·A,2] and [B·A,1] float32: the anchors, once for each image. */
  readonly centres: tf.Tensor2D;
  readonly strides: tf.Tensor2D;
}

/** Every anchor of every image, image after image, as far as the selection looks at it. */
export interface DecodedAnchors {
  /** [B·A,4] float32 xyxy, pixels of the network's input. */
  readonly boxes: tf.Tensor2D;
  /** [B·A] float32. */
  readonly scores: tf.Tensor1D;
  /** [B·A] int32. */
  readonly classes: tf.Tensor1D;
  /** [B·A,k] float32. */
  readonly coefficients: tf.Tensor2D;
}

/** What the network's graph gives. */
export type NetworkOutputs = DecodedAnchors & {
  /** [B·A,classes] float32: the scores of all classes, and their logits. */
  readonly probabilities: tf.Tensor2D;
  readonly logits: tf.Tensor2D;
  /** [B,H/4,W/4,k] float32. */
  readonly prototypes: tf.Tensor4D;
};

/** What the graph takes that selects the objects of one image. */
export type SelectInputs = DecodedAnchors & {
  readonly maxOutputs: tf.Scalar;
  readonly iou: tf.Scalar;
  readonly score: tf.Scalar;
};

/** What it gives: the rows that stay, best first, and which ones these are. */
export type SelectedAnchors = DecodedAnchors & { readonly anchors: tf.Tensor1D };

/** How to write the network as a graph. */
export interface EncodeDetectorOptions {
  readonly precision: Precision;
  readonly weights?: 'embedded' | 'external';
  /** Takes float images as they are instead of bytes. */
  readonly floats?: boolean;
}

/**
 * The network, from pixels to decoded boxes, as the bytes of a graph. They hold the weights unless these are external.
 * @throws as `encodeGraph`
 */
export function encodeDetector(
  network: Network,
  { precision, weights, floats = false }: EncodeDetectorOptions,
): Uint8Array {
  const { regMax } = network.architecture;
  const f = ({ image, centres, strides }: NetworkInputs): NetworkOutputs => {
    const { prototypes, ...raw } = runNetwork(network, floats ? image : tf.div(tf.cast(image, 'float32'), 255));
    const decoded = keepFloat32(() => decodeAt(mergeBatch(raw), centres, strides, regMax));
    return {
      boxes: tf.squeeze(decoded.boxes, [0]),
      scores: tf.squeeze(decoded.scores, [0]),
      classes: tf.squeeze(decoded.classes, [0]),
      coefficients: tf.squeeze(decoded.coefficients, [0]),
      probabilities: tf.squeeze(decoded.probabilities, [0]),
      logits: keepFloat32(() => tf.reshape(raw.classes, [-1, raw.classes.shape[2]])),
      prototypes,
    };
  };
  const { architecture } = network;
  const side = architecture.family.maxStride;
  const examples = [
    imageExample([1, 2 * side, 2 * side], floats, architecture),
    imageExample([2, 3 * side, 4 * side], floats, architecture),
  ] as const;
  try {
    return encodeGraph(f, examples, {
      precision,
      uint8: floats ? [] : ['image'],
      feed: weightsToFeed(network, weights),
    });
  } finally {
    for (const example of examples) tf.dispose(Object.values(example));
  }
}

/** Anchors of all images as if they were of one: [B,A,C] -> [1,B·A,C]. */
function mergeBatch<T extends Readonly<Record<string, tf.Tensor3D>>>(raw: T): { [K in keyof T]: tf.Tensor3D } {
  const flat = Object.entries(raw).map(([name, t]) => [name, tf.reshape(t, [1, -1, t.shape[2]])]);
  return Object.fromEntries(flat) as { [K in keyof T]: tf.Tensor3D };
}

/** NMS of one image, and the rows that survive by descending score. */
export function encodeSelect(classCount: number, k: number): Uint8Array {
  const f = ({ boxes, scores, classes, coefficients, ...limits }: SelectInputs): SelectedAnchors => {
    const kept = nonMaxSuppressionV3(classCount === 1 ? boxes : offsetByClass(boxes, classes), scores, limits);
    return {
      boxes: tf.gather(boxes, kept),
      scores: tf.gather(scores, kept),
      classes: tf.gather(classes, kept),
      coefficients: tf.gather(coefficients, kept),
      anchors: kept,
    };
  };
  const example = (anchors: number): SelectInputs => ({
    boxes: tf.zeros([anchors, 4]),
    scores: tf.ones([anchors]),
    classes: tf.zeros([anchors], 'int32'),
    coefficients: tf.zeros([anchors, k]),
    ...limitTensors({ conf: 0, iou: 1, maxDet: anchors }),
  });
  const examples = [example(2), example(3)] as const;
  try {
    return encodeGraph(f, examples);
  } finally {
    for (const inputs of examples) tf.dispose(Object.values(inputs));
  }
}

/** Moved by their class, so that boxes of different classes lie apart. */
function offsetByClass(boxes: tf.Tensor2D, classes: tf.Tensor1D): tf.Tensor2D {
  return tf.add(boxes, tf.expandDims(tf.mul(tf.cast(classes, 'float32'), CLASS_OFFSET), 1));
}

/** Whether any image is of floats; then all go into the network as such. */
export const hasFloats = ({ images }: DetectorInput): boolean => images.some((image) => image instanceof Float32Array);

/** The tensors to feed, for the graph of bytes or of floats; the caller disposes them. */
export function networkInputs(input: DetectorInput, architecture: Architecture): NetworkInputs {
  const { images, width, height } = input;
  const anchors = repeatedAnchors(images.length, height, width, architecture);
  return { image: hasFloats(input) ? toTensor(input) : byteTensor(input), ...anchors };
}

function byteTensor({ images, width, height }: DetectorInput): tf.Tensor4D {
  const values = new Int32Array(images.length * height * width * 3);
  images.forEach((image, i) => {
    values.set(image, i * image.length);
  });
  return tf.tensor4d(values, [images.length, height, width, 3], 'int32');
}

function imageExample(
  [count, height, width]: readonly [number, number, number],
  floats: boolean,
  architecture: Architecture,
): NetworkInputs {
  const image: tf.Tensor4D = tf.zeros([count, height, width, 3], floats ? 'float32' : 'int32');
  return { image, ...repeatedAnchors(count, height, width, architecture) };
}

function repeatedAnchors(
  count: number,
  height: number,
  width: number,
  architecture: Architecture,
): Pick<NetworkInputs, 'centres' | 'strides'> {
  return tf.tidy(() => {
    const { centres, strides } = anchorTensors(height, width, architecture);
    return { centres: tf.tile(centres, [count, 1]), strides: tf.tile(strides, [count, 1]) };
  });
}

/** The thresholds as the selecting graph takes them; the caller disposes them. */
export function limitTensors({ conf, iou, maxDet }: Thresholds): Pick<SelectInputs, 'maxOutputs' | 'iou' | 'score'> {
  return { maxOutputs: tf.scalar(maxDet, 'int32'), iou: tf.scalar(floorToFloat32(iou)), score: tf.scalar(conf) };
}

/** The weights of a graph that has them outside; none for the others. */
export function weightsToFeed(
  network: Network,
  weights: 'embedded' | 'external' = 'embedded',
): Record<string, tf.Tensor> {
  if (weights !== 'external') return {};
  return Object.fromEntries(network.model.weights.map((weight) => [weight.name, weight.read()]));
}
