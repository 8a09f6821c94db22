/** The trackers by their names. */
import { FastSAMError } from '../errors.js';
import { ByteTracker } from './trackers/byteTrack.js';
import {
  BYTE_TRACK_DEFAULTS,
  fillOptions,
  TRACK_TRACK_DEFAULTS,
  type ByteTrackOptions,
  type TrackTrackOptions,
} from './options.js';
import { TrackTracker } from './trackers/trackTrack.js';
import type { CameraMotion, Tracker } from './types.js';

/** The trackers that there are. */
export const TRACKERS = ['bytetrack', 'botsort', 'tracktrack'] as const;
export type TrackerName = (typeof TRACKERS)[number];

/** What may be asked of a tracker; see `docs/tracking.md`. */
export interface TrackerOptions {
  readonly bytetrack: Partial<ByteTrackOptions>;
  readonly botsort: Partial<ByteTrackOptions> & WithCamera;
  readonly tracktrack: Partial<TrackTrackOptions> & WithCamera;
}

interface WithCamera {
  /** Estimates the camera's motion from the frames given to `update`. Default: none, for a camera that stands still. */
  readonly cameraMotion?: CameraMotion;
}

/**
 * A tracker for one clip, with Ultralytics' parameters and defaults.
 * @throws FastSAMError `UNKNOWN_NAME` for another tracker, `INVALID_ARGUMENT` for options that make no sense.
 */
export function createTracker<N extends TrackerName>(name: N, options?: TrackerOptions[N]): Tracker;
export function createTracker(name: TrackerName, options: TrackerOptions['botsort' | 'tracktrack'] = {}): Tracker {
  const { cameraMotion, ...parameters } = options;
  if (cameraMotion !== undefined && typeof (cameraMotion as CameraMotion | null)?.estimate !== 'function') {
    throw new FastSAMError(
      'INVALID_ARGUMENT',
      'cameraMotion: expected what measures it, such as new SparseOpticalFlow()',
    );
  }
  switch (name) {
    case 'bytetrack':
      return new ByteTracker('xyah', fillOptions(BYTE_TRACK_DEFAULTS, options));
    case 'botsort':
      return new ByteTracker('xywh', fillOptions(BYTE_TRACK_DEFAULTS, parameters), cameraMotion);
    case 'tracktrack':
      return new TrackTracker(fillOptions(TRACK_TRACK_DEFAULTS, parameters), cameraMotion);
    default:
      throw new FastSAMError('UNKNOWN_NAME', `tracker: got ${String(name)}, expected one of ${TRACKERS.join(', ')}`);
  }
}
