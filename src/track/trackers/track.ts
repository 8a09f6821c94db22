/** One object that is followed. */
import type { Xyxy } from '../../record/boxes.js';
import { BoxFilter, type BoxModel } from '../kalman/boxFilter.js';
import type { Detection } from './detection.js';

/**
 * `new`: seen too seldom to be believed (TrackTrack). `tracked`: seen in the last frame. `lost`: not seen, but kept for a
 * while. `removed`: given up.
 */
export type TrackState = 'new' | 'tracked' | 'lost' | 'removed';

/** An object with its id, its filter and the detection it was last seen as. */
export class Track {
  state: TrackState = 'tracked';
  /** The frame it was last seen in, from 1. */
  lastFrame: number;
  /** The frame in which it was first given up because it had been lost for too long. */
  expiredFrame: number | undefined;
  readonly filter: BoxFilter;
  #box: Xyxy | undefined;

  /** @param reported whether callers are told of the track; one that is not yet reported is unconfirmed. */
  constructor(
    readonly id: number,
    model: BoxModel,
    public detection: Detection,
    readonly firstFrame: number,
    public reported: boolean,
  ) {
    this.filter = new BoxFilter(model, detection.box);
    this.lastFrame = firstFrame;
  }

  /** The filter's box. */
  get box(): Xyxy {
    this.#box ??= this.filter.box;
    return this.#box;
  }

  /** Moves the filter one frame on; sizes of tracks that were not seen stop changing. */
  predict(): void {
    this.filter.predict(this.state !== 'tracked');
    this.#box = undefined;
  }

  /** Follows the camera's motion. */
  warp(affine: Parameters<BoxFilter['warp']>[0]): void {
    this.filter.warp(affine);
    this.#box = undefined;
  }

  /** The object was seen, in the frame after the last one or after it was lost. */
  see(detection: Detection, frame: number): void {
    this.measure(detection, frame);
    this.state = 'tracked';
    this.reported = true;
  }

  /** @param trust factor on the variance of the measurement. */
  protected measure(detection: Detection, frame: number, trust = 1): void {
    this.filter.update(detection.box, trust);
    this.#box = undefined;
    this.detection = detection;
    this.lastFrame = frame;
  }
}
