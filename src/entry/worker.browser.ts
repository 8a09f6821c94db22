/** `fastsam-tfjs/worker` for browsers, where the worker is a Web Worker. */
import { browserPlatform } from '../platform/browser.js';
import { offerPlatform } from '../platform/platform.js';
import { browserWorkers } from '../platform/workers/browserWorkers.js';
import { useWorkers } from '../platform/workers/workers.js';

offerPlatform(browserPlatform);
useWorkers(browserWorkers);

export { FastSAMError, type FastSAMErrorCode } from '../errors.js';
export { setWorker, type WorkerLike } from '../platform/workers/browserWorkers.js';
export { FastSAM, type WorkerModelSource, type WorkerTrackOptions } from '../worker/client.js';
export type { WorkerCallOptions } from '../worker/options.js';
