/** The detector as compiled TensorFlow graphs: the same layers, run as one call. */
import * as tf from '@tensorflow/tfjs';
import { choosePrecision, encodeGraph } from '../runtime/compile/compile.js';
import type { CompiledGraph } from '../runtime/compile/compiledGraph.js';
import { loadGraph } from '../runtime/compile/loadGraph.js';
import { keepFloat32 } from '../runtime/compile/precision.js';
import type { Precision } from '../runtime/choices.js';
import { nonMaxSuppressionV3 } from '../runtime/compile/tensorOps.js';
import type { Architecture } from './architecture.js';
import { anchorTensors, decodeAt } from './decode.js';
import {
  bytesOf,
  detectOnce,
  type Detections,
  type Detector,
  type DetectorInput,
  type KeptOutputs,
  type Thresholds,
} from './detector.js';
import { runNetwork, type Network } from './network.js';
import { floorToFloat32, offsetByClass } from './nms.js';

/** What the network's graph takes: B images of one size, A anchors each. */
interface NetworkInputs {
  /** int32 [B,H,W,3], RGB 0…255, fed as bytes. */
  readonly image: tf.Tensor4D;
  /** [B·A,2] and [B·A,1] float32: the anchors, once for each image. */
  readonly centres: tf.Tensor2D;
  readonly strides: tf.Tensor2D;
}

/** What it gives: every anchor of every image, image after image. */
interface DecodedAnchors {
  /** [B·A,4] float32 xyxy, pixels of the network's input. */
  readonly boxes: tf.Tensor2D;
  /** [B·A] float32. */
  readonly scores: tf.Tensor1D;
  /** [B·A] int32. */
  readonly classes: tf.Tensor1D;
  /** [B·A,k] float32. */
  readonly coefficients: tf.Tensor2D;
}

type NetworkOutputs = DecodedAnchors & {
  /** [B,H/4,W/4,k] float32. */
  readonly prototypes: tf.Tensor4D;
};

/** What the graph takes that selects the objects of one image. */
type SelectInputs = DecodedAnchors & {
  readonly maxOutputs: tf.Scalar;
  readonly iou: tf.Scalar;
  readonly score: tf.Scalar;
};

type NetworkGraph = CompiledGraph<NetworkInputs, NetworkOutputs>;
type SelectGraph = CompiledGraph<SelectInputs, DecodedAnchors>;

/** How to compile a detector. */
export interface CompiledDetectorOptions {
  /** Of the network; boxes, scores and their selection are always computed in float32. Default 'fp32'. */
  readonly precision?: Precision | 'auto';
  /** `external` loads faster and needs less memory, `embedded` runs faster. Default 'embedded'. */
  readonly weights?: 'embedded' | 'external';
  /** What `encodeDetector` gave for the same network, precision and weights: saves the tracing. */
  readonly encoded?: Uint8Array;
  readonly signal?: AbortSignal;
}

/** Runs a network as a graph for any number of images of any size, and TensorFlow's NMS as another. */
export class CompiledDetector implements Detector {
  readonly #architecture: Architecture;
  readonly #network: NetworkGraph;
  readonly #select: SelectGraph;

  private constructor(
    architecture: Architecture,
    graphs: { readonly network: NetworkGraph; readonly select: SelectGraph },
    /** What the network computes in. */
    readonly precision: Precision,
  ) {
    this.#architecture = architecture;
    this.#network = graphs.network;
    this.#select = graphs.select;
  }

  /**
   * @param network is needed until the promise is fulfilled (its weights, if external, are shared after that).
   * @throws as `compile`
   */
  static async create(network: Network, options: CompiledDetectorOptions = {}): Promise<CompiledDetector> {
    const { signal } = options;
    const precision = await choosePrecision(options.precision ?? 'fp32');
    const encoded = options.encoded ?? encodeDetector(network, { ...options, precision });
    const feed = feedOf(network, options);
    const { classes, maskCoefficients } = network.architecture;
    const graph = await loadGraph<NetworkInputs, NetworkOutputs>(encoded, { feed, signal });
    try {
      const select = await loadGraph<SelectInputs, DecodedAnchors>(encodeSelect(classes, maskCoefficients), { signal });
      return new CompiledDetector(network.architecture, { network: graph, select }, precision);
    } catch (error) {
      graph.dispose();
      throw error;
    }
  }

  async detect(input: DetectorInput, thresholds: Thresholds): Promise<Detections[]> {
    return detectOnce(this.keep(input), thresholds);
  }

