/** The detector as compiled TensorFlow graphs: the same layers, run as one call. */
import * as tf from '../runtime/tfjs.js';
import { choosePrecision } from '../runtime/compile/compile.js';
import type { CompiledGraph } from '../runtime/compile/compiledGraph.js';
import { loadGraph } from '../runtime/compile/loadGraph.js';
import type { Precision } from '../runtime/choices.js';
import { onDevice } from '../runtime/onDevice.js';
import type { Detections, Detector, DetectorInput, RawAnchors, RawOptions, Thresholds } from './detector.js';
import {
  encodeDetector,
  encodeSelect,
  hasFloats,
  limitTensors,
  networkInputs,
  weightsToFeed,
  type DecodedAnchors,
  type NetworkInputs,
  type NetworkOutputs,
  type SelectedAnchors,
  type SelectInputs,
} from './detectorGraphs.js';
import { requireHalfRange } from './halfRange.js';
import type { Network } from './network.js';
import { readAnchors } from './readAnchors.js';

type NetworkGraph = CompiledGraph<NetworkInputs, NetworkOutputs>;
type SelectGraph = CompiledGraph<SelectInputs, SelectedAnchors>;

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

/** What a detector keeps. */
interface Compiled {
  readonly network: Network;
  /** From bytes. */
  readonly graph: NetworkGraph;
  readonly select: SelectGraph;
  readonly weights: 'embedded' | 'external';
}

/** Runs a network as a graph for any number of images of any size, and TensorFlow's NMS as another. */
export class CompiledDetector implements Detector {
  readonly #compiled: Compiled;
  /** From floats; made when the first float image comes. */
  #floatGraph: NetworkGraph | undefined;
  #loading: Promise<NetworkGraph> | undefined;

  private constructor(
    compiled: Compiled,
    /** What the network computes in. */
    readonly precision: Precision,
  ) {
    this.#compiled = compiled;
  }

  /**
   * @param network stays its owner's. Its weights, if external, are shared from then on; float images need it once more.
   * @throws as `compile`
   */
  static async create(network: Network, options: CompiledDetectorOptions = {}): Promise<CompiledDetector> {
    const { signal, weights = 'embedded' } = options;
    const precision = await onDevice(() => choosePrecision(options.precision ?? 'fp32'));
    if (precision === 'fp16') await requireHalfRange(network, 'precision fp16');
    const encoded = options.encoded ?? onDevice(() => encodeDetector(network, { weights, precision }));
    const feed = weightsToFeed(network, weights);
    const { classes, maskCoefficients } = network.architecture;
    const graph = await onDevice(() => loadGraph<NetworkInputs, NetworkOutputs>(encoded, { feed, signal }));
    try {
      const select = await onDevice(() =>
        loadGraph<SelectInputs, SelectedAnchors>(encodeSelect(classes, maskCoefficients), { signal }),
      );
      return new CompiledDetector({ network, graph, select, weights }, precision);
    } catch (error) {
      graph.dispose();
      throw error;
    }
  }

  async detect(input: DetectorInput, thresholds: Thresholds): Promise<Detections[]> {
    const { prototypes, probabilities, logits, ...anchors } = await this.#run(input);
    return onDevice(() => {
      const limits = limitTensors(thresholds);
      try {
        const count = input.images.length;
        return input.images.map((_, i) => this.#detectionsOf({ index: i, count }, anchors, prototypes, limits));
      } finally {
        tf.dispose([...Object.values(anchors), prototypes, probabilities, logits, ...Object.values(limits)]);
      }
    });
  }

  async raw(input: DetectorInput, { logits = false }: RawOptions = {}): Promise<RawAnchors[]> {
    const outputs = await this.#run(input);
    try {
      const { logits: all, ...others } = outputs;
      return await readAnchors(logits ? { ...others, logits: all } : others, input.images.length);
    } finally {
      tf.dispose(Object.values(outputs));
    }
  }

  dispose(): void {
    this.#compiled.graph.dispose();
    this.#compiled.select.dispose();
    this.#floatGraph?.dispose();
  }

  async #run(input: DetectorInput): Promise<NetworkOutputs> {
    const graph = hasFloats(input) ? await this.#graphOfFloats() : this.#compiled.graph;
    return onDevice(() => {
      const inputs = networkInputs(input, this.#compiled.network.architecture);
      try {
        return graph.run(inputs);
      } finally {
        tf.dispose(Object.values(inputs));
      }
    });
  }

  async #graphOfFloats(): Promise<NetworkGraph> {
    const { network, weights } = this.#compiled;
    this.#loading ??= onDevice(() =>
      loadGraph<NetworkInputs, NetworkOutputs>(
        encodeDetector(network, { weights, precision: this.precision, floats: true }),
        { feed: weightsToFeed(network, weights) },
      ),
    );
    try {
      this.#floatGraph = await this.#loading;
      return this.#floatGraph;
    } catch (error) {
      this.#loading = undefined; // the next call tries again
      throw error;
    }
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
      return { ...this.#compiled.select.run({ ...parts, ...limits }), prototypes: part(prototypes) };
    });
    // Not inside of the tidy: it would look for tensors in every element of the arrays.
    const [, height, width, k] = prototypes.shape;
    const detections: Detections = {
      anchors: rows.anchors.dataSync<'int32'>(),
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
