/** The public API, for Node. */
import { nodePlatform } from './platform/node.js';
import { usePlatform } from './platform/platform.js';

usePlatform(nodePlatform);

export * from './api.js';
