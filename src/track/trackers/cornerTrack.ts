/** A track as TrackTrack keeps it: with the recent motion of the box's corners and the trend of its score. */
import type { Xyxy } from '../../record/boxes.js';
import type { Detection } from './detection.js';
import { Track } from './track.js';

/** Frames over which corner motion is taken. */
export const CORNER_FRAMES = 3;
/** The filter trusts a detection of score s with variance 1 - s, but never below this (NSA Kalman, StrongSORT). */
const LEAST_VARIANCE = 0.05;

/** Unit vectors: (dx, dy) of the corners top left, bottom left, top right, bottom right. */
export type CornerDirections = Float64Array;

/** An object with the recent past of its box. */
export class CornerTrack extends Track {
  /** The mean direction of each corner over the last frames; 0 before there were two. */
  directions: CornerDirections = new Float64Array(8);
  /** The score before the last one; the last one for a new track. */
  previousScore: number;
  /** Frames in a row in which it was seen, after the first. */
  #streak = 0;
  /** The last boxes, oldest first. */
  readonly #past: { readonly frame: number; readonly box: Xyxy }[];
  readonly #minLength: number;

  /** @param minLength frames in which it must be seen before it is believed; in the first frame of a clip it is reported at once. */
  constructor(id: number, detection: Detection, frame: number, minLength: number) {
    super(id, 'xywh', detection, frame, frame === 1 || minLength <= 1);
    this.#minLength = minLength;
    if (minLength > 1) this.state = 'new';
    this.previousScore = detection.score;
    this.#past = [{ frame, box: this.box }];
  }

  /** The score to expect next, if the last change goes on. */
  get expectedScore(): number {
    return 2 * this.detection.score - this.previousScore;
  }

  /** The box of so many frames ago, or where it was not seen then the latest one. */
  boxBefore(frame: number, frames: number): Xyxy {
    const past = this.#past;
    return (past.find((entry) => entry.frame === frame - frames) ?? past[past.length - 1]).box;
  }

  override see(detection: Detection, frame: number): void {
    this.previousScore = this.detection.score;
    this.measure(detection, frame, Math.max(1 - detection.score, LEAST_VARIANCE));
    if (this.state === 'lost' || this.state === 'removed') this.#resume(frame);
    else this.#continue(detection.box, frame);
  }

  /** Found again: the directions of old stay, since the gap says nothing about them. */
  #resume(frame: number): void {
    this.#remember(frame, this.box);
    this.#confirm();
  }

  #continue(box: Xyxy, frame: number): void {
    this.#streak++;
    this.#remember(frame, box);
    const directions = new Float64Array(8);
    for (let frames = 1; frames <= CORNER_FRAMES; frames++) {
      cornerDirections(this.boxBefore(frame, frames), box).forEach((value, i) => {
        directions[i] += value / (frames * CORNER_FRAMES);
      });
    }
    this.directions = directions;
    if (this.state === 'tracked' || this.#streak + 1 >= this.#minLength) this.#confirm();
  }

  #confirm(): void {
    this.state = 'tracked';
    this.reported = true;
  }

  #remember(frame: number, box: Xyxy): void {
    this.#past.push({ frame, box });
    if (this.#past.length > CORNER_FRAMES + 1) this.#past.shift();
  }
}

/** The directions in which the corners go from one box to another; 0 for a corner that stays. */
export function cornerDirections(from: Xyxy, to: Xyxy): CornerDirections {
  const directions = new Float64Array(8);
  for (let corner = 0; corner < 4; corner++) {
    const x = corner < 2 ? 0 : 2;
    const y = corner % 2 === 0 ? 1 : 3;
    const dx = to[x] - from[x];
    const dy = to[y] - from[y];
    const length = Math.hypot(dx, dy) + 1e-5;
    directions[2 * corner] = dx / length;
    directions[2 * corner + 1] = dy / length;
  }
  return directions;
}
