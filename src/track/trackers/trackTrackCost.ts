/** What TrackTrack's pairs of a track and a detection cost: overlap, score and direction together. */
import type { Xyxy } from '../../record/boxes.js';
import { CORNER_FRAMES, cornerDirections, type CornerDirections, type CornerTrack } from './cornerTrack.js';
import type { Detection } from './detection.js';
import { pairwiseIou, type Matrix } from '../association/pairwiseIou.js';

/** Pairs that overlap no more than this are impossible. */
const LEAST_IOU = 0.1;

/** Weights of the cues beside overlap. */
export interface CueWeights {
  readonly confWeight: number;
  readonly angleWeight: number;
}

/**
 * Costs, 0 … 1: 1 - HMIoU, the difference from the expected score and the angle to the past direction, weighted; 1 where
 * the boxes hardly overlap. HMIoU is IoU times the overlap of the vertical extents.
 */
export function cueCost(
  tracks: readonly CornerTrack[],
  detections: readonly Detection[],
  frame: number,
  { confWeight, angleWeight }: CueWeights,
): Matrix {
  const table = pairwiseIou(
    tracks.map(({ box }) => box),
    detections.map(({ box }) => box),
  );
  const { values, columns } = table;
  values.forEach((iou, i) => {
    const track = tracks[Math.floor(i / columns)];
    const detection = detections[i % columns];
    if (iou <= LEAST_IOU) {
      values[i] = 1;
      return;
    }
    const overlap = 1 - heightOverlap(track.box, detection.box) * iou;
    const score = Math.abs(track.expectedScore - detection.score);
    const direction = cornerDirections(track.boxBefore(frame, CORNER_FRAMES), detection.box);
    const angle = meanAngle(track.directions, direction) * detection.score;
    values[i] = Math.min(1, overlap + confWeight * score + angleWeight * angle);
  });
  return table;
}

function heightOverlap(a: Xyxy, b: Xyxy): number {
  const shared = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  return shared / (Math.max(a[3], b[3]) - Math.min(a[1], b[1]));
}

/** The mean angle between the directions of the four corners, as a share of half a turn. */
function meanAngle(a: CornerDirections, b: CornerDirections): number {
  let sum = 0;
  for (let i = 0; i < 8; i += 2) sum += Math.acos(Math.max(-1, Math.min(1, a[i] * b[i] + a[i + 1] * b[i + 1])));
  return sum / (4 * Math.PI);
}
