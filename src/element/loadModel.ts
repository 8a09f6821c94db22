/** The model in a worker, for the element; a chunk of its own, loaded when the first picture asks for it. */
import { browserPlatform } from '../platform/browser.js';
import { offerPlatform } from '../platform/platform.js';
import { browserWorkers, setWorker } from '../platform/workers/browserWorkers.js';
import { useWorkers } from '../platform/workers/workers.js';

offerPlatform(browserPlatform);
useWorkers(browserWorkers);

export { FastSAM } from '../worker/client.js';
export { setWorker };
