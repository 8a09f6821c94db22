/** The trackers' parameters, by Ultralytics' names in camelCase, and their defaults (Ultralytics 8.4). */
import { FastSAMError } from '../errors.js';
import { withoutUndefined } from '../options/withoutUndefined.js';

/** Parameters of ByteTrack, and of BoT-SORT without re-identification. */
export interface ByteTrackOptions {
  /** Score from which a detection is strong: it is associated first and may start a track. Default 0.25. */
  readonly trackHighThresh: number;
  /** Score above which a weak detection may continue a track that no strong one continued. Default 0.1. */
  readonly trackLowThresh: number;
  /** Score from which a strong detection that belongs to no track starts one. Default 0.25. */
  readonly newTrackThresh: number;
  /** Frames for which a lost track is kept. Default 30. */
  readonly trackBuffer: number;
  /** Largest cost of a track with a strong detection, 0 … 1. Default 0.8. */
  readonly matchThresh: number;
  /** Whether the cost is 1 - IoU * score instead of 1 - IoU. Default true. */
  readonly fuseScore: boolean;
}

/** Parameters of TrackTrack without re-identification. */
export interface TrackTrackOptions {
  /** Score from which a detection is strong. Default 0.6. */
  readonly trackHighThresh: number;
  /** Score above which a weak detection may continue a track. Default 0.25. */
  readonly trackLowThresh: number;
  /** Score above which a strong detection that belongs to no track may start one. Default 0.7. */
  readonly newTrackThresh: number;
  /** Frames for which a lost track is kept. Default 30. */
  readonly trackBuffer: number;
  /** Cost below which pairs are made in the first round, 0 … 1. Default 0.7. */
  readonly matchThresh: number;
  /** The same for a last attempt to match lost tracks with the detections left; 0: no such attempt. Default 0. */
  readonly lostMatchThresh: number;
  /** Weight of the difference between the score expected of the track and the detection's. Default 0.1. */
  readonly confWeight: number;
  /** Weight of the angle between the corners' past motion and the motion that the pair would mean. Default 0.05. */
  readonly angleWeight: number;
  /** Added to the cost of weak detections. Default 0.2. */
  readonly penaltyP: number;
  /** Decrease of the threshold after each round. Default 0.05. */
  readonly reduceStep: number;
  /** A detection starts no track if its IoU with a track or a stronger detection is above this. Default 0.55. */
  readonly taiThresh: number;
  /** Frames in which an object must be seen before its track is confirmed. Default 3. */
  readonly minTrackLen: number;
}

/** ByteTrack's and BoT-SORT's defaults. */
export const BYTE_TRACK_DEFAULTS: ByteTrackOptions = {
  trackHighThresh: 0.25,
  trackLowThresh: 0.1,
  newTrackThresh: 0.25,
  trackBuffer: 30,
  matchThresh: 0.8,
  fuseScore: true,
};

/** TrackTrack's defaults. */
export const TRACK_TRACK_DEFAULTS: TrackTrackOptions = {
  trackHighThresh: 0.6,
  trackLowThresh: 0.25,
  newTrackThresh: 0.7,
  trackBuffer: 30,
  matchThresh: 0.7,
  lostMatchThresh: 0,
  confWeight: 0.1,
  angleWeight: 0.05,
  penaltyP: 0.2,
  reduceStep: 0.05,
  taiThresh: 0.55,
  minTrackLen: 3,
};

const COUNTS = new Set(['trackBuffer', 'minTrackLen']);

/**
 * The defaults, overridden by the given values.
 * @throws FastSAMError `INVALID_ARGUMENT` for an unknown option, numbers outside 0 … 1, counts that are negative or not
 *   whole, and a low threshold above the high one.
 */
export function fillOptions<T extends ByteTrackOptions | TrackTrackOptions>(defaults: T, given: Partial<T>): T {
  const known = defaults as unknown as Readonly<Record<string, number | boolean>>;
  for (const [name, value] of Object.entries(given) as [string, unknown][]) {
    if (value !== undefined) checkOption(name, value, known[name]);
  }
  const filled = { ...defaults, ...withoutUndefined(given) };
  if (filled.trackLowThresh > filled.trackHighThresh) {
    throw invalid(
      `trackLowThresh: got ${filled.trackLowThresh}, expected at most trackHighThresh ${filled.trackHighThresh}`,
    );
  }
  return filled;
}

function checkOption(name: string, value: unknown, standard: number | boolean | undefined): void {
  const got = `${name}: got ${String(value)}`;
  if (standard === undefined) throw invalid(`${got}, an option that this tracker does not have`);
  if (typeof standard === 'boolean') {
    if (typeof value !== 'boolean') throw invalid(`${got}, expected true or false`);
  } else if (COUNTS.has(name)) {
    if (!(Number.isInteger(value) && (value as number) >= 0))
      throw invalid(`${got}, expected a whole number of frames`);
  } else if (!(typeof value === 'number' && value >= 0 && value <= 1)) {
    throw invalid(`${got}, expected a number from 0 to 1`);
  }
}

function invalid(message: string): FastSAMError {
  return new FastSAMError('INVALID_ARGUMENT', message);
}
