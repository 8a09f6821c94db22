/** The public API, for browsers. */
import { browserPlatform } from './platform/browser.js';
import { usePlatform } from './platform/platform.js';

usePlatform(browserPlatform);

export * from './api.js';
