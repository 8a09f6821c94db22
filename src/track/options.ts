/** The trackers' parameters, by Ultralytics' names in camelCase, and their defaults (Ultralytics 8.4). */
import { invalidArgument } from '../errors.js';
import { flag, integer, number } from '../options/kinds.js';
import { COUNT } from '../options/limits.js';
import { resolve } from '../options/resolve.js';
import type { Given, Resolved, RowsOf } from '../options/row.js';

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
  /** The same for a last attempt to find lost tracks among what is left; 0: no such attempt. Default 0. */
  readonly lostMatchThresh: number;
  /** Weight of the difference between the score expected of the track and the detection's. Default 0.1. */
  readonly confWeight: number;
  /** Weight of the angle between the corners' past motion and the motion that the pair would mean. Default 0.05. */
  readonly angleWeight: number;
  /** Added to the cost of weak detections. Default 0.2. */
  readonly penaltyP: number;
  /** What the threshold falls by after each round. Default 0.05. */
  readonly reduceStep: number;
  /** IoU with a track or with a stronger detection above which a detection starts no track. Default 0.55. */
  readonly taiThresh: number;
  /** Frames in which an object must be seen before its track is believed. Default 3. */
  readonly minTrackLen: number;
}

const fraction = (text: string, value: number) => number(0, 1, { text, default: value });
const frames = (text: string, value: number) =>
  integer(0, COUNT.high, { text, default: value, cli: { value: '<frames>' } });

/** Every option of ByteTrack and BoT-SORT. */
export const BYTE_TRACK_OPTIONS = {
  trackHighThresh: fraction('score from which a detection is strong', 0.25),
  trackLowThresh: fraction('score above which a weak detection may continue a track', 0.1),
  newTrackThresh: fraction('score from which a strong detection starts a track', 0.25),
  trackBuffer: frames('frames for which a lost object keeps its id', 30),
  matchThresh: fraction('largest cost of a track with a strong detection', 0.8),
  fuseScore: flag({ text: 'the cost is 1 - IoU * score instead of 1 - IoU', default: true }),
} satisfies RowsOf<ByteTrackOptions>;

/** Every option of TrackTrack. */
export const TRACK_TRACK_OPTIONS = {
  trackHighThresh: fraction('score from which a detection is strong', 0.6),
  trackLowThresh: fraction('score above which a weak detection may continue a track', 0.25),
  newTrackThresh: fraction('score above which a strong detection may start a track', 0.7),
  trackBuffer: BYTE_TRACK_OPTIONS.trackBuffer,
  matchThresh: fraction('cost below which pairs are made in the first round', 0.7),
  lostMatchThresh: fraction('the same for a last attempt to find lost tracks; 0: no such attempt', 0),
  confWeight: fraction("weight of the difference between the track's expected score and the detection's", 0.1),
  angleWeight: fraction("weight of the angle between the corners' past motion and the motion of the pair", 0.05),
  penaltyP: fraction('added to the cost of weak detections', 0.2),
  reduceStep: fraction('what the threshold falls by after each round', 0.05),
  taiThresh: fraction('IoU with a track or a stronger detection above which a detection starts no track', 0.55),
  minTrackLen: integer(0, COUNT.high, {
    text: 'frames in which an object must be seen before its track is believed',
    default: 3,
  }),
} satisfies RowsOf<TrackTrackOptions>;

/**
 * The options of a tracker, checked, with the defaults filled in.
 * @throws FastSAMError `INVALID_ARGUMENT` for an unknown name, a value out of range, and a low threshold above the high one.
 */
export function resolveTracker<T extends typeof BYTE_TRACK_OPTIONS | typeof TRACK_TRACK_OPTIONS>(
  table: T,
  options: Given<T>,
): Resolved<T> {
  const resolved = resolve(table, options);
  const { trackLowThresh: low, trackHighThresh: high } = resolved as Readonly<
    Record<'trackLowThresh' | 'trackHighThresh', number>
  >;
  if (low <= high) return resolved;
  throw invalidArgument(`trackLowThresh: got ${low}, expected at most trackHighThresh ${high}`);
}
