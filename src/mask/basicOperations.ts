/** Operations on masks without resampling: the `masks` of `fastsam-tfjs/mask`, which is to stay small. */
export { areaInBox, boundingBox, boundingRect, cropToBox, difference, equals, intersection } from './setOps.js';
export { intersectionArea, iou, shift, shrinkWindow, union, type Grid } from './setOps.js';
export { cleanUp, close, dilate, erode, open, type Kernel } from './morphology.js';
export { connectedComponents, fillHoles, largestComponent, largestContour, removeSmallRegions } from './regions.js';
export { fromRings } from './fill.js';
export { polygonArea, simplifyPolygon, toNormalisedPolygons, toPolygons, type PolygonOptions } from './polygons.js';
export { rleArea, rleBox } from './rle.js';
export { compressRle, expandRle, rleIou, rleMerge, type RleCounts } from './rleCounts.js';
export { withoutContained } from './containment.js';
export type { Connectivity } from './components.js';
