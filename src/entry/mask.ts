/**
 * `fastsam-tfjs/mask`: masks without a network. Pixels of objects, run lengths, polygons, set operations, label maps and
 * packed masks; no TensorFlow.js and no platform, for pages that show what a worker or a server found. `masks` lacks
 * `resizeMask`, `unletterboxMask` and `fromStroke`, which the main entry has.
 */
export { labelMap } from '../draw/labelMap.js';
export { FastSAMError, type FastSAMErrorCode } from '../errors.js';
export type { Rect } from '../geometry/rect.js';
export { Mask } from '../mask/mask.js';
export * as masks from '../mask/basicOperations.js';
export { packMasks, unpackMasks, type PackedMasks } from '../mask/pack.js';
export type { NormalisedPolygon, Polygon } from '../mask/polygons.js';
export { decodeRle, encodeRle } from '../mask/rle.js';
export type { Rle } from '../mask/rleCounts.js';
export type { DisplayData } from '../options/show.js';
