/** What a worker of this package loads. */
import '../../node.js'; // registers the platform: workers are processes of their own
import { FastSAM } from '../../fastsam.js';
import type { DetectorOptions } from '../../model/createDetector.js';
import type { DeviceChoice } from '../../runtime/choices.js';

/** The first argument of a worker, as JSON. */
export interface WorkerSpec extends Pick<DetectorOptions, 'compile' | 'graphWeights'> {
  /** Name, path or URL. */
  readonly model: string;
  readonly device: DeviceChoice;
  readonly precision: NonNullable<DetectorOptions['precision']>;
}

/** The specification that this process was started with. */
export function specOfProcess(): WorkerSpec {
  return JSON.parse(process.argv[2]) as WorkerSpec;
}

/** Loads the model of a specification. */
export function loadFromSpec({ model, ...options }: WorkerSpec): Promise<FastSAM> {
  return FastSAM.load(model, options);
}
