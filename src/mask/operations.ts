/** What programs do with masks: the operations that the package offers as `masks`. */
export * from './basicOperations.js';
export { fromStroke } from './fill.js';
export { resizeMask, unletterboxMask, type ResizeFilter } from './resize.js';