  keep(input: DetectorInput): KeptOutputs {
    const inputs = networkInputs(input, this.#architecture);
    const { prototypes, ...anchors } = this.#network.run(inputs);
    tf.dispose(Object.values(inputs));
    const held: tf.Tensor[] = [prototypes, ...Object.values(anchors)];
    const count = input.images.length;
    return {
      bytes: bytesOf(held),
      select: (thresholds) => {
        const limits = limitTensors(thresholds);
        try {
          return Promise.resolve(
            input.images.map((_, i) => this.#detectionsOf({ index: i, count }, anchors, prototypes, limits)),
          );
        } finally {
          tf.dispose(Object.values(limits));
        }
      },
      dispose: () => {
        tf.dispose(held);
      },
    };
  }

  dispose(): void {
    this.#network.dispose();
    this.#select.dispose();
  }

  #detectionsOf(
    { index, count }: { readonly index: number; readonly count: number },
    anchors: DecodedAnchors,
    prototypes: tf.Tensor4D,
    limits: Pick<SelectInputs, 'maxOutputs' | 'iou' | 'score'>,
  ): Detections {
    const rows = tf.tidy(() => {
      const part = <T extends tf.Tensor>(t: T): T => (count === 1 ? tf.clone(t) : (tf.split(t, count)[index] as T));
      const { boxes, scores, classes, coefficients } = anchors;
      const parts = {
        boxes: part(boxes),
        scores: part(scores),
        classes: part(classes),
        coefficients: part(coefficients),
      };
      return { ...this.#select.run({ ...parts, ...limits }), prototypes: part(prototypes) };
    });
    // Not inside of the tidy: it would look for tensors in every element of the arrays.
    const [, height, width, k] = prototypes.shape;
    const detections: Detections = {
      boxes: rows.boxes.dataSync<'float32'>(),
      scores: rows.scores.dataSync<'float32'>(),
      classes: rows.classes.dataSync<'int32'>(),
      coefficients: rows.coefficients.dataSync<'float32'>(),
      prototypes: { data: rows.prototypes.dataSync<'float32'>(), height, width, k },
    };
    tf.dispose(rows);
    return detections;
  }
}

/**
 * The network, from bytes to decoded boxes, as the bytes of a graph. They hold the weights unless these are external.
 * @throws as `encodeGraph`
 */
export function encodeDetector(
  network: Network,
  { precision, weights }: { readonly precision: Precision; readonly weights?: 'embedded' | 'external' },
): Uint8Array {
  const { regMax } = network.architecture;
  const f = ({ image, centres, strides }: NetworkInputs): NetworkOutputs => {
    const { prototypes, ...raw } = runNetwork(network, tf.div(tf.cast(image, 'float32'), 255));
    const decoded = keepFloat32(() => decodeAt(mergeBatch(raw), centres, strides, regMax));
    return {
      boxes: tf.squeeze(decoded.boxes, [0]),
      scores: tf.squeeze(decoded.scores, [0]),
      classes: tf.squeeze(decoded.classes, [0]),
      coefficients: tf.squeeze(decoded.coefficients, [0]),
      prototypes,
    };
  };
  const { architecture } = network;
  const side = architecture.family.maxStride;
  const examples = [
    imageExample(1, 2 * side, 2 * side, architecture),
    imageExample(2, 3 * side, 4 * side, architecture),
  ] as const;
  try {
    return encodeGraph(f, examples, { precision, uint8: ['image'], feed: feedOf(network, { weights }) });
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
function encodeSelect(classCount: number, k: number): Uint8Array {
  const f = ({ boxes, scores, classes, coefficients, ...limits }: SelectInputs): DecodedAnchors => {
    const kept = nonMaxSuppressionV3(classCount === 1 ? boxes : offsetByClass(boxes, classes), scores, limits);
    return {
      boxes: tf.gather(boxes, kept),
      scores: tf.gather(scores, kept),
      classes: tf.gather(classes, kept),
      coefficients: tf.gather(coefficients, kept),
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

function networkInputs({ images, width, height }: DetectorInput, architecture: Architecture): NetworkInputs {
  const count = images.length;
  const values = new Int32Array(count * height * width * 3);
  images.forEach((image, i) => {
    values.set(image, i * image.length);
  });
  const image = tf.tensor4d(values, [count, height, width, 3], 'int32');
  return { image, ...repeatedAnchors(count, height, width, architecture) };
}

function imageExample(count: number, height: number, width: number, architecture: Architecture): NetworkInputs {
  const image: tf.Tensor4D = tf.zeros([count, height, width, 3], 'int32');
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

function limitTensors({ conf, iou, maxDet }: Thresholds): Pick<SelectInputs, 'maxOutputs' | 'iou' | 'score'> {
  return { maxOutputs: tf.scalar(maxDet, 'int32'), iou: tf.scalar(floorToFloat32(iou)), score: tf.scalar(conf) };
}

function feedOf(network: Network, { weights }: Pick<CompiledDetectorOptions, 'weights'>): Record<string, tf.Tensor> {
  if (weights !== 'external') return {};
  return Object.fromEntries(network.model.weights.map((weight) => [weight.name, weight.read()]));
}
