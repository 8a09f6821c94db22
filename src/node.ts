/** Registers Node as the platform. */
import { nodePlatform } from './platform/node.js';
import { usePlatform } from './platform/platform.js';

usePlatform(nodePlatform);
