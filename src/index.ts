/** The public API, for Node. */
import './node.js';

export * from './api.js';
