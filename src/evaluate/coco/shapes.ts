/** Annotations and detections as shapes that can be compared. */
import { invalidArgument } from '../../errors.js';
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

/** An object of an image of `width x height` pixels. */
export function shapeOfTruth(
  truth: CocoTruth,
  kind: CocoKind,
  width: number,
  height: number,
  ignoreFlags: boolean,
): Truth {
  const crowd = Boolean(truth.iscrowd);
  const runs = kind === 'masks' ? runsOf(requireSegmentation(truth), width, height) : undefined;
  if (kind === 'boxes') checkBox(truth.bbox);
  return {
    box: truth.bbox,
    area: truth.area,
    runs,
    crowd,
    ignored: crowd || (ignoreFlags && Boolean(truth.ignore)),
  };
}

function requireSegmentation(truth: CocoTruth): NonNullable<CocoTruth['segmentation']> {
  if (truth.segmentation !== undefined) return truth.segmentation;
  throw invalidArgument(`annotation ${truth.id ?? ''}: got no segmentation, expected one; compare boxes instead`);
}

/** A detection; its area is that of its box where it has one, else that of its mask (pycocotools' `loadRes`). */
export function shapeOfDetection(detection: CocoDetection, kind: CocoKind, width: number, height: number): Shape {
  const { bbox, segmentation } = detection;
  if (bbox !== undefined && bbox.length > 0) {
    checkBox(bbox);
    const runs = kind === 'masks' ? runsOf(segmentation ?? [ringOfBox(bbox)], width, height) : undefined;
    return { box: bbox, area: bbox[2] * bbox[3], runs };
  }
  if (segmentation === undefined) {
    throw invalidArgument('detection: got neither bbox nor segmentation, expected one of them');
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
