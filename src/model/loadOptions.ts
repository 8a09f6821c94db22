/** Options of `FastSAM.load` and their checks. */
import type { OnProgress } from '../progress.js';
import type { TextImageModel } from '../prompt/textModel.js';
import type { Precision } from '../runtime/compile/precision.js';
import { DEVICE_CHOICES, type DeviceChoice } from '../runtime/device.js';
import { checkBoolean, checkFunction, checkNames, checkOneOf, checkSignal } from '../options/checks.js';
import { PRECISION_CHOICES } from '../runtime/compile/precision.js';

/** Options of `FastSAM.load`. */
export interface LoadOptions {
  /** Where to run. Default `auto`: the fastest device that is present. */
  device?: DeviceChoice;
  /** Number format of the network, see `DetectorOptions`. Default `fp32`. */
  precision?: Precision | 'auto';
  /** Run the network as one compiled graph where the device can. Default true. */
  compile?: boolean;
  /** Where a compiled graph has the weights, see `DetectorOptions`. Default `embedded`. */
  graphWeights?: 'embedded' | 'external';
  /** Keep batch norm as layers of their own instead of folding it into the convolutions. Default false. */
  keepBatchNorm?: boolean;
  /**
   * The encoders of text prompts: what `Clip.load` takes, then loaded at the first `Results.promptText` and freed with this
   * model, or encoders that are loaded, then left to you. Default `ViT-B/32` (354 MB download).
   */
  textModel?: string | URL | Uint8Array | TextImageModel;
  /** Receives the progress of a download. */
  onProgress?: OnProgress;
  /** Cancels the download. */
  signal?: AbortSignal;
}

const LOAD_OPTIONS: ReadonlySet<string> = new Set<keyof LoadOptions>([
  'device',
  'precision',
  'compile',
  'keepBatchNorm',
  'graphWeights',
  'textModel',
  'onProgress',
  'signal',
]);

/**
 * Checks what can be checked before a download.
 * @throws FastSAMError `INVALID_ARGUMENT`.
 */
export function checkLoadOptions(options: LoadOptions): void {
  checkNames(options, LOAD_OPTIONS);
  checkOneOf('device', options.device ?? 'auto', DEVICE_CHOICES);
  checkOneOf('precision', options.precision ?? 'auto', PRECISION_CHOICES);
  checkBoolean('compile', options.compile ?? true);
  checkBoolean('keepBatchNorm', options.keepBatchNorm ?? false);
  checkOneOf('graphWeights', options.graphWeights ?? 'embedded', ['embedded', 'external']);
  checkFunction('onProgress', options.onProgress);
  checkSignal(options.signal);
}
