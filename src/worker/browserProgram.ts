/** The program of a worker in a browser. */
import { browserPlatform } from '../platform/browser.js';
import { usePlatform } from '../platform/platform.js';
import { browserCaller } from '../platform/workers/browserCaller.js';
import { serve } from './server.js';

usePlatform(browserPlatform);
serve(browserCaller);
