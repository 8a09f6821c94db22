/** Which detector runs a network on the device in use. */
import { FastSAMError } from '../errors.js';
import type { Device } from '../runtime/choices.js';
import type { Precision } from '../runtime/choices.js';
import { onDevice } from '../runtime/onDevice.js';
import { runsOnTensorFlow } from '../runtime/tensorFlow.js';
import type { Detector } from './detector.js';
import type { Network } from './network.js';

/** How to run a network. */
export interface DetectorOptions {
  /**
   * Number format of the network. `fp32` (default) gives the Python original's results to rounding. `auto` takes what is
   * fastest here: fp16 on a GPU, bf16 on CPUs that compute in it, else fp32; docs/user/performance.md says what it costs.
   * Boxes, scores and masks are computed in float32 in any case.
   */
  readonly precision?: Precision | 'auto';
  /** Run the network as one compiled graph where the device can (TensorFlow's library). Default true. */
  readonly compile?: boolean;
  /**
   * Where a compiled graph has the weights. `embedded` (default): inside, for many images. `external`: beside it, for a few:
   * ready some 0.6 s sooner and half the memory, 2 to 3 % slower an image (s scale). On a GPU always `embedded`.
   */
  readonly graphWeights?: 'embedded' | 'external';
  readonly signal?: AbortSignal;
}

/** A detector and what it computes in. */
export interface ChosenDetector {
  readonly detector: Detector;
  readonly precision: Precision;
}

/**
 * The fastest detector for the active device; only its code is loaded.
 * @throws FastSAMError `DEVICE_UNAVAILABLE` for a precision that the device does not have, `ABORTED`.
 */
export async function createDetector(
  network: Network,
  device: Device,
  { precision = 'fp32', compile = true, graphWeights = 'embedded', signal }: DetectorOptions,
): Promise<ChosenDetector> {
  if (compile && onDevice(runsOnTensorFlow)) {
    const { CompiledDetector } = await import('./compiledDetector.js');
    const weights = device === 'native-gpu' ? 'embedded' : graphWeights;
    const detector = await CompiledDetector.create(network, { precision, weights, ...(signal && { signal }) });
    return { detector, precision: detector.precision };
  }
  if (precision === 'bf16' || precision === 'fp16') {
    throw new FastSAMError(
      'DEVICE_UNAVAILABLE',
      `precision ${precision}: got the device ${device}${compile ? '' : ' without compilation'}, expected TensorFlow's library and a compiled graph; use fp32, or run: fastsam setup`,
    );
  }
  const { LayersDetector } = await import('./layersDetector.js');
  return { detector: new LayersDetector(network), precision: 'fp32' };
}
