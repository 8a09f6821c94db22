/** `fastsam-tfjs/mask`: masks as bits by themselves: RLE, polygons, set operations, morphology. No TensorFlow.js. */
export { FastSAMError, type FastSAMErrorCode } from '../errors.js';
export type { Rect } from '../geometry/rect.js';
export { Mask } from '../mask/mask.js';
export * as masks from '../mask/operations.js';
export type { Polygon } from '../mask/polygons.js';
export { decodeRle, encodeRle } from '../mask/rle.js';
export type { Rle } from '../mask/rleCounts.js';
export type { Boxes, Xyxy } from '../record/boxes.js';
