/**
 * `fastsam-tfjs/worker`: the model in a worker, so that the caller's thread stays free. Here for Node, where the worker is a
 * child process.
 */
import { nodePlatform } from '../platform/node.js';
import { offerPlatform } from '../platform/platform.js';
import { nodeWorkers } from '../platform/workers/nodeWorkers.js';
import { useWorkers } from '../platform/workers/workers.js';

offerPlatform(nodePlatform);
useWorkers(nodeWorkers);

export { FastSAMError, type FastSAMErrorCode } from '../errors.js';
export { FastSAM, type WorkerModelSource, type WorkerTrackOptions } from '../worker/client.js';
export type { WorkerCallOptions } from '../worker/options.js';
