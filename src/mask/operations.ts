/** What programs do with masks: the operations that the package offers as `masks`. */
export { areaInBox, boundingBox, boundingRect, cropToBox, difference, equals, intersection } from './setOps.js';
export { intersectionArea, iou, shrinkWindow, union } from './setOps.js';
export { cleanUp, close, dilate, erode, open, type Kernel } from './morphology.js';
export { connectedComponents, fillHoles, largestComponent, largestContour, removeSmallRegions } from './regions.js';
export { polygonArea, simplifyPolygon, toPolygons, type PolygonOptions } from './polygons.js';
export { resizeMask, unletterboxMask, type ResizeFilter } from './resize.js';
export { rleArea, rleBox } from './rle.js';
export { compressRle, expandRle, rleIou, rleMerge, type RleCounts } from './rleCounts.js';
export { withoutContained } from './containment.js';
export type { Connectivity } from './components.js';
