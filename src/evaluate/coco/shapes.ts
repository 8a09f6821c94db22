/** Annotations and detections as shapes that can be compared. */
import { invalidArgument, located } from '../../errors.js';

import type { Shape, Truth } from './match.js';
import { ringOfBox, runsOf, type Runs } from './runs.js';
import type { CocoDetection, CocoKind, CocoTruth } from './types.js';

/** By descending score; equal scores stay in their order. */
export function byScore(detections: readonly CocoDetection[]): CocoDetection[] {
  for (const { score } of detections) {
    if (Number.isFinite(score)) continue;
    throw invalidArgument(`detection: got score ${score}, expected a finite number`);
  }
  return [...detections].sort((a, b) => b.score - a.score);
}

/** An annotation with box and area. */
export type Complete<T extends CocoTruth> = T & Required<Pick<CocoTruth, 'bbox' | 'area'>>;

/**
 * Fills in what an annotation may lack: the box of its mask (as pycocotools' `loadRes` does for results), and as area the
 * pixels of its mask, without a mask those of its box.
 * @throws FastSAMError `INVALID_ARGUMENT` for an annotation with neither box nor mask, and broken masks.
 */
export function completeTruth<T extends CocoTruth>(truth: T, width: number, height: number): Complete<T> {
  const { bbox, area, segmentation } = truth;
  if (bbox !== undefined && area !== undefined) return { ...truth, bbox, area };
  const runs = segmentation === undefined ? undefined : runsOfTruth(truth, width, height);
  const box = bbox ?? (runs && widthAndHeight(runs));
  if (box !== undefined) return { ...truth, bbox: box, area: area ?? runs?.area ?? box[2] * box[3] };
  throw invalidArgument(`${nameOf(truth)}: got neither bbox nor segmentation, expected one of them`);
}

/** An object of an image of `width x height` pixels. */
export function shapeOfTruth(
  truth: CocoTruth,
  kind: CocoKind,
  width: number,
  height: number,
  ignoreFlags: boolean,
): Truth {
  const crowd = Boolean(truth.iscrowd);
  const runs = kind === 'masks' ? runsOfTruth(truth, width, height) : undefined;
  const { bbox, area } = completeTruth(truth, width, height);
  if (kind === 'boxes') checkBox(bbox);
  return { box: bbox, area, runs, crowd, ignored: crowd || (ignoreFlags && Boolean(truth.ignore)) };
}

function runsOfTruth(truth: CocoTruth, width: number, height: number): Runs {
  if (truth.segmentation === undefined) {
    throw invalidArgument(`${nameOf(truth)}: got no segmentation, expected one; kind 'boxes' needs none`);
  }
  try {
    return runsOf(truth.segmentation, width, height);
  } catch (error) {
    throw located(error, nameOf(truth));
  }
}

const nameOf = ({ id, image_id }: CocoTruth): string => `annotation ${id ?? 'without id'} of image ${image_id}`;

/** A detection; its area is that of its box where it has one, else that of its mask (pycocotools' `loadRes`). */
export function shapeOfDetection(detection: CocoDetection, kind: CocoKind, width: number, height: number): Shape {
  try {
    return detectionShape(detection, kind, width, height);
  } catch (error) {
    throw located(error, `detection of image ${detection.image_id}`);
  }
}

function detectionShape({ bbox, segmentation }: CocoDetection, kind: CocoKind, width: number, height: number): Shape {
  if (bbox !== undefined && bbox.length > 0) {
    checkBox(bbox);
    const runs = kind === 'masks' ? runsOf(segmentation ?? [ringOfBox(bbox)], width, height) : undefined;
    return { box: bbox, area: bbox[2] * bbox[3], runs };
  }
  if (segmentation === undefined) {
    throw invalidArgument('got neither bbox nor segmentation, expected one of them');
  }
  const runs = runsOf(segmentation, width, height);
  return { box: widthAndHeight(runs), area: runs.area, runs: kind === 'masks' ? runs : undefined };
}

function widthAndHeight({ box: [left, top, right, bottom] }: Runs): number[] {
  return [left, top, right - left, bottom - top];
}

function checkBox(box: unknown): void {
  if (Array.isArray(box) && box.length === 4 && box.every((value) => Number.isFinite(value))) return;
  throw invalidArgument(`bbox: got ${JSON.stringify(box)}, expected [left, top, width, height] in pixels`);
}
