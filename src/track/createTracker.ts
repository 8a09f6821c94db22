/** The trackers by their names. */
import { FastSAMError } from '../errors.js';
import { ByteTracker } from './trackers/byteTrack.js';
import { custom } from '../options/kinds.js';
import { checkOptions } from '../options/resolve.js';
import type { OptionTable } from '../options/row.js';
import {
  BYTE_TRACK_OPTIONS,
  resolveTracker,
  TRACK_TRACK_OPTIONS,
  type ByteTrackOptions,
  type TrackTrackOptions,
} from './options.js';
import { TrackTracker } from './trackers/trackTrack.js';
import type { CameraMotion, Tracker } from './types.js';
import { showValue } from '../options/showValue.js';

/** The trackers that there are. */
export const TRACKERS = ['bytetrack', 'botsort', 'tracktrack'] as const;
export type TrackerName = (typeof TRACKERS)[number];

/** The options of each tracker; see `docs/user/tracking.md`. */
export interface TrackerOptions {
  readonly bytetrack: Partial<ByteTrackOptions>;
  readonly botsort: Partial<ByteTrackOptions> & WithCamera;
  readonly tracktrack: Partial<TrackTrackOptions> & WithCamera;
}

export interface WithCamera {
  /** Estimates the camera's motion from the frames given to `update`. Default: none, for a camera that stands still. */
  readonly cameraMotion?: CameraMotion;
}

/** What measures the camera's motion. */
export const CAMERA_MOTION = custom<CameraMotion>(
  'what measures it, such as new SparseOpticalFlow()',
  (value) => typeof (value as Partial<CameraMotion> | null)?.estimate === 'function',
  { text: "estimates the camera's motion from the frames", otherwise: 'none: a camera that stands still' },
);

/** Every option of every tracker. */
const TRACKER_OPTIONS = {
  bytetrack: BYTE_TRACK_OPTIONS,
  botsort: { ...BYTE_TRACK_OPTIONS, cameraMotion: CAMERA_MOTION },
  tracktrack: { ...TRACK_TRACK_OPTIONS, cameraMotion: CAMERA_MOTION },
} as const satisfies Readonly<Record<TrackerName, OptionTable>>;

/**
 * A tracker for one clip, with Ultralytics' parameters and defaults.
 * @throws FastSAMError `UNKNOWN_NAME` for another tracker, `INVALID_ARGUMENT` for options that make no sense.
 */
export function createTracker<N extends TrackerName>(name: N, options?: TrackerOptions[N]): Tracker;
export function createTracker(name: TrackerName, options: TrackerOptions['botsort' | 'tracktrack'] = {}): Tracker {
  if (!TRACKERS.includes(name)) {
    throw new FastSAMError('UNKNOWN_NAME', `tracker: got ${showValue(name)}, expected one of ${TRACKERS.join(', ')}`);
  }
  checkOptions(TRACKER_OPTIONS[name], options);
  const { cameraMotion, ...parameters } = options;
  switch (name) {
    case 'bytetrack':
      return new ByteTracker('xyah', resolveTracker(BYTE_TRACK_OPTIONS, parameters));
    case 'botsort':
      return new ByteTracker('xywh', resolveTracker(BYTE_TRACK_OPTIONS, parameters), cameraMotion);
    case 'tracktrack':
      return new TrackTracker(resolveTracker(TRACK_TRACK_OPTIONS, parameters), cameraMotion);
  }
}
