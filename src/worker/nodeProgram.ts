/** The program of a worker in Node. */
import { nodePlatform } from '../platform/node.js';
import { usePlatform } from '../platform/platform.js';
import { nodeCaller } from '../platform/workers/nodeCaller.js';
import { serve } from './server.js';

usePlatform(nodePlatform);
serve(nodeCaller);
