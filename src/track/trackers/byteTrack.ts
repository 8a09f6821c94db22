/**
 * ByteTrack (Zhang et al. 2022, arXiv 2110.06864): every box is associated, the weak ones after the strong ones. With
 * the `xywh` model and camera motion it is BoT-SORT (Aharon et al. 2022, arXiv 2206.14651) without re-identification.
 */
import { requireRgbImage, type RgbImage } from '../../image/rgbImage.js';
import { associate, overlapCost, type Association } from '../association/associate.js';
import type { BoxModel } from '../kalman/boxFilter.js';
import { splitDetections, type Detection } from './detection.js';
import { followCamera } from './followCamera.js';
import type { ByteTrackOptions } from '../options.js';
import { markExpired, updateLists, toRows, type TrackLists } from './trackLists.js';
import { Track } from './track.js';
import type { CameraMotion, BoxDetections, Tracker, TrackRows } from '../types.js';

/**
 * Largest 1 - IoU of a track with a weak detection. The scores are not fused in, since they would rule out every pair.
 */
const WEAK_LIMIT = 0.5;
/** Largest cost of an unconfirmed track with a strong detection. */
const UNCONFIRMED_LIMIT = 0.7;

/** Follows boxes by motion and overlap. */
export class ByteTracker implements Tracker {
  #lists: TrackLists<Track> = { tracked: [], lost: [] };
  #frame = 0;
  #lastId = 0;
  readonly #model: BoxModel;
  readonly #options: ByteTrackOptions;
  readonly #cameraMotion: CameraMotion | undefined;

  constructor(model: BoxModel, options: ByteTrackOptions, cameraMotion?: CameraMotion) {
    this.#model = model;
    this.#options = options;
    this.#cameraMotion = cameraMotion;
  }

  reset(): void {
    this.#lists = { tracked: [], lost: [] };
    this.#frame = 0;
    this.#lastId = 0;
    this.#cameraMotion?.reset();
  }

  update(detections: BoxDetections, image?: RgbImage): TrackRows {
    if (image !== undefined) requireRgbImage('frame', image);
    const { trackHighThresh, trackLowThresh, matchThresh, trackBuffer } = this.#options;
    const { high, low } = splitDetections(detections, trackHighThresh, trackLowThresh);
    this.#frame++;
    const { tracked, lost } = this.#lists;
    const unconfirmed = tracked.filter((track) => !track.reported);
    const known = [...tracked.filter((track) => track.reported), ...lost];
    for (const track of known) track.predict();
    followCamera(this.#cameraMotion, image, [...known, ...unconfirmed], high);

    const strong = this.#associate(known, high, matchThresh);
    const unseen = strong.freeTracks.filter((track) => track.state === 'tracked');
    const weak = associate(unseen, low, overlapCost(unseen, low, false), WEAK_LIMIT);
    const second = this.#associate(unconfirmed, strong.freeDetections, UNCONFIRMED_LIMIT);

    const matched = [...strong.pairs, ...weak.pairs, ...second.pairs];
    const found = matched.flatMap(([track]) => (track.state === 'tracked' ? [] : [track]));
    const seen = matched.flatMap(([track]) => (track.state === 'tracked' ? [track] : []));
    for (const [track, detection] of matched) track.see(detection, this.#frame);
    for (const track of weak.freeTracks) track.state = 'lost';
    for (const track of second.freeTracks) track.state = 'removed';
    const started = this.#start(second.freeDetections);
    markExpired(lost, this.#frame, trackBuffer);
    this.#lists = updateLists(
      this.#lists,
      { seen: [...seen, ...started], found, missed: weak.freeTracks },
      this.#frame,
    );
    return toRows(this.#lists.tracked.filter((track) => track.reported));
  }

  #associate(tracks: readonly Track[], detections: readonly Detection[], limit: number): Association {
    return associate(tracks, detections, overlapCost(tracks, detections, this.#options.fuseScore), limit);
  }

  /** New tracks. Those of the first frame are confirmed at once. */
  #start(detections: readonly Detection[]): Track[] {
    const least = Math.fround(this.#options.newTrackThresh);
    return detections
      .filter(({ score }) => score >= least)
      .map((detection) => new Track(++this.#lastId, this.#model, detection, this.#frame, this.#frame === 1));
  }
}
