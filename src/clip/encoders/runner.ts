/** How an encoder is run: layer by layer, or as one compiled graph where TensorFlow's library is in use. */
import * as tf from '../../runtime/tfjs.js';
import { FastSAMError } from '../../errors.js';
import type { NamedTensors } from '../../runtime/compile/compiledGraph.js';
import type { Precision } from '../../runtime/choices.js';
import type { Device } from '../../runtime/choices.js';
import { runsOnTensorFlow } from '../../runtime/tensorFlow.js';
import type { Features } from './imageEncoder.js';
import type { LayerSet } from './layerSet.js';

/** Runs an encoder. The caller keeps the inputs and disposes the features. */
export interface EncoderRunner<I> {
  run(inputs: I): Features;
  /** Frees the weights. */
  dispose(): void;
}

/** What an encoder consists of. */
export interface EncoderParts<I> {
  readonly encode: (inputs: I) => Features;
  /** Owns the encoder's weights; the runner disposes it. */
  readonly set: LayerSet;
  /** Makes two small inputs whose dynamic dimensions differ, for tracing a graph. */
  readonly examples: () => readonly [I, I];
  /** Inputs that are bytes. */
  readonly uint8?: readonly (keyof I & string)[];
}

/** How to run it. */
export interface RunnerOptions {
  readonly precision: Precision;
  /**
   * Where a compiled graph has the weights: `embedded` or `external`, beside it.
   */
  readonly weights: 'embedded' | 'external';
  readonly signal?: AbortSignal | undefined;
}

/**
 * The number format for a device; `auto` is the fastest that it has.
 * @throws FastSAMError `DEVICE_UNAVAILABLE` for one that the device does not have.
 */
export async function encoderPrecision(device: Device, precision: Precision | 'auto'): Promise<Precision> {
  if (runsOnTensorFlow()) return (await import('../../runtime/compile/compile.js')).choosePrecision(precision);
  if (precision === 'fp32' || precision === 'auto') return 'fp32';
  throw new FastSAMError(
    'DEVICE_UNAVAILABLE',
    `precision ${precision}: got the device ${device}, expected TensorFlow's library; use fp32, or run: fastsam setup`,
  );
}

/**
 * The fastest runner for the active device. It owns the weights, also when this fails.
 * @throws as `compile`
 */
export async function createRunner<I extends NamedTensors<I>>(
  parts: EncoderParts<I>,
  options: RunnerOptions,
): Promise<EncoderRunner<I>> {
  const { encode, set } = parts;
  if (!runsOnTensorFlow()) {
    return {
      run: encode,
      dispose: () => {
        set.dispose();
      },
    };
  }
  try {
    const feed = options.weights === 'external' ? set.weights() : {};
    const { loadGraph } = await import('../../runtime/compile/loadGraph.js');
    return await loadGraph<I, Features>(await encodeExamples(parts, feed, options.precision), {
      feed,
      signal: options.signal,
    });
  } finally {
    set.dispose(); // the graph has them, or handles of its own
  }
}

async function encodeExamples<I extends NamedTensors<I>>(
  { encode, examples, uint8 = [] }: EncoderParts<I>,
  feed: Readonly<Record<string, tf.Tensor>>,
  precision: Precision,
): Promise<Uint8Array> {
  const { encodeGraph } = await import('../../runtime/compile/compile.js');
  const pair = examples();
  try {
    // Callers compare and normalise the features in float32.
    return encodeGraph<I, Features>(encode, pair, { precision, uint8, feed });
  } finally {
    for (const example of pair) tf.dispose(Object.values(example));
  }
}
