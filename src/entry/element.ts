/**
 * `fastsam-tfjs/element`: importing it makes `<fastsam-image>` known to the page. The worker client is loaded when a picture
 * first needs a model. On servers the import does nothing.
 */
import { defineFastSAMImage } from '../element/fastsamImage.js';

defineFastSAMImage();

export { defineFastSAMImage, FastSAMImage, type FastSAMImageEvents } from '../element/fastsamImage.js';
export { setWorker, type ElementModel, type ElementProgress } from '../element/models.js';
export type { WorkerLike } from '../platform/workers/browserWorkers.js';
