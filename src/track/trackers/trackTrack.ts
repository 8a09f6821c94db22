/**
 * TrackTrack ("Focusing on Tracks for Online Multi-Object Tracking", CVPR 2025), without re-identification: strong and
 * weak detections are assigned together, in rounds, and a new track starts only where no other one is.
 */
import { requireRgbImage, type RgbImage } from '../../image/rgbImage.js';
import { pairUp, type Association } from '../association/associate.js';
import { CornerTrack } from './cornerTrack.js';
import { splitDetections, type Detection } from './detection.js';
import { followCamera } from './followCamera.js';
import { iterativeAssign } from '../association/iterativeAssign.js';
import type { TrackTrackOptions } from '../options.js';
import { markExpired, updateLists, toRows, type TrackLists } from './trackLists.js';
import { initTracks } from './initTracks.js';
import { cueCost } from './trackTrackCost.js';
import type { CameraMotion, BoxDetections, Tracker, TrackRows } from '../types.js';

/** Follows boxes by motion, overlap, score and direction. */
export class TrackTracker implements Tracker {
  #lists: TrackLists<CornerTrack> = { tracked: [], lost: [] };
  #frame = 0;
  #lastId = 0;
  readonly #options: TrackTrackOptions;
  readonly #cameraMotion: CameraMotion | undefined;

  constructor(options: TrackTrackOptions, cameraMotion?: CameraMotion) {
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
    const { trackHighThresh, trackLowThresh, matchThresh, lostMatchThresh, trackBuffer } = this.#options;
    const { high, low } = splitDetections(detections, trackHighThresh, trackLowThresh);
    this.#frame++;
    const { tracked, lost } = this.#lists;
    const unconfirmed = tracked.filter(({ state }) => state === 'new');
    const known = [...tracked.filter(({ state }) => state === 'tracked'), ...lost];
    // The camera's motion comes first, then the objects' own.
    const all = [...known, ...unconfirmed];
    followCamera(this.#cameraMotion, image, all, high);
    for (const track of all) track.predict();

    const main = this.#associate(known, [...high, ...low], matchThresh, high.length);
    const strongLeft = main.freeDetections.filter(({ score }) => score >= Math.fround(trackHighThresh));
    const young = this.#associate(unconfirmed, strongLeft, matchThresh);
    const stillLost = main.freeTracks.filter(({ state }) => state === 'lost');
    const rebound = this.#associate(stillLost, young.freeDetections, lostMatchThresh);

    const wasInSight = ({ state }: CornerTrack): boolean => state === 'tracked' || state === 'new';
    const matched = [...main.pairs, ...young.pairs, ...rebound.pairs];
    const seen = matched.flatMap(([track]) => (wasInSight(track) ? [track] : []));
    const found = matched.flatMap(([track]) => (wasInSight(track) ? [] : [track]));
    const missed = main.freeTracks.filter(({ state }) => state === 'tracked');
    for (const [track, detection] of matched) track.see(detection, this.#frame);
    for (const track of missed) track.state = 'lost';
    for (const track of young.freeTracks) track.state = 'removed';
    const started = this.#start(rebound.freeDetections, seen);
    markExpired(lost, this.#frame, trackBuffer);
    this.#lists = updateLists(this.#lists, { seen: [...seen, ...started], found, missed }, this.#frame);
    return toRows(this.#lists.tracked.filter(({ reported }) => reported));
  }

  /** @param strong the first so many detections have no penalty. Default: all. */
  #associate(
    tracks: readonly CornerTrack[],
    detections: readonly Detection[],
    limit: number,
    strong = detections.length,
  ): Association<CornerTrack> {
    const cost = cueCost(tracks, detections, this.#frame, this.#options);
    const { values, columns } = cost;
    values.forEach((value, i) => {
      if (i % columns >= strong) values[i] = Math.min(1, value + this.#options.penaltyP);
    });
    return pairUp(tracks, detections, iterativeAssign(cost, limit, this.#options.reduceStep));
  }

  #start(detections: readonly Detection[], inSight: readonly CornerTrack[]): CornerTrack[] {
    const { newTrackThresh, taiThresh, minTrackLen } = this.#options;
    return initTracks(detections, inSight, newTrackThresh, taiThresh).map(
      (detection) => new CornerTrack(++this.#lastId, detection, this.#frame, minTrackLen),
    );
  }
}
