/** Which detector runs a network on the device in use. */
import { FastSAMError } from '../errors.js';
import type { Device } from '../runtime/deviceStatus.js';
import type { Precision } from '../runtime/compile/precision.js';
import { CompiledDetector } from './compiledDetector.js';
import { LayersDetector, type Detector } from './detector.js';
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
   * Where a compiled graph has the weights. `constant` (default): inside, for many images. `fed`: beside it, for a few:
   * ready some 0.6 s sooner and half the memory, 2 to 3 % slower an image (s scale). On a GPU always `constant`.
   */
  readonly graphWeights?: 'constant' | 'fed';
  readonly signal?: AbortSignal;
}

/** A detector and what it computes in. */
export interface ChosenDetector {
  readonly detector: Detector;
  readonly precision: Precision;
}

/**
 * The fastest detector for a device.
 * @throws FastSAMError `DEVICE_UNAVAILABLE` for a precision that the device does not have, `ABORTED`.
 */
export async function createDetector(
  network: Network,
  device: Device,
  { precision = 'fp32', compile = true, graphWeights = 'constant', signal }: DetectorOptions,
): Promise<ChosenDetector> {
  if (compile && (device === 'native-cpu' || device === 'native-gpu')) {
    const weights = device === 'native-gpu' ? 'constant' : graphWeights;
    const detector = await CompiledDetector.create(network, { precision, weights, ...(signal && { signal }) });
    return { detector, precision: detector.precision };
  }
  if (precision === 'bf16' || precision === 'fp16') {
    throw new FastSAMError(
      'DEVICE_UNAVAILABLE',
      `precision ${precision}: got the device ${device}${compile ? '' : ' without compilation'}, expected TensorFlow's library and a compiled graph; use fp32, or run: fastsam setup`,
    );
  }
  return { detector: new LayersDetector(network), precision: 'fp32' };
}
