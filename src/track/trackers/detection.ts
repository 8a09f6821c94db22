/** The detections of a frame, checked and sorted by score. */
import type { Xyxy } from '../../record/boxes.js';
import type { BoxDetections } from '../types.js';
import { invalidArgument } from '../../errors.js';
import { plural, showValue } from '../../options/showValue.js';

/** One detection. */
export interface Detection {
  /** Its index in the frame's detections. */
  readonly index: number;
  readonly box: Xyxy;
  readonly score: number;
  readonly class: number;
}

/**
 * The detections of a frame in two classes of score. Boxes without area are in neither list, since they cannot be
 * followed.
 */
export interface SplitDetections {
  /** Scores from `high` up, in the order given. */
  readonly high: Detection[];
  /** Scores above `low` and below `high`. */
  readonly low: Detection[];
}

/**
 * Splits the detections of a frame by their scores.
 * @throws FastSAMError `INVALID_ARGUMENT` for columns of different lengths, boxes that are not finite and scores
 *   outside 0 … 1.
 */
export function splitDetections(
  detections: BoxDetections,
  highThreshold: number,
  lowThreshold: number,
): SplitDetections {
  check(detections);
  // Scores are float32, so that a score of 0.6 meets a threshold of 0.6 only if the threshold is rounded like it.
  const high = Math.fround(highThreshold);
  const low = Math.fround(lowThreshold);
  const split: SplitDetections = { high: [], low: [] };
  const { boxes, scores, classes } = detections;
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index];
    const [x1, y1, x2, y2] = boxes.subarray(4 * index, 4 * index + 4);
    if (!(x2 > x1 && y2 > y1) || !(score >= high || score > low)) continue;
    const detection = { index, box: [x1, y1, x2, y2] as const, score, class: classes?.[index] ?? 0 };
    (score >= high ? split.high : split.low).push(detection);
  }
  return split;
}

/** The columns of some detections. */
export function toDetections(list: readonly Detection[]): BoxDetections {
  return {
    boxes: Float32Array.from(list.flatMap(({ box }) => box)),
    scores: Float32Array.from(list, ({ score }) => score),
    classes: Int32Array.from(list, (detection) => detection.class),
  };
}

function check(detections: BoxDetections): void {
  requireColumns(detections);
  const { boxes, scores, classes } = detections;
  const n = scores.length;
  if (boxes.length !== 4 * n || (classes && classes.length !== n)) {
    const got = `${boxes.length} box coordinates, ${plural(n, 'score')}${classes ? `, ${classes.length} classes` : ''}`;
    throw invalidArgument(`detections: got ${got}, expected 4 coordinates and one class for each score`);
  }
  const score = scores.findIndex((value) => !(value >= 0 && value <= 1));
  if (score >= 0) throw invalidArgument(`scores[${score}]: got ${scores[score]}, expected a number from 0 to 1`);
  const side = boxes.findIndex((value) => !Number.isFinite(value));
  if (side >= 0) throw invalidArgument(`boxes[${side}]: got ${boxes[side]}, expected finite xyxy pixels`);
}

/** Callers without types give lists of lists, which would be read as numbers that they are not. */
function requireColumns(value: unknown): void {
  const { boxes, scores, classes } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const columns: readonly [string, unknown, string][] = [
    ['boxes', boxes, 'Float32Array'],
    ['scores', scores, 'Float32Array'],
    ['classes', classes ?? new Int32Array(0), 'Int32Array'],
  ];
  const wrong = columns.find(([, column]) => !ArrayBuffer.isView(column));
  if (!wrong) return;
  const [name, column, kind] = wrong;
  throw invalidArgument(
    `detections: ${name}: got ${showValue(column)}, expected a ${kind}; ${kind}.from(list.flat()) makes one`,
  );
}
